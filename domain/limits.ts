/** A limit on everything, with its reason. Durations in milliseconds, sizes in bytes. */
export const limits = {
  /** One message. An hour of 50 Hz three-axis motion as JSON is larger, a window round an impact is ~20 KiB. */
  payloadBytes: 256 * 1024,
  /** One MQTT packet. Beyond a payload's limit so that an oversized message can still be kept and answered;
   *  beyond this the connection is cut, because its bytes would have to be held in memory. */
  packetBytes: 4 * 1024 * 1024,
  /** JSON nesting. Real devices stay under 10; recursion over the parsed value must stay safe. */
  payloadDepth: 32,
  /** Entries of one batch: a day of one reading every 17 s. */
  batchEntries: 5_000,
  /** Refusals listed for one message; the message is kept whole, so the rest can be found there. */
  refusalsPerMessage: 50,
  /** Devices that the front door knows by memory while the registry is away; some 200 bytes each. */
  rememberedDevices: 100_000,
  /** From a TCP connection to the end of its TLS handshake. It takes some round trips, over a bad mobile link some
   *  seconds; whoever is slower holds memory for nothing. */
  tlsHandshakeMs: 10_000,
  /** From the first byte of an HTTP request to the end of its headers, which fit in a few packets. */
  httpHeadersMs: 15_000,
  /** To the end of an HTTP request: the largest body (`packetBytes`) over a link of 280 kbit/s. */
  httpRequestMs: 120_000,
  /** How often HTTP connections are looked over for those that are late. */
  httpLookMs: 5_000,
  topicBytes: 512,
  /** A device clock further ahead than this is wrong: the time of receipt counts, the skew is noted. */
  clockAheadMs: 5 * 60_000,
  /** Below this an epoch is a clock that was never set (2020-01-01); the time of receipt counts. */
  clockUnsetBefore: Date.UTC(2020, 0, 1),
  /** A signal older than this at receipt may be a replay of an old one: ticket, but `unverified`. Store-and-forward
   *  over a lost link is minutes; cached states re-published by gateways are hours (zigbee2mqtt#25566). */
  signalStaleMs: 15 * 60_000,
  /** Alerts of one home no further apart than this belong to one episode, as long as its ticket is not closed. */
  episodeGapMs: 30 * 60_000,
  /** Evidence rows of one ticket; later repeats are counted on the last row instead of kept one by one. */
  evidencePerTicket: 200,
  /** How long an open ticket may wait for a person before it alarms again (TSA: 97.5 % of calls within 60 s). */
  answerWithinMs: 60_000,
  /** Journal: kept at least this long for replay, and at most this many bytes a lane. Unread records are never
   *  trimmed: at the size limit the bulk lane refuses instead. */
  journalKeepMs: 7 * 24 * 3_600_000,
  journalLaneBytes: 8 * 1024 ** 3,
  /** Free disk below which the bulk lane refuses, so that the rest stays for SOS and tickets. */
  diskReserveBytes: 256 * 1024 ** 2,
  deadLetterKeepMs: 90 * 24 * 3_600_000,
  deadLetterBytes: 1024 ** 3,
  /** What was sent to devices. Its cause cannot come again, since the position moved with it; the rest is for people who
   *  look into a complaint. A device that sends rubbish all day makes a hundred of them a second. */
  sentNoticeKeepMs: 3_600_000,
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
  /** Brokers read changes every 50 ms; one that stood still longer than this reads everything anew. */
  changeKeepMs: 3_600_000,
  /** The audit, as long as dead letters, so that a complaint finds both; some 300 bytes a row. */
  auditKeepMs: 90 * 24 * 3_600_000,
  auditRows: 500_000,
  /** Equal refusals no further apart than this are one row with a count: a device that knocks all day makes one. */
  auditMergeMs: 60 * 60_000,
  telemetryKeepMs: 7 * 24 * 3_600_000,
  telemetryBytes: 4 * 1024 ** 3,
  /** Points of one telemetry call. */
  telemetryPoints: 1_000_000,
  /** Live events kept for resuming by Last-Event-ID. */
  eventsKept: 100_000,
  pageSize: 100,
  pageSizeMost: 1_000,
  sessionMs: 12 * 3_600_000,
} as const
