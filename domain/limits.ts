/** A limit on everything, with its reason. Durations in milliseconds, sizes in bytes. */
export const limits = {
  // A message

  /** One message. An hour of 50 Hz three-axis motion as JSON is larger, a window round an impact is ~20 KiB. */
  payloadBytes: 256 * 1024,
  /** One MQTT packet, or the body of one HTTP request. Eight payloads, so that an oversized message can still be kept and
   *  answered; beyond this the connection is cut, because its bytes would have to be held in memory. */
  packetBytes: 2 * 1024 * 1024,
  /** Vigil's own topics have 82 at most, since an id has 64; the rest is for devices that speak another tongue. */
  topicBytes: 512,
  /** Levels of a topic: more than these Aedes' matcher cannot hold. */
  topicLevels: 100,
  /** JSON nesting. Real devices stay under 10; recursion over the parsed value must stay safe. */
  payloadDepth: 32,
  /** Entries of one batch: a day of one reading every 17 s. */
  batchEntries: 5_000,
  /** Bytes of one LoRaWAN frame: no region allows more than 242. */
  lorawanBytes: 255,
  /** Values that are read of the object which a network server made of such a frame: some three a byte, and a few ms. */
  lorawanValues: 700,
  /** Tags of a LoRaWAN device in which its model is looked for; people give it a handful. */
  lorawanTags: 32,
  /** The largest message of another format that the front door decodes to choose its lane: a millisecond or two. */
  decodedAtDoorBytes: 16 * 1024,
  /** Metrics of one Sparkplug message: some times what a large edge node is born with; beyond it the rest is only searched for calls. */
  sparkplugMetrics: 20_000,
  /** Refusals listed for one message; the message is kept whole, so the rest can be found there. */
  refusalsPerMessage: 50,
  /** Warnings listed for one message: they are for whoever looks at it, and a sample is enough. */
  warningsPerMessage: 50,
  /** What the codecs learn from one sender: a gateway of a thousand devices with ten values each. */
  learnedPerSender: 10_000,
  /** The longest of these, key and value together: a name, a unit and a type; what is longer is not learned. */
  learnedChars: 2_000,
  /** What is kept of a model, a place or a firmware's name: more than fits on a screen. */
  toldChars: 300,
  /** Devices that a gateway may bring into the registry by speaking of them: a large building. */
  childrenProvisioned: 1_000,
  /** How long a state that is told again and again is the same one, from the last time that it was told: devices that only
   *  report tell it once a day, and an hour or two are lost on the way. */
  levelHeldMs: 26 * 3_600_000,
  /** The last word on a state, also that it is over, which proves that the next is new: a season without a leak. */
  levelsKeepMs: 90 * 24 * 3_600_000,
  /** Senders whose teachings are in memory at a time. */
  rememberedSenders: 1_000,
  /** A message with the retain flag may be old while the line of its sender stands no longer than this. */
  retainedOldMs: 60_000,
  /** A device clock further ahead than this is wrong: the time of receipt counts, the skew is noted. */
  clockAheadMs: 5 * 60_000,
  /** Below this an epoch is a clock that was never set (2020-01-01); the time of receipt counts. */
  clockUnsetBefore: Date.UTC(2020, 0, 1),

  // Who is not known yet

  /** A CONNECT must have come by then, whole. */
  connectWithinMs: 10_000,
  /** Bytes of a packet that may come before a connection is authenticated: a CONNECT with long will and password. */
  connectBytes: 64 * 1024,
  /** Connections that are shaking hands by TLS, and those that are not authenticated: honest ones are for milliseconds.
   *  Beyond it the oldest of the address that has the most makes room, first such as were refused and such as say
   *  nothing. */
  newcomers: 10_000,
  newcomersPerAddress: 4_000,
  /** CONNECTs whose credentials are looked up at one time, in turn over addresses. */
  authenticating: 32,
  /** Wrong credentials of one address that are answered at once; beyond it the answer takes its time. */
  failedConnects: { perSecond: 5, burst: 50 },
  /** The longest that such an answer takes. */
  failedConnectDelayMs: 5_000,
  /** From a TCP connection to the end of its TLS handshake. It takes some round trips, over a bad mobile link some
   *  seconds; whoever is slower holds memory for nothing. */
  tlsHandshakeMs: 10_000,
  /** Certificates from a client's own to its vendor's authority, both counted; a factory has one or two in between. */
  certificateChain: 5,
  /** MQTT asks for 23 at least; UUIDs with a prefix have some 60. */
  clientIdBytes: 128,

  // HTTP requests

  /** From the first byte of an HTTP request to the end of its headers, which fit in a few packets. */
  httpHeadersMs: 15_000,
  /** To the end of an HTTP request: the largest body (`packetBytes`) over a link of 140 kbit/s. */
  httpRequestMs: 120_000,
  /** How often HTTP connections are looked over for those that are late. */
  httpLookMs: 5_000,

  // Quotas, and what is slowed

  /** What one device may use, gateways and accounts aside. Generous: after an outage a buffer of hours comes at once. */
  deviceQuota: {
    /** Forty times 50 Hz motion. The burst: two days of one reading every 3 s, kept while there was no line. */
    messages: { perSecond: 2_000, burst: 60_000 },
    /** A whole 4G uplink of such a device; the burst: eight of the largest packets. */
    bytes: { perSecond: 1024 ** 2, burst: 16 * 1024 ** 2 },
    /** A line that drops every minute, many times over; more is two clients that fight for one id. */
    connects: { perSecond: 1, burst: 30 },
    /** Old connections linger until their keep-alive ends; of more than these the oldest makes room. */
    connections: 16,
  },
  /** What a gateway or an integration may use: ten devices' worth, a large building. */
  gatewayQuota: {
    messages: { perSecond: 10_000, burst: 300_000 },
    bytes: { perSecond: 10 * 1024 ** 2, burst: 160 * 1024 ** 2 },
    connects: { perSecond: 10, burst: 300 },
    connections: 64,
  },
  /** What a vendor's devices and its account may use together: half of what one broker carries, so that there is room
   *  for others. More for a vendor is set in the registry. */
  vendorQuota: {
    messages: { perSecond: 20_000, burst: 600_000 },
    bytes: { perSecond: 20 * 1024 ** 2, burst: 320 * 1024 ** 2 },
    /** The burst: a fleet after a power cut. */
    connects: { perSecond: 2_000, burst: 100_000 },
    connections: 100_000,
  },
  /** What one address may use, an IPv6 network of 64 bits being one: a carrier puts thousands of devices behind one. */
  addressQuota: {
    messages: { perSecond: 20_000, burst: 600_000 },
    bytes: { perSecond: 20 * 1024 ** 2, burst: 320 * 1024 ** 2 },
    connects: { perSecond: 1_000, burst: 50_000 },
    /** As many as one address has ports for one destination, by the usual settings (28,000), with some room. */
    connections: 25_000,
  },
  /** Whoever stays below is never slowed for what others of its vendor or its address do: a reading every 500 ms. */
  modest: { perSecond: 2, burst: 30 },
  /** The same for connects: one in half a minute. */
  modestConnects: { perSecond: 1 / 30, burst: 3 },
  /** A message that is refused at the door costs as much as these many: it ends as a dead letter and a receipt. */
  refusedCost: 20,
  /** Signals that take work beside the ticket: each under a name that its sender may not speak for, and each further
   *  `heavyBytes` of a large one. They are never refused, but read no faster once the burst has come: each may take a
   *  millisecond that the SOS of others waits. */
  heavySignals: { perSecond: 50, burst: 150 },
  heavyBytes: 16 * 1024,
  /** The longest that a connection waits for a heavy signal of before. */
  heavySignalHoldMs: 1_000,
  /** How long in a row a connection over its quota is not read; then its telemetry is refused, so that an SOS behind it
   *  is heard. What a person who pressed barely notices. */
  quotaPatienceMs: 2_000,
  /** A connection is told so often at most that its telemetry is refused. */
  quotaReceiptEveryMs: 1_000,
  /** Principals, vendors and addresses whose use is known at a time; some 500 bytes each. */
  metersKept: 200_000,

  // Reading of connections

  /** Messages of one connection on their way to the journal; it is read on when they are durable. With a group commit of
   *  5 ms that is 25,000 a second, and no connection owns the event loop. */
  inFlight: 128,
  /** Bytes of the same: four of the largest packets. */
  inFlightBytes: 4 * 1024 ** 2,
  /** Bytes of all connections on their way to the journal; beyond it only such are read as have little on their way. */
  inFlightBytesAll: 256 * 1024 ** 2,
  /** QoS 2 messages of one connection that wait for their PUBREL; a client that never sends it is cut. */
  inFlightQos2: 1_000,
  /** Packets of one connection worked in a turn of the event loop before others have theirs: about 1 ms. */
  slicePackets: 32,
  /** Bytes of one connection that are taken apart at once. */
  sliceBytes: 16 * 1024,
  /** Bytes of one connection that are read in a turn. */
  turnBytes: 64 * 1024,
  /** Packets of all connections that have more than a slice to say, in one turn: about 5 ms, so that whoever has but one
   *  thing to say, such as SOS, waits no longer. */
  turnPackets: 192,
  /** A packet that is not whole after so long, and comes more slowly than this, is not coming. GPRS has 2,000 bytes/s. */
  packetWithinMs: 30_000,
  packetBytesPerSecond: 500,
  /** Bytes of unfinished packets over all connections; beyond it the one that holds the most is cut. */
  unfinishedBytes: 256 * 1024 ** 2,
  /** A device that asks for no keep-alive, or a longer one, is held to this: a line that died unseen holds its place. */
  keepAliveSeconds: 3_600,
  /** Silence after which the operating system asks whether the other side is still there: also before and without MQTT's own
   *  keep-alive; more often would wake sleeping radios. */
  tcpKeepAliveMs: 5 * 60_000,

  // Subscribers and sessions

  /** Filters of one SUBSCRIBE or UNSUBSCRIBE; beyond it the connection is cut. */
  filtersPerPacket: 1_000,
  /** Filters that a session may have; a device needs two. Administrators are not bound. */
  subscriptions: 50,
  /** Bytes that may lie unsent for one device: it gets commands and receipts. */
  unsentBytesDevice: 1024 ** 2,
  /** The same for integrations, gateways and tools: a second of all telemetry of a large house. */
  unsentBytes: 8 * 1024 ** 2,
  /** A subscriber that takes nothing for so long is cut. */
  drainMs: 10_000,
  /** Messages that wait in one MQTT session; beyond it the oldest make room. A device has some receipts a day, and the
   *  newest are what it asks for. */
  queuedPerSession: 200,
  /** Messages that wait in all sessions together, and the memory they may take; beyond either the oldest of all make
   *  room. Some 50 MB as receipts. */
  queuedMost: 100_000,
  queuedBytes: 256 * 1024 ** 2,
  /** Sessions kept of one principal: a device has one, a gateway or a tool some. Of a client that comes with a new id
   *  each time the idlest are forgotten. */
  sessionsPerPrincipal: 16,
  /** A session that nobody came back to is forgotten: longer than a stay in hospital, and its device subscribes anew. */
  sessionKeepMs: 30 * 24 * 3_600_000,
  /** Numbers of QoS 2 messages that one session keeps until they are let go; as many as Aedes takes on one connection. */
  inboundPerSession: 1_000,
  /** A status that is kept for later subscribers: real ones are some hundred bytes. A larger one is passed on, not kept. */
  retainedPayloadBytes: 16 * 1024,
  /** Memory of all that are kept, one a device: 300,000 devices at real size. Beyond it the ones not told for longest go. */
  retainedBytes: 256 * 1024 ** 2,

  // Repeats by HTTP

  /** How long the first request under an Idempotency-Key is remembered: a device that was away for a night sends again. */
  idempotencyKeepMs: 24 * 3_600_000,
  /** Keys remembered for one principal: one every 9 s. Of more the oldest are forgotten. */
  idempotencyKeys: 10_000,
  /** Characters of such a key: a UUID has 36. */
  idempotencyKeyLength: 255,

  // Signals and tickets

  /** A signal older than this at receipt may be a replay of an old one: ticket, but `unverified`. Store-and-forward
   *  over a lost link is minutes; cached states re-published by gateways are hours (zigbee2mqtt#25566). */
  signalStaleMs: 15 * 60_000,
  /** Alerts of one home no further apart than this belong to one episode, as long as its ticket is not closed. */
  episodeGapMs: 30 * 60_000,
  /** Evidence rows of one ticket; later repeats are counted on the last row instead of kept one by one. */
  evidencePerTicket: 200,
  /** Signals of one message and sort that are looked at one by one, the newest of them; older ones are counted with
   *  them. More is a buffer of days, or an attack that has thousands in each message. */
  signalsPerMessage: 50,
  /** Tickets of one place that wait for people, from which on signals of long ago are counted on the nearest of them
   *  instead of opening one each: a gateway's buffer of a week without its line holds fewer episodes. */
  staleTickets: 20,
  /** How long an open ticket may wait for a person before it alarms again (TSA: 97.5 % of calls within 60 s). */
  answerWithinMs: 60_000,
  /** The same of a late ticket, which calls nobody: somebody looks at it within a day. */
  lateAnswerWithinMs: 24 * 3_600_000,
  /** How long an answer lasts in which nothing happens, by severity: to call back, to reach a contact, to find somebody who
   *  goes. Then the ticket is everybody's again. */
  leaseMs: { critical: 5 * 60_000, high: 10 * 60_000, medium: 30 * 60_000, low: 24 * 3_600_000 },
  /** A case that is over may wait for its outcome until the shift ends. */
  leaseResolvedMs: 8 * 3_600_000,
  /** Who was handed a ticket must take it up: he may not be at his screen. */
  takeUpWithinMs: 2 * 60_000,
  /** Attempts at a notice: the pauses between them, the last again and again. A gateway that restarts is back in seconds. */
  noticePausesMs: [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000],
  /** A link in a message: whoever wakes an hour later sees that it is over. */
  linkMs: 2 * 3_600_000,
  /** A notice that nobody could be told of for a day is given up. */
  noticeExpiresMs: 24 * 3_600_000,
  /** One attempt: a voice gateway answers when the call is placed, not when it is taken up. */
  noticeWithinMs: 15_000,
  /** Notices on their way at one time: one slow gateway holds up its own and no other. */
  noticesAtOnce: 32,
  noticesAtOncePerTarget: 8,
  /** Failures in a row after which a target is left alone, and for how long, before one notice tries it again. */
  breakerFailures: 5,
  breakerMs: 30_000,
  /** How often the auditor looks at everything: 5,000 open tickets take it some ten milliseconds. */
  auditEveryMs: 10_000,
  /** How late a timer, a worker or a consumer may be before it is a fault: longer than a restart takes. */
  auditGraceMs: 30_000,
  /** How long a notice may wait to leave the house; a gateway that is down for longer is for people to know. */
  auditUnsentMs: 2 * 60_000,
  /** How long a consumer of the bulk lane may stand still while records wait: a database of readings may be restarted. */
  auditBulkStillMs: 10 * 60_000,
  /** How often the dead-man's switch is fed. */
  switchEveryMs: 60_000,
  /** Workers say so often that they live. */
  beatEveryMs: 5_000,
  /** The record of deliveries, as long as the audit. */
  deliveryKeepMs: 90 * 24 * 3_600_000,

  // The journal and the disk

  /** Journal: kept at least this long for replay, and at most this many bytes a lane. Unread records are never
   *  trimmed: at the size limit the bulk lane refuses instead. */
  journalKeepMs: 7 * 24 * 3_600_000,
  journalLaneBytes: 8 * 1024 ** 3,
  /** Free disk below which the bulk lane refuses, so that the rest stays for SOS and tickets. */
  diskReserveBytes: 256 * 1024 ** 2,

  // Commands

  /** How long a command is worth delivering where its sender does not say. Battery devices listen every half hour; what
   *  rings or speaks much later frightens somebody about a call that is long over. */
  commandExpiresMs: 3_600_000,
  /** The longest that a sender may ask for: a week away, as in hospital, for a gateway's or vendor's own housekeeping. */
  commandExpiresMostMs: 7 * 24 * 3_600_000,
  /** One command. A speaker says nothing longer, and a thousand Chinese characters are 3 KiB; firmware is not sent here. */
  commandBytes: 8 * 1024,
  commandTextChars: 1_000,
  /** Commands that wait for one device: more, and it is not away but lost. They all come at once when it is back. */
  commandsWaiting: 50,
  /** Commands on one connection that wait for its PUBACK. Within the smallest buffers of radio modules, some 20 of 256 bytes. */
  commandsInFlight: 10,
  /** How long what became of a command can be looked up once it is over: a complaint takes weeks to come. */
  commandKeepMs: 30 * 24 * 3_600_000,

  // Identity: tokens, certificates, imports, claims

  /** Devices that the front door knows by memory while the registry is away; some 200 bytes each. */
  rememberedDevices: 100_000,
  /** Tokens of one principal that are valid at a time: the newest and those that a rotation lets run out. */
  tokensPerPrincipal: 5,
  /** The longest that an old token may go on working beside a new one: a vendor's whole fleet has called by then. */
  tokenOverlapMostMs: 90 * 24 * 3_600_000,
  /** A vendor's CAs: an old and a new root, an intermediate for each factory. All of them are read at every handshake. */
  authoritiesPerVendor: 10,
  /** Serial numbers of one revocation list: some 40 bytes each, so that the list stays within `importBytes`. */
  revocationsPerList: 20_000,
  /** Devices of one import; the caller sends the rest of its list in further calls. */
  importDevices: 1_000,
  /** Body of an import, or of a revocation list: a thousand devices with every field are half of it. */
  importBytes: 2 * 1024 ** 2,
  /** A claim code is printed in the factory and typed at the elder's home: months lie between. */
  claimMs: 180 * 24 * 3_600_000,
  claimMostDays: 730,
  /** The answer to a claim may be lost on its way: for so long the same code gives a token once more. */
  claimRepeatMs: 10 * 60_000,
  /** Claims of one address: a factory tries a few a second behind one, and each is a write. */
  claimsPerMinute: 1_200,
  /** Wrong claim codes of one address in five minutes. A code has 60 bits: at this rate nobody hits one by chance. */
  claimFailures: 100,
  /** Refused claims of registered devices that the audit takes in five minutes: people who mistype make a few, and
   *  whoever guesses is seen by these as well. The metrics count all. */
  claimRefusalsNoted: 50,
  /** Brokers read changes every 50 ms; one that stood still longer than this reads everything anew. */
  changeKeepMs: 3_600_000,

  // Refusals and the audit

  /** Names, topics or filters of one who is refused that are told apart in an hour; beyond it they are counted together. */
  refusedTopicsApart: 5,
  /** Refusals that are told apart in an hour, some 500 bytes each in memory; beyond it they are counted in one row. Whoever
   *  is refused chooses names and addresses, so the 500,000 rows of the audit reach back weeks however hard he knocks. */
  refusalRowsPerHour: 1_000,
  /** Of these, those of one vendor's devices and account: ten vendors that knock at one time still do not hide one another. */
  refusalRowsPerVendor: 50,
  /** The audit, as long as dead letters, so that a complaint finds both; some 300 bytes a row. */
  auditKeepMs: 90 * 24 * 3_600_000,
  auditRows: 500_000,
  /** Equal refusals no further apart than this are one row with a count: a device that knocks all day makes one. */
  auditMergeMs: 60 * 60_000,

  // Partners

  /** How far a partner's clock may be off, both ways; and so how old a message may be. */
  partnerWindowMs: 300_000,
  /** Messages of one address in a minute: a hundred a second, more than a city's tickets change. */
  partnerEventsPerMinute: 6_000,
  /** Refused messages of partners that the audit takes in five minutes; the metrics count all. */
  partnerRefusalsNoted: 50,
  /** Pauses between the attempts at a message, the last again and again: a house that restarts is back in seconds. */
  partnerPausesMs: [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000],
  /** One attempt; the other side writes to its database before it answers. */
  partnerWithinMs: 10_000,
  /** A message that could not be handed over for a week is given up. */
  partnerExpiresMs: 7 * 24 * 3_600_000,
  /** Messages on their way at one time, and of these to one partner: a slow one holds up its own and no other. */
  partnersAtOnce: 32,
  partnersAtOncePerTarget: 8,
  /** Bytes of an answer that are read: one is some hundred. */
  partnerAnswerBytes: 64 * 1024,
  /** Steps and notes in one message; what a backlog has more comes with the next. */
  partnerLines: 50,

  // What else is kept

  /** So long a refused message can be replayed once its cause is mended. */
  deadLetterKeepMs: 90 * 24 * 3_600_000,
  deadLetterBytes: 1024 ** 3,
  /** What was sent to devices. Its cause cannot come again, since the position moved with it; the rest is for people who
   *  look into a complaint. A device that sends rubbish all day makes a hundred of them a second. */
  sentNoticeKeepMs: 3_600_000,
  /** What the embedded telemetry database keeps; who wants more names an InfluxDB. */
  telemetryKeepMs: 7 * 24 * 3_600_000,
  telemetryBytes: 4 * 1024 ** 3,
  /** Live events kept for resuming by Last-Event-ID. */
  eventsKept: 100_000,

  // The gateway of GSM watches (`vigil gsm`)

  /** One frame. A position with cells and Wi-Fi has 500 bytes, a piece of a voice message some KiB. */
  gsmFrameBytes: 32 * 1024,
  /** Connections of one port; a watch has one. Each costs some 10 KiB. */
  gsmConnections: 20_000,
  /** Whoever says nothing that can be framed by then is no watch. */
  gsmFirstFrameMs: 60_000,
  /** Watches keep their line every five to ten minutes; beyond three times that it is gone. */
  gsmIdleMs: 30 * 60_000,
  /** The end of a frame that began may take so long over a bad line; then what there is of it is published, since it may
   *  be the beginning of an alarm. */
  gsmPartialMs: 10_000,
  /** Pieces of one connection that could not be framed: port scanners have more to say, and each is a dead letter. */
  gsmBrokenPieces: 8,
  /** Frames of one connection that wait to be durable; telemetry beyond it is left unanswered, so that it comes again. */
  gsmWaitingPerConnection: 32,
  /** Alarms of one connection that wait: different ones, since a repeat joins the one before. Beyond it the line is cut. */
  gsmAlarmsPerConnection: 128,
  /** Bytes of telemetry of all connections that wait while there is no line to Vigil: an hour of 2,000 watches. */
  gsmWaitingBytes: 64 * 1024 ** 2,
  /** Answers that a device does not read. */
  gsmUnreadBytes: 64 * 1024,

  // People and programs at the API

  /** Monitors of devices' messages that are open at one time in one process: each is somebody before a screen. */
  watchers: 32,
  /** Messages that wait for one watcher; beyond it the oldest are left out and counted. More than a screen is nobody's to read. */
  watchedWaiting: 200,
  /** Bytes of a payload that a watcher is shown; the whole of what is refused is with the dead letters. */
  watchedPayloadBytes: 16 * 1024,
  /** Readings, signals and so on of one message that a watcher is shown, of each sort. */
  watchedParts: 200,
  /** Records of a lane that are looked through, backwards, for what a device sent before somebody began to watch. */
  lookBackRecords: 10_000,
  /** Messages from before that a watcher is shown. */
  lookBackMessages: 50,
  /** Points of one telemetry call. */
  telemetryPoints: 1_000_000,
  /** Items of a page, where the caller does not say, and where it does. */
  pageSize: 100,
  pageSizeMost: 1_000,
  /** A log-in lasts for one shift. */
  sessionMs: 12 * 3_600_000,
  /** A console that nobody has touched for so long locks itself, where the house says nothing else. */
  lockAfterMs: 15 * 60_000,
  /** From leaving for an identity provider to coming back: somebody looks for his telephone meanwhile. */
  oidcLoginMs: 10 * 60_000,
  /** From coming back to the console's call for the session: it is the next thing that the page does. */
  oidcHandoverMs: 60_000,
  /** Log-ins begun of one address: a whole centre at the change of shift, and each is a write. */
  oidcLoginsPerMinute: 600,
} as const
