import type { DevicePlan } from './device.ts'
import { type Quirk, type QuirkName, quirks } from './quirks.ts'

/** The faults that a plan names. Throws a sentence for one that there is not. */
export function quirksOf({ id, traits }: DevicePlan): Quirk[] {
  return (traits?.quirks ?? []).map((name) => {
    const quirk: Quirk | undefined = Object.hasOwn(quirks, name) ? quirks[name as QuirkName] : undefined
    if (!quirk) throw new Error(`${id}: there is no quirk ${name}; there are ${Object.keys(quirks).join(', ')}`)
    return quirk
  })
}

/** The traits that are numbers, with the least and the most. */
const within: Record<string, readonly [number, number]> = {
  clockOffset: [-1e12, 1e12],
  driftPpm: [-1e5, 1e5],
  duplicates: [0, 1],
  charge: [0, 100],
  pace: [0.01, 1e6],
}

/** Throws a sentence where a plan names a trait that there is not, or one that cannot be. */
export function checkTraits({ id, traits = {} }: DevicePlan): void {
  for (const [name, value] of Object.entries(traits)) {
    if (name === 'quirks') continue
    const range = Object.hasOwn(within, name) ? within[name] : undefined
    if (!range) throw new Error(`${id}: there is no trait ${name}; there are ${Object.keys(within).join(', ')}, quirks`)
    if (!(Number(value) >= range[0] && Number(value) <= range[1]))
      throw new Error(`${id}: the trait ${name} is ${value}, and must be from ${range[0]} to ${range[1]}`)
  }
}
