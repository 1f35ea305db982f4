import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** What a code says: a signal, a state that is no alarm, or nothing for us. `metric` is set to 1 by it. */
export type Code = {
  about: string
  signal?: SignalKind
  metric?: MetricName
  value?: 0 | 1
  /** A button without a meaning of its own: an SOS where the registry says so. */
  press?: 'single'
  clears?: readonly SignalKind[]
  test?: true
  /** How sure it is, where the code does not say what alarm it was. */
  confidence?: number
}

/** `Action` of akmon's pushes. */
export const codes: Record<string, Code> = {
  '-1': { about: 'online or offline' },
  4: { about: 'stays within a fence' },
  5: { about: 'left a fence', signal: 'wandering' },
  6: { about: 'came into a fence', clears: ['wandering'] },
  7: { about: 'SOS', signal: 'sos' },
  9: { about: 'low battery', metric: 'battery_low' },
  10: { about: 'taken off', metric: 'worn', value: 0 },
  11: { about: 'fall', signal: 'fall' },
  22: { about: 'temperature too low', signal: 'vital_sign' },
  23: { about: 'temperature too high', signal: 'vital_sign' },
  24: { about: 'SIM card changed' },
  26: { about: 'WiFi left' },
  27: { about: 'WiFi joined' },
  28: { about: 'WiFi offline' },
  35: { about: 'some device of a home', signal: 'sos', confidence: 0.5 },
  37: { about: 'state' },
  43: { about: 'home set disarmed' },
  45: { about: 'some device of a home set', signal: 'sos', confidence: 0.5 },
  50: { about: 'button of an NB device', press: 'single' },
  51: { about: 'NB device opened', metric: 'tamper' },
  52: { about: 'NB device reset or well again' },
  61: { about: 'some NB device', signal: 'sos', confidence: 0.5 },
  63: { about: 'somebody present', metric: 'presence' },
  67: { about: 'test of an NB device', signal: 'sos', test: true },
  84: { about: 'gateway offline' },
  85: { about: 'gateway online' },
  86: { about: 'device added to a gateway' },
  87: { about: 'device removed from a gateway' },
  115: { about: 'pull cord', signal: 'sos' },
  118: { about: 'fall radar', signal: 'fall' },
  121: { about: 'badge', signal: 'sos' },
  123: { about: 'gas', signal: 'gas' },
  124: { about: 'smoke', signal: 'smoke' },
  125: { about: 'water', signal: 'water_leak' },
  127: { about: 'fall', signal: 'fall' },
  129: { about: 'gas', signal: 'gas' },
  131: { about: 'SOS of an intercom', signal: 'sos' },
  134: { about: 'AI alarm', signal: 'sos', confidence: 0.5 },
  200: { about: 'whose it is' },
  451: { about: 'door contact of an armed home', metric: 'door_open' },
  452: { about: 'smoke', signal: 'smoke' },
  453: { about: 'infrared', metric: 'motion' },
  454: { about: 'gas', signal: 'gas' },
  455: { about: 'carbon monoxide', signal: 'carbon_monoxide' },
  456: { about: 'emergency button', signal: 'sos' },
  457: { about: 'opened', metric: 'tamper' },
  458: { about: 'water', signal: 'water_leak' },
}
