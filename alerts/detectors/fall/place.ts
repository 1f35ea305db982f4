/** Where a sensor is worn, as far as it matters: what hangs loose or is not told is judged as neither. */
export type Place = 'wrist' | 'trunk' | 'unknown'

/** Parts of the names that devices and data sets give it. A pendant hangs loose: it is neither wrist nor trunk. */
const places: readonly [Place, RegExp][] = [
  ['wrist', /wrist|watch|band|hand\b|手/i],
  ['trunk', /waist|belt|hip|chest|trunk|torso|back|lumbar|sternum|腰|胸/i],
]

export const placeOf = (name: string | undefined): Place =>
  places.find(([, pattern]) => pattern.test(name ?? ''))?.[0] ?? 'unknown'
