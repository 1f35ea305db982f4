import type { SignalKind } from '../../domain/signals.ts'
import type { Field } from '../pushes.ts'

/** What HA02 to HA10 tell in `devicestatus`; `statu` is the vendor's own spelling, `status` what others make of it. */
export const fields: readonly Field[] = [
  { names: ['door_statu', 'door_status'], metric: 'door_open' },
  { names: ['water_immersion_statu', 'water_immersion_status'], metric: 'water_leak' },
  { names: ['people_in_area_statu', 'people_in_area_status'], metric: 'presence' },
  { names: ['temperature'], metric: 'temperature' },
  { names: ['humidity'], metric: 'humidity' },
  { names: ['battery_voltage'], metric: 'battery_voltage' },
  // 1 is normal and 0 is not
  { names: ['power_type'], metric: 'battery_low', convert: (value) => (value === 0 ? 1 : 0) },
]

/** States that are hazards, repeated in each status until they end. */
export const levels: readonly { names: readonly string[]; signal: SignalKind }[] = [
  { names: ['water_immersion_statu', 'water_immersion_status'], signal: 'water_leak' },
  { names: ['smoke_statu', 'smoke_status'], signal: 'smoke' },
  { names: ['gas_statu', 'gas_status'], signal: 'gas' },
  { names: ['co_statu', 'co_status'], signal: 'carbon_monoxide' },
  { names: ['fall_statu', 'fall_status'], signal: 'fall' },
  { names: ['sos_statu', 'sos_status'], signal: 'sos' },
]
