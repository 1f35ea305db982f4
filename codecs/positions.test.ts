import { describe, expect, test } from 'vitest'
import { gcjFromBaidu, gcjFromWgs, positionIn, wgsFromGcj } from './positions.ts'

/** Metres from one point to another, near enough for what is near. */
const metres = (a: { lat: number; lon: number }, b: { lat: number; lon: number }): number =>
  Math.hypot(a.lat - b.lat, (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180)) * 111_320

/** Published with the eviltransform libraries: WGS 84, then GCJ-02. */
const cities: [string, number, number, number, number][] = [
  ['Shanghai', 31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
  ['Shenzhen', 22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
  ['Beijing', 39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
]

describe('published points', () => {
  test.each(cities)('%s, both ways', (_name, lat, lon, gcjLat, gcjLon) => {
    const [wgs, gcj] = [
      { lat, lon },
      { lat: gcjLat, lon: gcjLon },
    ]
    expect(metres(gcjFromWgs(wgs), gcj)).toBeLessThan(0.01)
    expect(metres(wgsFromGcj(gcj), wgs)).toBeLessThan(0.01)
    expect(metres(wgs, gcj)).toBeGreaterThan(300)
  })

  /** eviltransform's points in BD-09 lie 10 to 40 m off, because it leaves out the factor 3,000/180. */
  test.each([
    ['coordtransform', 39.915, 116.404, 39.90865673957631, 116.39762729119315],
    ['gcoord', 45, 123, 44.9936543, 122.99363304],
  ])('BD-09 -> GCJ-02, of %s', (_name, lat, lon, gcjLat, gcjLon) => {
    expect(metres(gcjFromBaidu({ lat, lon }), { lat: gcjLat, lon: gcjLon })).toBeLessThan(0.01)
  })

  test('BD-09 -> WGS 84, of gcoord', () => {
    const found = positionIn('BD09', 45, 123)!
    expect(metres(found, { lat: 44.9917154, lon: 122.9876221 })).toBeLessThan(0.1)
    expect(found).toMatchObject({ datum: 'BD09', given: { lat: 45, lon: 123 } })
  })
})

describe('positionIn', () => {
  test('outside of China nothing is shifted', () => {
    expect(positionIn('GCJ02', 52.52, 13.405)).toMatchObject({ lat: 52.52, lon: 13.405 })
  })

  test('WGS 84, and what tells no datum, stay as they are', () => {
    expect(positionIn('WGS84', 39.6, 106.8)).toEqual({ lat: 39.6, lon: 106.8, datum: 'WGS84' })
    expect(positionIn(undefined, 39.6, 106.8)).toEqual({ lat: 39.6, lon: 106.8 })
  })

  test.each([
    [0, 0],
    [90.1, 1],
    [1, -180.1],
    [Number.NaN, 1],
    ['39', 106],
    [undefined, undefined],
  ])('%j %j is no position', (lat, lon) => {
    expect(positionIn('WGS84', lat, lon)).toBeUndefined()
  })

  test('a radius that is told is kept in every datum, 0 is none', () => {
    for (const datum of ['WGS84', 'GCJ02', 'BD09', undefined] as const)
      expect(positionIn(datum, 39.6, 106.8, 12)?.accuracy_m).toBe(12)
    expect(positionIn('WGS84', 39.6, 106.8, 0)).not.toHaveProperty('accuracy_m')
    expect(positionIn('WGS84', 39.6, 106.8, -1)).not.toHaveProperty('accuracy_m')
  })
})
