import { beforeEach, describe, expect, it } from 'vitest'
import type { Evidence } from '../../domain/ticket.ts'
import { useLanguage } from '../words/words.js'
import { aboutPosition, metresText, sightings, whereText } from './position.js'

const home = { lat: 39.6571, lon: 106.7989 }
/** 340 m away in equal parts to the north and the east: 240.4 m each. */
const northEast = {
  lat: 39.6571 + 240.4 / 111_195,
  lon: 106.7989 + 240.4 / (111_195 * Math.cos((39.658 * Math.PI) / 180)),
}
const evidence = (device: string, at: string, position: Evidence['position']) => ({ device, at, position }) as Evidence

beforeEach(() => useLanguage('en'))

describe('where somebody is', () => {
  it('is told from the home, in both languages', () => {
    expect(whereText(home, { ...northEast, accuracy: 10 })).toBe('340 m north-east of the home')
    useLanguage('zh-CN')
    expect(whereText(home, { ...northEast, accuracy: 10 })).toBe('在住处东北方向 340 米')
  })

  it('is at the home where the position cannot tell the difference', () => {
    expect(whereText(home, { ...northEast, accuracy: 500 })).toBe('at the home')
    expect(whereText(home, { ...home, accuracy: 0 })).toBe('at the home')
  })

  it('says kilometres where it is far', () => {
    expect([metresText(64), metresText(1_234)]).toEqual(['65 m', '1.2 km'])
  })

  it('says how exact it is, from which datum it was converted, and that none was named', () => {
    expect(aboutPosition({ ...home, accuracy_m: 25, datum: 'WGS84' })).toEqual(['within 25 m'])
    expect(aboutPosition({ ...home, datum: 'GCJ02' })).toEqual(['given in GCJ-02, converted'])
    expect(aboutPosition(home)).toEqual(['The device did not say by which datum; taken as WGS 84.'])
  })

  it('is the newest of every device, whatever the order in which it came', () => {
    const all = [
      evidence('watch', '2026-11-22T03:12:09.000Z', { ...northEast, accuracy_m: 5 }),
      evidence('watch', '2026-11-22T03:12:04.000Z', { ...home, accuracy_m: 5 }),
      evidence('radar', '2026-11-22T03:12:20.000Z', null),
    ]
    expect(sightings(all, home, []).map(({ who, where }) => [who, where])).toEqual([
      ['Watch', '340 m north-east of the home'],
    ])
  })
})
