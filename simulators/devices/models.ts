import { bedMat } from './bed_mat.ts'
import { bpCuff } from './bp_cuff.ts'
import type { DeviceModel } from './device.ts'
import { door } from './door.ts'
import { gas } from './gas.ts'
import { gateway } from './gateway.ts'
import { oximeter } from './oximeter.ts'
import { pendant } from './pendant.ts'
import { pir } from './pir.ts'
import { pullCord } from './pull_cord.ts'
import { radar } from './radar.ts'
import { smoke } from './smoke.ts'
import { stoveGuard } from './stove_guard.ts'
import { thermometer } from './thermometer.ts'
import { watch } from './watch.ts'
import { waterLeak } from './water_leak.ts'
import { waterMeter } from './water_meter.ts'

/** Every simulated device; a new one is added here and is then held to the rules that the tests have for all. */
const models = {
  watch,
  pendant,
  pull_cord: pullCord,
  radar,
  pir,
  door,
  bed_mat: bedMat,
  smoke,
  gas,
  water_leak: waterLeak,
  water_meter: waterMeter,
  bp_cuff: bpCuff,
  oximeter,
  thermometer,
  gateway,
  stove_guard: stoveGuard,
} satisfies Record<string, DeviceModel>

export type DeviceKind = keyof typeof models
export const deviceModels: Record<DeviceKind, DeviceModel> = models
