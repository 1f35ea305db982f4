import { describe, expect, test } from 'vitest'
import { isZone, zoneMinutesAt } from './zones.ts'

describe('zones', () => {
  test.each([
    ['Asia/Shanghai', '2026-07-01', 480],
    ['Asia/Kolkata', '2026-07-01', 330],
    ['Europe/Berlin', '2026-01-01', 60],
    ['Europe/Berlin', '2026-07-01', 120],
    ['America/St_Johns', '2026-01-01', -210],
    ['UTC', '2026-01-01', 0],
  ])('%s on %s is %i minutes ahead of UTC', (zone, day, minutes) => {
    expect(zoneMinutesAt(zone, Date.parse(day))).toBe(minutes)
  })

  test('what is no zone is told', () => {
    expect([isZone('Asia/Shanghai'), isZone('Mars/Olympus'), isZone('')]).toEqual([true, false, false])
  })
})
