import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** What the watch's messages mean, as data: the public field lists and Traccar's vectors, of which FORMATS tells. */

export type StatusBit = { bit: number; text: string } & (
  | { signal: SignalKind; isState?: boolean }
  | { ends: SignalKind }
  | { metric: MetricName; value: 0 | 1 }
)

/** The status word: states below bit 16, alarms from there. */
export const statusBits: readonly StatusBit[] = [
  { bit: 0, text: 'low battery', metric: 'battery_low', value: 1 },
  { bit: 1, text: 'outside of its fence', signal: 'wandering', isState: true },
  { bit: 2, text: 'inside of its fence', ends: 'wandering' },
  { bit: 3, text: 'not worn', metric: 'worn', value: 0 },
  { bit: 4, text: 'moving', metric: 'motion', value: 1 },
  { bit: 16, text: 'SOS', signal: 'sos' },
  { bit: 17, text: 'low battery', metric: 'battery_low', value: 1 },
  { bit: 18, text: 'left its fence', signal: 'wandering' },
  { bit: 19, text: 'entered its fence', ends: 'wandering' },
  { bit: 20, text: 'taken off', metric: 'worn', value: 0 },
  { bit: 21, text: 'fall', signal: 'fall' },
  { bit: 22, text: 'fall', signal: 'fall' },
]

/** The lowest bit of the alarms: an alarm frame with none that is known is still an alarm. */
export const firstAlarmBit = 16

/** Vital signs by type in upper case: what each field is; null is no measurement. 0 is no reading. */
export const vitals: Readonly<Record<string, readonly (MetricName | null)[]>> = {
  PULSE: ['heart_rate'],
  HEART: ['heart_rate'],
  BLOOD: ['systolic', 'diastolic', 'heart_rate'],
  BPHRT: ['systolic', 'diastolic', 'heart_rate'],
  // Which sensor, then the value.
  OXYGEN: [null, 'spo2'],
  // Whether it could be measured, then the value.
  BTEMP2: [null, 'body_temperature'],
  TEMP: ['body_temperature'],
}

/** Types, in upper case, that say nothing for us: log-in, voice, pictures, and the watch's answers to its settings. */
export const quiet: ReadonlySet<string> = new Set([
  ...['INIT', 'TKQ', 'TKQ2', 'TK', 'TK2', 'JXTK', 'IMG', 'RCAPTURE', 'CCID', 'ICCID', 'VERNO', 'TS', 'CONFIG', 'PARAM'],
  ...['CR', 'UPLOAD', 'CENTER', 'SLAVE', 'PW', 'CALL', 'MONITOR', 'SOS', 'SOS1', 'SOS2', 'SOS3', 'IP', 'FACTORY', 'LZ'],
  ...['SOSSMS', 'LOWBAT', 'APN', 'ANY', 'RESET', 'GPS', 'BT', 'WORK', 'WORKTIME', 'REMOVE', 'REMOVESMS', 'POWEROFF'],
  ...['PULSE', 'WALKTIME', 'SLEEPTIME', 'SILENCETIME', 'SILENCETIME2', 'FIND', 'FLOWER', 'REMIND', 'MESSAGE', 'PHB'],
  ...[
    'PHB2',
    'PHBX',
    'PHBX2',
    'DPHBX',
    'WHITELIST1',
    'WHITELIST2',
    'PEDO',
    'KEEPALIVE',
    'FALLDOWN',
    'LSSET',
    'HRTSTART',
  ],
  ...['HEALTHAUTOSET', 'BODYTEMP', 'BODYTEMP2', 'BPHRTSTART', 'CALLLOG', 'DEVREFUSEPHONESWITCH', 'SMSONOFF', 'KA'],
])
