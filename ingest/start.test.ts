import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { register } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { topicOf } from '../domain/topics.ts'
import type { Journal, JournalRecord, Lane } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { deadLetter, listDeadLetters, requestReplay } from '../store/dead_letters.ts'
import { createDevice, getDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import { pending } from '../store/outbox.ts'
import { readPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { isGuest, startInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { until } from '../test/until.ts'
import { openTelemetry } from './open.ts'
import { startIngest } from './start.ts'
import type { Point, Telemetry } from './telemetry.ts'

const at = Date.UTC(2026, 10, 22, 8)
const log = pino({ level: 'silent' })
const page = { most: 100 }

let data: string
let journal: Journal
let store: Store
let telemetry: Telemetry
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-ingest-'))
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock })
  store = await openStore({ data, clock: systemClock })
  telemetry = await openTelemetry({ data, clock: systemClock, log })
  closing.push(
    () => journal.close(),
    () => store.close(),
    () => telemetry.close(),
  )
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await rm(data, { recursive: true, force: true })
})

async function startHere(into: Telemetry = telemetry, clock: Clock = systemClock) {
  const ingest = await startIngest({ journal, store, telemetry: into, clock, log })
  let isOpen = true
  const close = async () => {
    if (isOpen) await ingest.close()
    isOpen = false
  }
  closing.push(close)
  return { close }
}

function recordOf(device: string, body: unknown, more: Partial<JournalRecord> = {}): JournalRecord {
  return {
    receivedAt: at,
    topic: topicOf(device, 'readings'),
    principal: device,
    device,
    partition: 0,
    payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    retained: false,
    refused: undefined,
    replayOf: undefined,
    ...more,
  }
}
const reading = (device: string, value: number, when = at) =>
  recordOf(device, { at: when, readings: { heart_rate: value } })

/** Until everything that is in a lane is committed. */
const worked = (lane: Lane) =>
  until(`${lane} is worked`, async () => {
    const head = await journal.head(lane)
    return (await readPosition(store.db, 'ingest', lane)) >= head || undefined
  })
const letters = async () => (await listDeadLetters(store.db, {}, page)).items
const receipts = () => pending(store.db, 'receipt', 100)
async function valuesOf(device: string, from: Telemetry = telemetry): Promise<[string, number, number][]> {
  const series = await from.read({ devices: [device], from: 0, to: at + 1e9, most: 100_000 })
  return series.flatMap(({ metric, points }) => points.map(([when, value]) => [metric, when, value] as const)) as never
}

/** Telemetry that refuses or holds back some points; the rest it does as the real one. */
function telemetryWith(write: (points: Point[], signal: AbortSignal) => ReturnType<Telemetry['write']>): Telemetry {
  return { ...telemetry, write, close: async () => {} }
}

