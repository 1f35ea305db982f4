import type { SignalKind } from '../../domain/signals.ts'

/**
 * What each simulated kind of device reports, so that one that stays silent is scored too: it missed everything. A kind
 * that is not here is scored by what it said.
 */
export const reporters: Readonly<Record<string, readonly SignalKind[]>> = {
  watch: ['sos', 'fall'],
  pendant: ['sos'],
  pull_cord: ['sos'],
  radar: ['fall'],
  smoke: ['smoke'],
  gas: ['gas', 'carbon_monoxide'],
  water_leak: ['water_leak'],
  water_meter: ['water_leak'],
}
