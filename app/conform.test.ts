import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAlerts } from '../alerts/start.ts'
import { type RunningBroker, startBroker } from '../broker/start.ts'
import { decodeRecord } from '../codecs/decode.ts'
import { systemClock } from '../domain/clock.ts'
import type { Journal } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { type Faces, makeAuthority, makeFaces, makeServer, type Pair } from '../simulators/conform/certificates.ts'
import { conform } from '../simulators/conform/conform.ts'
import { startDevice } from '../simulators/conform/devices/device.ts'
import { type SimulatedName, simulatedDevices, simulatedNames } from '../simulators/conform/devices/habits.ts'
import { hastened } from '../simulators/conform/hastened.ts'
import type { Report } from '../simulators/conform/report.ts'
import { createDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

const log = pino({ level: 'silent' })
const hosts = ['127.0.0.1', 'localhost']
/** Minutes become seconds: everybody's clock, Vigil's too, runs so many times as fast. */
const SPEED = 20
const clock = hastened(systemClock, SPEED, systemClock.now() - 10 * 60_000)

let data: string
let store: Store
let journal: Journal
let broker: RunningBroker
let alerts: { close(): Promise<void> }
let authority: Pair
let faces: Faces

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-conform-'))
  store = await openStore({ data, clock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock, diskReserveBytes: 0 })
  broker = await startBroker({ journal, store, clock, log, host: '127.0.0.1', mqttPort: 0, httpPort: 0 })
  alerts = await startAlerts({ journal, store, clock, log })
  authority = await makeAuthority('the test', systemClock.now())
  const server = await makeServer(authority, hosts, systemClock.now())
  faces = await makeFaces(server, authority, hosts, systemClock.now())
})

afterAll(async () => {
  await alerts.close()
  await broker.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

/** One simulated device through the kit, to the real broker. */
async function run(name: SimulatedName, id: string = name): Promise<Report> {
  const { token } = await store.write((tx) => createDevice(tx, { id }, 0))
  const off = new AbortController()
  let device: ReturnType<typeof startDevice> | undefined
  const report = await conform({
    device: id,
    vigil: { host: '127.0.0.1', port: broker.mqttPort },
    listen: { host: '127.0.0.1', port: 0, tlsPort: 0 },
    faces,
    decode: decodeRecord,
    bounds: { watch: 90_000, batteryWithin: 120_000 },
    simulated: name,
    clock,
    signal: off.signal,
    guide: (door) => ({
      say: () => {},
      async ask(what) {
        if (what === 'connect')
          device = startDevice({
            id,
            token,
            habits: simulatedDevices[name],
            seed: 1,
            host: '127.0.0.1',
            ...door,
            ca: authority.cert,
            clock,
            signal: off.signal,
          })
        if (what === 'signal') device?.press()
      },
    }),
  })
  off.abort()
  await device?.ended
  return report
}

const failed = (report: Report) => report.clauses.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id)

describe('the simulated devices, through the kit to the real broker', () => {
  it.concurrent.each(simulatedNames)('%s', { timeout: 120_000 }, async (name) => {
    const report = await run(name)
    if (process.env.SHOW) (await import('node:fs')).writeFileSync(`/tmp/conf-${name}.json`, JSON.stringify(report))
    expect(failed(report)).toEqual(simulatedDevices[name].fails)
    const rest = report.clauses.filter(({ verdict }) => verdict !== 'failed' && verdict !== 'passed')
    // Without TLS there is no certificate to be shown; all else was seen.
    expect(rest.map(({ id }) => id)).toEqual(name === 'fire-and-forget' ? ['certificate'] : [])
    expect(report.disturbances).toEqual([])
  })
})
