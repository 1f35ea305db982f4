/** Severity after the idea of IEC 60601-1-8: by the harm that threatens and how soon. */
export const severities = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Of two severities, the graver one. */
export const graver = (a: Severity, b: Severity): Severity => (severities.indexOf(a) >= severities.indexOf(b) ? a : b)

/**
 * The safety claims that a device may make. `words` are spellings met in the field, compared in lower case;
 * adding a signal here makes the front door treat it as urgent and the alert service open tickets for it.
 */
export const signals = {
  sos: {
    severity: 'critical',
    text: 'SOS pressed',
    words: ['sos', 'emergency', 'panic', 'help', 'alarm_button', 'pull_cord'],
  },
  fall: {
    severity: 'high',
    text: 'fall reported',
    words: ['fall', 'fall_detected', 'fall_confirmed', 'fall_alarm', 'falling'],
  },
  smoke: { severity: 'critical', text: 'smoke', words: ['smoke', 'fire'] },
  gas: { severity: 'critical', text: 'combustible gas', words: ['gas', 'gas_leak'] },
  carbon_monoxide: { severity: 'critical', text: 'carbon monoxide', words: ['carbon_monoxide', 'co'] },
  water_leak: { severity: 'medium', text: 'water leak', words: ['water_leak', 'leak', 'flood'] },
  vital_sign: {
    severity: 'high',
    text: 'a vital sign beyond the limits set in the device',
    words: ['vital_sign', 'bradypnea', 'tachypnea'],
  },
  inactivity: { severity: 'medium', text: 'no movement for too long', words: ['inactivity', 'motionless'] },
  wandering: { severity: 'medium', text: 'left the area that was set', words: ['wandering', 'geofence_exit'] },
} as const satisfies Record<string, { severity: Severity; text: string; words: readonly string[] }>

export type SignalKind = keyof typeof signals
export const signalKinds = Object.keys(signals) as [SignalKind, ...SignalKind[]]

/** What a ticket may be about: a signal, or Vigil itself (`system`, opened by the auditor). */
export const ticketKinds = [...signalKinds, 'system'] as const
export type TicketKind = (typeof ticketKinds)[number]

const byWord = new Map<string, SignalKind>(
  Object.entries(signals).flatMap(([kind, { words }]) => words.map((word) => [word, kind as SignalKind] as const)),
)

/** The signal that a spelling means (`"SOS"`, `" Sos "`, `fall-detected`), or undefined. */
export function signalOf(word: string): SignalKind | undefined {
  return byWord.get(
    word
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
}

/** Why a signal's ticket is marked unverified, or what was noted about it. Also metric labels and audit reasons. */
export const doubts = {
  device_unknown: 'the device is not registered',
  no_home: 'the device belongs to no home',
  retained: 'the message was retained, so it may be old',
  stale: 'the signal was already old when it was received',
  replayed: 'the message was replayed from the dead letters',
  malformed: 'other parts of the message were broken',
  topic_foreign: 'it was published by another device than the one it names',
  payload_too_large: 'the message was larger than allowed',
  low_confidence: 'the device itself was not sure',
  test: 'the device marked it as a test',
  learning: 'the device is still learning its room',
  silent: 'the device was told to raise no alarm about it',
  historical: 'it comes from the memory of the device, from before',
  internal_error: 'a detector broke on it',
} as const
export type Doubt = keyof typeof doubts

/**
 * With any of these a signal is no call of now: its ticket is a *late* one, of the lowest severity, which rings nobody and
 * from which nobody is sent out without saying so. Joined by one that has none of them it is a ticket like any other.
 */
export const lateDoubts: readonly Doubt[] = ['retained', 'replayed', 'historical', 'test', 'learning', 'silent']

export const isLate = (doubts: readonly Doubt[]): boolean => doubts.some((doubt) => lateDoubts.includes(doubt))
