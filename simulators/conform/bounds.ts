import { limits } from '../../domain/limits.ts'

/** Minutes and seconds in milliseconds. */
const SECOND = 1_000
const MINUTE = 60_000

/** One bound that a device is held to, or one length of a trial, with its reason. `unit` says what the value counts. */
export type Bound = { value: number; unit: 'ms' | 's' | 'bytes' | 'times' | 'share'; why: string }

/**
 * Every number of the kit. Those of the first group judge a device; those of the second say how long the kit looks and
 * what it does to the line.
 */
export const boundTable = {
  statusWithin: {
    value: 10 * SECOND,
    unit: 'ms',
    why: 'from CONNACK to `online: true`: until then the device counts as lost',
  },
  keepAliveMost: {
    value: 300,
    unit: 's',
    why: 'a dead line is noticed after 1.5 times the keep-alive: 7.5 minutes with an SOS button that nobody hears',
  },
  payloadMost: { value: limits.payloadBytes, unit: 'bytes', why: 'Vigil refuses what is larger' },
  skewMost: {
    value: MINUTE,
    unit: 'ms',
    why: 'a fifth of what Vigil believes (5 minutes ahead), so that a clock may drift until it is set again',
  },
  disorderMost: {
    value: 10 * SECOND,
    unit: 'ms',
    why: 'how far a later message may lie before an earlier one: one that was long in the making, or a clock set back',
  },
  batteryWithin: {
    value: 10 * MINUTE,
    unit: 'ms',
    why: 'from the first connection: an empty device must be found before it is needed',
  },
  messagesPerMinute: {
    value: 60,
    unit: 'times',
    why: 'one a second is more than any metric needs, and 50,000 devices share one front door',
  },
  resendWithin: {
    value: MINUTE,
    unit: 'ms',
    why: 'from the line being back to the signal being sent again: somebody waits on the floor',
  },
  returnWithin: {
    value: 5 * MINUTE,
    unit: 'ms',
    why: 'a device that is away longer after a cut has lost its resident',
  },
  attemptsPerMinute: {
    value: 10,
    unit: 'times',
    why: 'doubling pauses from 1 s make 6; a fleet that tries more keeps a restarting broker down',
  },
  growth: { value: 2, unit: 'times', why: 'the longest pause between attempts against the first one: the back-off' },
  calmPause: { value: 30 * SECOND, unit: 'ms', why: 'pauses that are always as long as this need not grow' },
  jitter: {
    value: 0.1,
    unit: 'share',
    why: 'spread of the first pauses after a cut: without chance a whole fleet comes back in the same second',
  },
  refusedPause: {
    value: SECOND,
    unit: 'ms',
    why: 'median pause after a refused connection: a server that says "unavailable" needs air',
  },
  receiptWithin: {
    value: 10 * SECOND,
    unit: 'ms',
    why: 'from a receipt at QoS 1 to its PUBACK; what is not acknowledged is sent again and blocks the next',
  },

  connectWithin: { value: 5 * MINUTE, unit: 'ms', why: 'how long the kit waits for the first connection' },
  watch: { value: 10 * MINUTE, unit: 'ms', why: 'how long the kit looks on before it does anything to the line' },
  signalWithin: { value: MINUTE, unit: 'ms', why: 'how long the kit waits for the button to be pressed' },
  withheld: {
    value: 2,
    unit: 'times',
    why: 'acknowledgements of the signal that the kit withholds: one may be met by a library, two need a memory',
  },
  withheldFor: { value: 3 * SECOND, unit: 'ms', why: 'how long the line stays up after a withheld acknowledgement' },
  cut: {
    value: MINUTE,
    unit: 'ms',
    why: 'how long the link is away, at least; three reporting intervals where they are longer',
  },
  cutMost: { value: 10 * MINUTE, unit: 'ms', why: 'how long the link is away, at most' },
  recovery: { value: 30 * SECOND, unit: 'ms', why: 'how long the kit waits for what was kept, once the line is back' },
  refusals: { value: 5, unit: 'times', why: 'connections in a row that the kit refuses with CONNACK 3' },
} as const satisfies Record<string, Bound>

export type BoundName = keyof typeof boundTable
export type Bounds = Readonly<Record<BoundName, number>>

/** The bounds of the table, with some put differently for one run. */
export function boundsWith(changed: Partial<Bounds> = {}): Bounds {
  const values = Object.entries(boundTable).map(([name, { value }]) => [name, value])
  return { ...Object.fromEntries(values), ...changed }
}
