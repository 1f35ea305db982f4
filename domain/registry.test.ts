import { describe, expect, it } from 'vitest'
import { FloorPlan } from './registry.ts'

const room = { name: 'bathroom', x: 0, y: 0, w: 2.4, h: 3 }

describe('a floor plan', () => {
  it('has rooms in metres, and doors where they matter', () => {
    const plan = { rooms: [room, { ...room, name: 'hall', x: 2.4 }], doors: [{ name: 'front door', x: 4, y: 3 }] }
    expect(FloorPlan.parse(plan)).toEqual(plan)
  })

  it.each([
    ['no room', { rooms: [] }],
    ['more rooms than anybody can see', { rooms: Array.from({ length: 41 }, (_, i) => ({ ...room, name: `${i}` })) }],
    ['a room without a name', { rooms: [{ ...room, name: ' ' }] }],
    ['a room without extent', { rooms: [{ ...room, w: 0 }] }],
    ['a room beyond every house', { rooms: [{ ...room, x: 1_000 }] }],
    ['two rooms of one name', { rooms: [room, { ...room, name: 'Bathroom' }] }],
    ['a door named like a room', { rooms: [room], doors: [{ name: 'bathroom', x: 1, y: 1 }] }],
    ['what no plan has', { rooms: [room], storeys: 2 }],
  ])('is refused with %s', (_, plan) => {
    expect(FloorPlan.safeParse(plan).success).toBe(false)
  })
})
