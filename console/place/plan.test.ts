import { beforeEach, describe, expect, it } from 'vitest'
import type { Device, FloorPlan } from '../../domain/registry.ts'
import { useLanguage } from '../words/words.js'
import { cut, standing } from './plan.js'

const plan: FloorPlan = {
  rooms: [
    { name: 'Living room', x: 0, y: 0, w: 4, h: 4 },
    { name: 'bathroom', x: 4, y: 0, w: 2, h: 4 },
  ],
  doors: [{ name: 'front door', x: 2, y: 4 }],
}
const device = (id: string, model: string, place: string | null): Device => ({ id, model, place }) as Device

beforeEach(() => useLanguage('en'))

describe('what stands where on a floor plan', () => {
  it('goes by the place of each device, however its blanks are written', () => {
    const devices = [
      device('r', 'Radar', 'living_room'),
      device('d', 'Door', 'Front door'),
      device('w', 'Watch', 'worn'),
    ]
    const stands = standing(plan, devices, [])
    expect([...stands].map(([at, all]) => [at, all.map(({ text }) => text)])).toEqual([
      ['Living room', ['Radar']],
      ['front door', ['Door contact']],
      ['', ['Watch']],
    ])
  })

  it('says once what a device reported, and leaves the others quiet', () => {
    const evidence = [
      { device: 'r', signal: 'fall' as const },
      { device: 'r', signal: 'fall' as const },
    ]
    const stands = standing(plan, [device('r', 'Radar', 'bathroom'), device('c', 'Cord', 'bathroom')], evidence)
    expect(stands.get('bathroom')).toMatchObject([
      { text: 'Radar: Fall', reported: true },
      { text: 'Pull cord', reported: false },
    ])
  })
})

describe('a text in a room', () => {
  it('is cut where the room ends, Chinese characters counting double', () => {
    expect(cut('bathroom', 10)).toBe('bathroom')
    expect(cut('a very long name of a room', 5)).toBe('a very l…')
    expect(cut('卫生间雷达', 3)).toBe('卫生…')
  })
})
