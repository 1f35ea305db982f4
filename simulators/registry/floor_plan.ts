import type { FloorPlan } from '../../domain/registry.ts'

/**
 * The flat in which simulated people live, 8.4 by 6.6 m: the rooms and doors between which they walk, by the names that the
 * registry has for the places of their devices.
 */
export const flat: FloorPlan = {
  rooms: [
    { name: 'bedroom', x: 0, y: 0, w: 3.6, h: 3.6 },
    { name: 'living room', x: 3.6, y: 0, w: 4.8, h: 3.6 },
    { name: 'bathroom', x: 0, y: 3.6, w: 2.4, h: 3 },
    { name: 'hall', x: 2.4, y: 3.6, w: 2.6, h: 3 },
    { name: 'kitchen', x: 5, y: 3.6, w: 3.4, h: 3 },
  ],
  doors: [
    { name: 'front door', x: 3.7, y: 6.6 },
    { name: 'bathroom door', x: 2.4, y: 5.1 },
    { name: 'window', x: 8.4, y: 1.8 },
  ],
}