describe('ingest', () => {
  it('stores readings of both lanes, and what the device was last known to be', async () => {
    await store.write((tx) => createDevice(tx, { id: 'watch-1' }, at))
    await journal.append('bulk', reading('watch-1', 71))
    await journal.append('urgent', reading('watch-1', 72, at + 1))
    const status = { topic: topicOf('watch-1', 'status'), receivedAt: at + 5 }
    await journal.append('bulk', recordOf('watch-1', { online: true, firmware: '1.2' }, status))
    await startHere()
    await Promise.all([worked('bulk'), worked('urgent')])
    expect(await valuesOf('watch-1')).toEqual([
      ['heart_rate', at, 71],
      ['heart_rate', at + 1, 72],
    ])
    const seen = { online: true, firmware: '1.2', last_seen_at: new Date(at + 5).toISOString() }
    expect(await getDevice(store.db, 'watch-1')).toMatchObject(seen)
    expect(await letters()).toEqual([])
    expect(await receipts()).toEqual([])
  })

  it('keeps a message that is refused in part whole, stores the rest of it, and tells the device', async () => {
    const body = { at, readings: { heart_rate: 71, sweat: 1, spo2: 'high' } }
    await journal.append('bulk', recordOf('watch-1', body))
    await startHere()
    await worked('bulk')
    expect(await valuesOf('watch-1')).toEqual([['heart_rate', at, 71]])
    const [letter, ...more] = await letters()
    expect(more).toEqual([])
    expect(letter).toMatchObject({ id: 'bulk-1', code: 'metric_unknown', device: 'watch-1', principal: 'watch-1' })
    expect(letter?.detail).toMatch(/metric_unknown: .*sweat.*; value_not_a_number: .*spo2/)
    const whole = await deadLetter(store.db, 'bulk-1')
    expect(Buffer.from(whole?.payload ?? []).toString()).toBe(JSON.stringify(body))
    expect(await receipts()).toMatchObject([
      {
        stable_id: 'refused-bulk-1',
        target: 'watch-1',
        body: { result: 'refused', code: 'metric_unknown', topic: 'vigil/v1/watch-1/readings' },
      },
    ])
  })

  it('leaves the answer to alerts where a signal is in it, and keeps the broken message all the same', async () => {
    const signals = { topic: topicOf('watch-1', 'signals') }
    await journal.append('urgent', recordOf('watch-1', '{"signal":"sos","at":"yesterday"', signals))
    await startHere()
    await worked('urgent')
    expect(await letters()).toMatchObject([{ id: 'urgent-1', code: 'payload_not_json' }])
    expect(await receipts()).toEqual([])
  })

  it('keeps what the front door refused, stores nothing of it, and tells who sent it', async () => {
    const foreign = { principal: 'watch-2', refused: 'topic_foreign' }
    await journal.append('bulk', { ...reading('watch-1', 71), ...foreign })
    await startHere()
    await worked('bulk')
    expect(await valuesOf('watch-1')).toEqual([])
    expect(await letters()).toMatchObject([
      { id: 'bulk-1', code: 'topic_foreign', principal: 'watch-2', device: 'watch-1' },
    ])
    expect(await receipts()).toMatchObject([{ target: 'watch-2', body: { code: 'topic_foreign' } }])
  })

  it('puts a replay that is refused again back to where it was, and makes no second letter and no second receipt', async () => {
    await journal.append('bulk', recordOf('watch-1', { at, readings: { sweat: 1 } }))
    await startHere()
    await worked('bulk')
    await store.write((tx) => requestReplay(tx, ['bulk-1'], at))
    expect(await letters()).toMatchObject([{ state: 'replaying' }])
    await journal.append('bulk', recordOf('watch-1', 'still broken', { replayOf: 'bulk-1' }))
    await worked('bulk')
    expect(await letters()).toMatchObject([{ id: 'bulk-1', state: 'kept', code: 'payload_not_json' }])
    expect(await receipts()).toHaveLength(1)
  })

  it('keeps a replay that is refused again under its own number where the letter is gone', async () => {
    await journal.append('bulk', recordOf('watch-1', 'broken', { replayOf: 'bulk-77' }))
    await startHere()
    await worked('bulk')
    expect(await letters()).toMatchObject([{ id: 'bulk-1', code: 'payload_not_json' }])
  })

  it('keeps each point that the database refuses, alone, and stores the rest', async () => {
    const refusesSpo2 = telemetryWith(async (points, signal) => {
      const bad = points.filter(({ metric }) => metric === 'spo2')
      const good = points.filter((point) => !bad.includes(point))
      return [...(await telemetry.write(good, signal)), ...bad.map((point) => ({ point, reason: 'type conflict' }))]
    })
    await journal.append('bulk', reading('watch-2', 60))
    const batch = [
      { at, readings: { heart_rate: 71, spo2: 97 } },
      { at: at + 1, readings: { spo2: 98 } },
    ]
    await journal.append('bulk', recordOf('watch-1', batch))
    await startHere(refusesSpo2)
    await worked('bulk')
    expect(await valuesOf('watch-1')).toEqual([['heart_rate', at, 71]])
    const refused = { code: 'point_refused', detail: 'spo2: type conflict', topic: 'vigil/v1/watch-1/readings' }
    expect(await letters()).toMatchObject([
      { id: 'bulk-2-2', ...refused },
      { id: 'bulk-2-1', ...refused },
    ])
    const whole = await deadLetter(store.db, 'bulk-2-2')
    expect(JSON.parse(Buffer.from(whole?.payload ?? []).toString())).toEqual({
      at: new Date(at + 1).toISOString(),
      readings: { spo2: 98 },
    })
    expect(await receipts()).toMatchObject([{ target: 'watch-1', body: { code: 'point_refused' } }])
  })

  it('goes on where it stopped, and works nothing twice', async () => {
    const written: number[] = []
    const counting = telemetryWith((points, signal) => {
      written.push(...points.map(({ value }) => value))
      return telemetry.write(points, signal)
    })
    for (let i = 1; i <= 3; i++) await journal.append('bulk', reading('watch-1', i, at + i))
    const first = await startHere(counting)
    await worked('bulk')
    await first.close()
    for (let i = 4; i <= 6; i++) await journal.append('bulk', reading('watch-1', i, at + i))
    await startHere(counting)
    await worked('bulk')
    expect(written).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('works the urgent lane while bulk is stuck, tells the lag, and closes all the same', async () => {
    const stuck = telemetryWith((points, signal) => {
      if (!points.some(({ device }) => device === 'slow')) return telemetry.write(points, signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    })
    for (let i = 0; i < 50; i++)
      await journal.append('bulk', { ...reading('slow', i), receivedAt: Date.now() - 60_000 })
    await journal.append('urgent', reading('watch-1', 72))
    const ingest = await startHere(stuck)
    await worked('urgent')
    expect(await valuesOf('watch-1')).toEqual([['heart_rate', at, 72]])
    expect(await readPosition(store.db, 'ingest', 'bulk')).toBe(0)
    expect(await gauge('vigil_ingest_lag_records', 'bulk')).toBe(50)
    expect(await gauge('vigil_ingest_lag_seconds', 'bulk')).toBeGreaterThanOrEqual(60)
    expect(await gauge('vigil_ingest_lag_records', 'urgent')).toBe(0)
    await ingest.close()
    expect(await readPosition(store.db, 'ingest', 'bulk')).toBe(0)
  })
})

async function gauge(name: string, lane: Lane): Promise<number | undefined> {
  const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {}
  return values.find(({ labels }) => labels.lane === lane)?.value
}

describe.skipIf(isGuest || !needs('influxdb'))('ingest into a real InfluxDB', () => {
  it('drains the backlog by itself when the server is back, and nothing is lost', async () => {
    const server = await startInflux()
    closing.push(() => server.close())
    const influx = { url: server.url, database: server.freshDatabase() }
    const influxdb = await openTelemetry({ influx, data, clock: systemClock, log })
    closing.push(() => influxdb.close())
    const append = (from: number, count: number) =>
      Promise.all(Array.from({ length: count }, (_, i) => journal.append('bulk', reading('watch-1', i, at + from + i))))
    await append(0, 500)
    await startHere(influxdb)
    await worked('bulk')
    await server.stop()
    await append(500, 2_000)
    await journal.append('urgent', recordOf('watch-1', 'broken'))
    await worked('urgent')
    expect(await readPosition(store.db, 'ingest', 'bulk')).toBe(500)
    await server.start()
    await worked('bulk')
    const stored = await valuesOf('watch-1', influxdb)
    expect(stored.map(([, when]) => when)).toEqual(Array.from({ length: 2_500 }, (_, i) => at + i))
  })

  it('a reading of the wrong type goes to the dead letters, its neighbours do not', async () => {
    const server = await startInflux()
    closing.push(() => server.close())
    const database = server.freshDatabase()
    await server.ask(`CREATE DATABASE "${database}"`)
    await server.write(database, [`readings,device=old spo2=1i ${at}`])
    const influxdb = await openTelemetry({ influx: { url: server.url, database }, data, clock: systemClock, log })
    closing.push(() => influxdb.close())
    for (let i = 0; i < 20; i++)
      await journal.append('bulk', recordOf(`watch-${i}`, { at, readings: { heart_rate: i, spo2: 97 } }))
    await startHere(influxdb)
    await worked('bulk')
    const kept = await letters()
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(Array.from({ length: 20 }, (_, i) => `bulk-${i + 1}-1`)))
    expect(kept[0]?.detail).toContain('field type conflict')
    expect(await server.ask('SELECT count(heart_rate) FROM readings', database)).toEqual([[0, 20]])
  })
})
