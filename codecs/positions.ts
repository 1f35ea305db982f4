import type { Datum, Position } from '../domain/message.ts'

/**
 * Positions and their datums. China's maps are shifted by an obfuscation (GCJ-02), Baidu's once more (BD-09), by up to some
 * 700 m: an ambulance at the wrong door. The shift is public knowledge (eviltransform and others); WGS 84 is found by iteration.
 */

type Point = { lat: number; lon: number }

/** Krasovsky 1940, on which GCJ-02 computes. */
const semiMajor = 6_378_245
const eccentricitySquared = 0.006693421622965943
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Outside of this box GCJ-02 is WGS 84. */
const inChina = ({ lat, lon }: Point): boolean => lon > 72.004 && lon < 137.8347 && lat > 0.8293 && lat < 55.8271

const waves = (x: number): number => ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3

function shift({ lat, lon }: Point): Point {
  const x = lon - 105
  const y = lat - 35
  const root = Math.sqrt(Math.abs(x))
  const dLat =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    waves(x) +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3
  const dLon =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    waves(x) +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3
  const magic = 1 - eccentricitySquared * Math.sin(radians(lat)) ** 2
  const perLat = ((semiMajor * (1 - eccentricitySquared)) / (magic * Math.sqrt(magic))) * (Math.PI / 180)
  const perLon = (semiMajor / Math.sqrt(magic)) * Math.cos(radians(lat)) * (Math.PI / 180)
  return { lat: dLat / perLat, lon: dLon / perLon }
}

export function gcjFromWgs(point: Point): Point {
  if (!inChina(point)) return point
  const by = shift(point)
  return { lat: point.lat + by.lat, lon: point.lon + by.lon }
}

/** Four rounds bring it below a centimetre. */
export function wgsFromGcj(point: Point): Point {
  let found = point
  for (let i = 0; i < 4; i++) {
    const there = gcjFromWgs(found)
    found = { lat: found.lat + point.lat - there.lat, lon: found.lon + point.lon - there.lon }
  }
  return found
}

const baiduTurn = (Math.PI * 3_000) / 180

export function gcjFromBaidu({ lat, lon }: Point): Point {
  const x = lon - 0.0065
  const y = lat - 0.006
  const z = Math.sqrt(x * x + y * y) - 0.00002 * Math.sin(y * baiduTurn)
  const theta = Math.atan2(y, x) - 0.000003 * Math.cos(x * baiduTurn)
  return { lat: z * Math.sin(theta), lon: z * Math.cos(theta) }
}

/**
 * A position as given in a datum -> one in WGS 84. Undefined where it is none: out of range, or 0/0, which is how trackers
 * say that they have no fix. `accuracy`: the radius of the fix in m; 0 means that it was not told.
 */
export function positionIn(
  datum: Datum | undefined,
  lat: unknown,
  lon: unknown,
  accuracy?: number | undefined,
): Position | undefined {
  if (typeof lat !== 'number' || typeof lon !== 'number' || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180))
    return undefined
  if (lat === 0 && lon === 0) return undefined
  const around = accuracy !== undefined && accuracy > 0 ? { accuracy_m: accuracy } : {}
  if (datum === undefined) return { lat, lon, ...around }
  if (datum === 'WGS84') return { lat, lon, datum, ...around }
  const given = { lat, lon }
  const wgs = wgsFromGcj(datum === 'GCJ02' ? given : gcjFromBaidu(given))
  return { lat: rounded(wgs.lat), lon: rounded(wgs.lon), datum, given, ...around }
}

/** A centimetre: more digits are noise of the computation. */
const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7
