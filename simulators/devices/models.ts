import { bedMat } from './bed_mat.ts'
import { bpCuff } from './bp_cuff.ts'
import type { DeviceModel } from './device.ts'
import { door } from './door.ts'
import { pendant } from './pendant.ts'
import { pir } from './pir.ts'
import { radar } from './radar.ts'
import { smoke } from './smoke.ts'
import { watch } from './watch.ts'

/** Every simulated device; a new one is added here and is then held to the rules that the tests have for all. */
export const deviceModels = {
  watch,
  pendant,
  radar,
  pir,
  door,
  bed_mat: bedMat,
  smoke,
  bp_cuff: bpCuff,
} satisfies Record<string, DeviceModel>

export type DeviceKind = keyof typeof deviceModels
