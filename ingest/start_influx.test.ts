import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { readPosition } from '../store/positions.ts'
import { isGuest, startInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { silent } from '../test/telemetry_parts.ts'
import { openTelemetry } from './open.ts'
import { at, openRoom, reading, recordOf, type TestRoom } from './test_room.ts'

let room: TestRoom
beforeEach(async () => {
  room = await openRoom()
})
afterEach(() => room.close())

describe.skipIf(isGuest || !needs('influxdb'))('ingest into a real InfluxDB', () => {
  it('drains the backlog by itself when the server is back, and nothing is lost', async () => {
    const server = await startInflux()
    room.closeLater(() => server.close())
    const influx = { url: server.url, database: server.freshDatabase() }
    const influxdb = await openTelemetry({ influx, data: room.data, clock: systemClock, log: silent })
    room.closeLater(() => influxdb.close())
    const append = (from: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) => room.journal.append('bulk', reading('watch-1', i, at + from + i))),
      )
    await append(0, 500)
    await room.start(influxdb)
    await room.worked('bulk')
    await server.stop()
    await append(500, 2_000)
    await room.journal.append('urgent', recordOf('watch-1', 'broken'))
    await room.worked('urgent')
    expect(await readPosition(room.store.db, 'ingest', 'bulk')).toBe(500)
    await server.start()
    await room.worked('bulk')
    const stored = await room.valuesOf('watch-1', influxdb)
    expect(stored.map(([, when]) => when)).toEqual(Array.from({ length: 2_500 }, (_, i) => at + i))
  })

  it('a reading of the wrong type goes to the dead letters, its neighbours do not', async () => {
    const server = await startInflux()
    room.closeLater(() => server.close())
    const database = server.freshDatabase()
    await server.ask(`CREATE DATABASE "${database}"`)
    await server.write(database, [`readings,device=old spo2=1i ${at}`])
    const influxdb = await openTelemetry({
      influx: { url: server.url, database },
      data: room.data,
      clock: systemClock,
      log: silent,
    })
    room.closeLater(() => influxdb.close())
    for (let i = 0; i < 20; i++)
      await room.journal.append('bulk', recordOf(`watch-${i}`, { at, readings: { heart_rate: i, spo2: 97 } }))
    await room.start(influxdb)
    await room.worked('bulk')
    const kept = await room.letters()
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(Array.from({ length: 20 }, (_, i) => `bulk-${i + 1}-1`)))
    expect(kept[0]?.detail).toContain('field type conflict')
    expect(await server.ask('SELECT count(heart_rate) FROM readings', database)).toEqual([[0, 20]])
  })
})
