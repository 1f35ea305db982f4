import { register } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topicOf } from '../domain/topics.ts'
import type { Lane } from '../journal/journal.ts'
import { deadLetter, requestReplay } from '../store/dead_letters.ts'
import { createDevice, getDevice } from '../store/devices.ts'
import { pending } from '../store/outbox.ts'
import { readPosition } from '../store/positions.ts'
import type { Point, Telemetry } from './telemetry.ts'
import { at, openRoom, reading, recordOf, type TestRoom } from './test_room.ts'

let room: TestRoom
beforeEach(async () => {
  room = await openRoom()
})
afterEach(() => room.close())

/** Telemetry that refuses or holds back some points; the rest it does as the real one. */
function telemetryWith(write: (points: Point[], signal: AbortSignal) => ReturnType<Telemetry['write']>): Telemetry {
  return { ...room.telemetry, write, close: async () => {} }
}

describe('ingest', () => {
  it('stores readings of both lanes, and what the device was last known to be', async () => {
    await room.store.write((tx) => createDevice(tx, { id: 'watch-1' }, at))
    await room.journal.append('bulk', reading('watch-1', 71))
    await room.journal.append('urgent', reading('watch-1', 72, at + 1))
    const status = { topic: topicOf('watch-1', 'status'), receivedAt: at + 5 }
    await room.journal.append('bulk', recordOf('watch-1', { online: true, firmware: '1.2' }, status))
    await room.start()
    await Promise.all([room.worked('bulk'), room.worked('urgent')])
    expect(await room.valuesOf('watch-1')).toEqual([
      ['heart_rate', at, 71],
      ['heart_rate', at + 1, 72],
    ])
    const seen = { online: true, firmware: '1.2', last_seen_at: new Date(at + 5).toISOString() }
    expect(await getDevice(room.store.db, 'watch-1')).toMatchObject(seen)
    expect(await room.letters()).toEqual([])
    expect(await room.receipts()).toEqual([])
  })

  it('keeps a message that is refused in part whole, stores the rest of it, and tells the device', async () => {
    const body = { at, readings: { heart_rate: 71, sweat: 1, spo2: 'high' } }
    await room.journal.append('bulk', recordOf('watch-1', body))
    await room.start()
    await room.worked('bulk')
    expect(await room.valuesOf('watch-1')).toEqual([['heart_rate', at, 71]])
    const [letter, ...more] = await room.letters()
    expect(more).toEqual([])
    expect(letter).toMatchObject({ id: 'bulk-1', code: 'metric_unknown', device: 'watch-1', principal: 'watch-1' })
    expect(letter?.detail).toMatch(/metric_unknown: .*sweat.*; value_not_a_number: .*spo2/)
    const whole = await deadLetter(room.store.db, 'bulk-1')
    expect(Buffer.from(whole?.payload ?? []).toString()).toBe(JSON.stringify(body))
    expect(await room.receipts()).toMatchObject([
      {
        stable_id: 'refused-bulk-1',
        target: 'watch-1',
        body: { result: 'refused', code: 'metric_unknown', topic: 'vigil/v1/watch-1/readings' },
      },
    ])
  })

  it('leaves the answer to alerts where a signal is in it, and keeps the broken message all the same', async () => {
    const signals = { topic: topicOf('watch-1', 'signals') }
    await room.journal.append('urgent', recordOf('watch-1', '{"signal":"sos","at":"yesterday"', signals))
    await room.start()
    await room.worked('urgent')
    expect(await room.letters()).toMatchObject([{ id: 'urgent-1', code: 'payload_not_json' }])
    expect(await room.receipts()).toEqual([])
  })

  it('keeps what the front door refused, stores nothing of it, and tells who sent it', async () => {
    const foreign = { principal: 'watch-2', refused: 'topic_foreign' }
    await room.journal.append('bulk', { ...reading('watch-1', 71), ...foreign })
    await room.start()
    await room.worked('bulk')
    expect(await room.valuesOf('watch-1')).toEqual([])
    expect(await room.letters()).toMatchObject([
      { id: 'bulk-1', code: 'topic_foreign', principal: 'watch-2', device: 'watch-1' },
    ])
    expect(await room.receipts()).toMatchObject([{ target: 'watch-2', body: { code: 'topic_foreign' } }])
  })

  it('puts a replay that is refused again back to where it was, and makes no second letter and no second receipt', async () => {
    await room.journal.append('bulk', recordOf('watch-1', { at, readings: { sweat: 1 } }))
    await room.start()
    await room.worked('bulk')
    await room.store.write((tx) => requestReplay(tx, ['bulk-1'], at))
    expect(await room.letters()).toMatchObject([{ state: 'replaying' }])
    await room.journal.append('bulk', recordOf('watch-1', 'still broken', { replayOf: 'bulk-1' }))
    await room.worked('bulk')
    expect(await room.letters()).toMatchObject([{ id: 'bulk-1', state: 'kept', code: 'payload_not_json' }])
    expect(await room.receipts()).toHaveLength(1)
  })

  it('keeps a replay that is refused again under its own number where the letter is gone', async () => {
    await room.journal.append('bulk', recordOf('watch-1', 'broken', { replayOf: 'bulk-77' }))
    await room.start()
    await room.worked('bulk')
    expect(await room.letters()).toMatchObject([{ id: 'bulk-1', code: 'payload_not_json' }])
  })

  it('keeps each point that the database refuses, alone, and stores the rest', async () => {
    const refusesSpo2 = telemetryWith(async (points, signal) => {
      const bad = points.filter(({ metric }) => metric === 'spo2')
      const good = points.filter((point) => !bad.includes(point))
      return [
        ...(await room.telemetry.write(good, signal)),
        ...bad.map((point) => ({ point, reason: 'type conflict' })),
      ]
    })
    await room.journal.append('bulk', reading('watch-2', 60))
    const batch = [
      { at, readings: { heart_rate: 71, spo2: 97 } },
      { at: at + 1, readings: { spo2: 98 } },
    ]
    await room.journal.append('bulk', recordOf('watch-1', batch))
    await room.start(refusesSpo2)
    await room.worked('bulk')
    expect(await room.valuesOf('watch-1')).toEqual([['heart_rate', at, 71]])
    const refused = { code: 'point_refused', detail: 'spo2: type conflict', topic: 'vigil/v1/watch-1/readings' }
    expect(await room.letters()).toMatchObject([
      { id: 'bulk-2-2', ...refused },
      { id: 'bulk-2-1', ...refused },
    ])
    const whole = await deadLetter(room.store.db, 'bulk-2-2')
    expect(JSON.parse(Buffer.from(whole?.payload ?? []).toString())).toEqual({
      at: new Date(at + 1).toISOString(),
      readings: { spo2: 98 },
    })
    expect(await room.receipts()).toMatchObject([{ target: 'watch-1', body: { code: 'point_refused' } }])
  })

  it('goes on where it stopped, and works nothing twice', async () => {
    const written: number[] = []
    const counting = telemetryWith((points, signal) => {
      written.push(...points.map(({ value }) => value))
      return room.telemetry.write(points, signal)
    })
    for (let i = 1; i <= 3; i++) await room.journal.append('bulk', reading('watch-1', i, at + i))
    const first = await room.start(counting)
    await room.worked('bulk')
    await first.close()
    for (let i = 4; i <= 6; i++) await room.journal.append('bulk', reading('watch-1', i, at + i))
    await room.start(counting)
    await room.worked('bulk')
    expect(written).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('keeps a storm of rubbish in small writes, so that a ticket finds its turn between them', async () => {
    const rubbish = { ...reading('watch-1', 0), payload: Buffer.from('rubbish') }
    await Promise.all(Array.from({ length: 600 }, () => room.journal.append('bulk', rubbish)))
    const { write } = room.store
    const kept: number[] = []
    room.store.write = async (work) => {
      const result = await write(work)
      kept.push((await room.store.db.selectFrom('dead_letters').select('id').execute()).length)
      return result
    }
    await room.start()
    await room.worked('bulk')
    const steps = kept.map((count, i) => count - (kept[i - 1] ?? 0))
    expect(kept.at(-1)).toBe(600)
    expect(Math.max(...steps)).toBe(250)
    expect(await pending(room.store.db, 'receipt', 999)).toHaveLength(600)
  })

  it('works the urgent lane while bulk is stuck, tells the lag, and closes all the same', async () => {
    const stuck = telemetryWith((points, signal) => {
      if (!points.some(({ device }) => device === 'slow')) return room.telemetry.write(points, signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    })
    for (let i = 0; i < 50; i++)
      await room.journal.append('bulk', { ...reading('slow', i), receivedAt: Date.now() - 60_000 })
    await room.journal.append('urgent', reading('watch-1', 72))
    const ingest = await room.start(stuck)
    await room.worked('urgent')
    expect(await room.valuesOf('watch-1')).toEqual([['heart_rate', at, 72]])
    expect(await readPosition(room.store.db, 'ingest', 'bulk')).toBe(0)
    expect(await gauge('vigil_ingest_lag_records', 'bulk')).toBe(50)
    expect(await gauge('vigil_ingest_lag_seconds', 'bulk')).toBeGreaterThanOrEqual(60)
    expect(await gauge('vigil_ingest_lag_records', 'urgent')).toBe(0)
    await ingest.close()
    expect(await readPosition(room.store.db, 'ingest', 'bulk')).toBe(0)
  })
})

async function gauge(name: string, lane: Lane): Promise<number | undefined> {
  const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {}
  return values.find(({ labels }) => labels.lane === lane)?.value
}
