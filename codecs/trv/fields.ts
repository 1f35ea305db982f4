import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** What the messages of TRV and IW watches mean, as data. */

/** Alarm codes of AP10; 00 is none, and of one that is not here only that it is an alarm is known. */
export const alarmCodes: Readonly<Record<string, SignalKind>> = { '01': 'sos', '05': 'fall', '06': 'fall' }

/** Vital signs by type: what each field is. 0 is no reading. */
export const vitals: Readonly<Record<string, readonly MetricName[]>> = {
  AP49: ['heart_rate'],
  APHT: ['heart_rate', 'systolic', 'diastolic'],
  APHP: ['heart_rate', 'systolic', 'diastolic', 'spo2', 'blood_glucose', 'body_temperature'],
  AP50: ['body_temperature', 'battery'],
}

/** Reports with a position: at set times, at an alarm, and those of the older trackers. */
export const reports: ReadonlySet<string> = new Set(['AP01', 'AP10', 'YP03', 'YP14'])

/** Log-in and positions by cells, which say nothing for us. Answers to commands are known by their number. */
export const quiet: ReadonlySet<string> = new Set(['AP00', 'AP02', 'AP04', 'AP07', 'AP11'])
