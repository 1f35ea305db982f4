import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** The alarm words of Eview's two protocols, as data. */

export type AlarmBit = { bit: number; text: string } & (
  | { signal: SignalKind; isButton?: boolean }
  | { metric: MetricName; value: 0 | 1 }
)

/** Record 0x02 of the binary protocol. Fences are told apart, since another bit says whether they were left. */
export const alarmBits: readonly AlarmBit[] = [
  { bit: 0, text: 'low battery', metric: 'battery_low', value: 1 },
  { bit: 2, text: 'fall', signal: 'fall' },
  { bit: 10, text: 'movement', metric: 'motion', value: 1 },
  { bit: 12, text: 'SOS', signal: 'sos' },
  // The call buttons at the side are for whatever the family set them to.
  { bit: 13, text: 'first side button', signal: 'sos', isButton: true },
  { bit: 14, text: 'second side button', signal: 'sos', isButton: true },
]

/** Fence n has been crossed; inwards where the other bit is set as well. */
export const fences = [0, 1, 2, 3].map((n) => ({ crossed: 4 + n, inwards: 26 + n }))

/** The flags of the text protocol. */
export const textBits: readonly AlarmBit[] = [
  { bit: 6, text: 'SOS', signal: 'sos' },
  { bit: 8, text: 'fall', signal: 'fall' },
  { bit: 9, text: 'first fence', signal: 'wandering' },
  { bit: 10, text: 'second fence', signal: 'wandering' },
  { bit: 11, text: 'third fence', signal: 'wandering' },
  { bit: 12, text: 'low battery', metric: 'battery_low', value: 1 },
  { bit: 14, text: 'movement', metric: 'motion', value: 1 },
  { bit: 15, text: 'movement', metric: 'motion', value: 1 },
  { bit: 22, text: 'charging', metric: 'charging', value: 1 },
]
