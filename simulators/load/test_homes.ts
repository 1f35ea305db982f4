import type { HomePlan } from '../home/home.ts'

/** Homes made by hand: a resident with a watch and a pendant, and a motion sensor in the kitchen. */
export const handMade = (count: number): HomePlan[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `h-${n}`,
    label: `home ${n}`,
    position: { lat: 39.65, lon: 106.79 },
    residents: [{ id: 'li', seed: n }],
    devices: [
      { id: `h-${n}-watch`, kind: 'watch' },
      { id: `h-${n}-pendant`, kind: 'pendant' },
      { id: `h-${n}-pir`, kind: 'pir', room: 'kitchen' },
    ],
  }))
