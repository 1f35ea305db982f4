import { limits } from '../../domain/limits.ts'

/** JSON that costs whoever reads it. Made once, because an attacker would do so too. */
const once = (make: () => string): (() => string) => {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}

const filled = (unit: string, bytes: number): string => unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes)

/** As large as a packet may be. */
export const giantJson = once(() => `{"readings":{"heart_rate":70},"pad":"${filled('x', limits.packetBytes - 1_000)}"}`)

export const deepJson = once(() => filled('[', limits.payloadBytes - 1))

/** Words of every hazard, none of which says that there is one: all of it must be looked at. */
export const hazardWords = once(
  () => `{"said":"${filled('no smoke, no gas, no leak, co 0, fire:0, signal ', limits.payloadBytes - 100)}"}`,
)
