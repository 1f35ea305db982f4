import { describe, expect, it } from 'vitest'
import { idPattern } from '../../domain/ids.ts'
import { type DeviceKind, deviceModels } from '../devices/models.ts'
import { createHome } from '../home/home.ts'
import { morning } from '../home/test_home.ts'
import { madeUpHome, madeUpHomes } from './made_up.ts'

const plans = madeUpHomes(1, 300)

describe('made-up homes', () => {
  it('are the same for the same seed and number, and others for another', () => {
    expect(madeUpHome(1, 17)).toEqual(plans[17])
    expect(madeUpHomes(1, 2, 17)).toEqual(plans.slice(17, 19))
    expect(madeUpHome(2, 17).devices).not.toEqual(plans[17]!.devices)
  })

  it('have one or two residents and 4 to 14 devices', () => {
    expect(new Set(plans.map(({ residents }) => residents.length))).toEqual(new Set([1, 2]))
    const counts = plans.map(({ devices }) => devices.length)
    expect(Math.min(...counts)).toBe(4)
    expect(Math.max(...counts)).toBeLessThanOrEqual(14)
  })

  it('have every kind of device among them, and something worn by everybody', () => {
    const kinds = new Set(plans.flatMap(({ devices }) => devices.map(({ kind }) => kind)))
    expect(kinds).toEqual(new Set(Object.keys(deviceModels) as DeviceKind[]))
    for (const { residents, devices } of plans) {
      const wearers = new Set(devices.filter(({ kind }) => deviceModels[kind].worn).map(({ wearer }) => wearer))
      expect(wearers).toEqual(new Set(residents.map(({ id }) => id)))
    }
  })

  it('are called so that no two are alike, by ids that Vigil takes', () => {
    const ids = plans.flatMap(({ id, devices }) => [id, ...devices.map((device) => device.id)])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !idPattern.test(id))).toEqual([])
    expect(plans[3]!.id).toBe('sim-1-3')
    expect(
      plans.flatMap(({ id, devices }) => devices.filter((device) => !device.id.startsWith(`${id}-${device.kind}`))),
    ).toEqual([])
  })

  it('can all be lived in', () => {
    for (const plan of plans) expect(() => createHome(plan, { seed: 1, startAt: morning })).not.toThrow()
  })
})
