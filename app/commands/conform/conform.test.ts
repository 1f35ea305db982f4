import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAlerts } from '../../../alerts/start.ts'
import { type RunningBroker, startBroker } from '../../../broker/start.ts'
import { decodeRecord } from '../../../codecs/decode.ts'
import { makeAuthority, makeServer, type Pair } from '../../../domain/certificates.ts'
import { systemClock } from '../../../domain/clock.ts'
import type { Journal } from '../../../journal/journal.ts'
import { openLmdbJournal } from '../../../journal/lmdb.ts'
import { type Faces, makeFaces } from '../../../simulators/conform/certificates.ts'
import { conform } from '../../../simulators/conform/conform.ts'
import { startDevice } from '../../../simulators/conform/devices/device.ts'
import { type SimulatedName, simulatedDevices, simulatedNames } from '../../../simulators/conform/devices/habits.ts'
import { hastened } from '../../../simulators/conform/hastened.ts'
import { Report } from '../../../simulators/conform/report.ts'
import { createDevice } from '../../../store/devices.ts'
import { openStore } from '../../../store/open.ts'
import type { Store } from '../../../store/store.ts'
import { Fault } from '../../fault.ts'
import { openCertificates } from './certificates.ts'

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
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0 }
  broker = await startBroker({ journal, store, data, clock, log, ...ports })
  alerts = await startAlerts({ journal, store, clock, log, zone: 'UTC' })
  authority = await makeAuthority('the test', { at: systemClock.now() })
  const server = await makeServer(authority, hosts, { at: systemClock.now() })
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
    expect(failed(report)).toEqual(simulatedDevices[name].fails)
    const rest = report.clauses.filter(({ verdict }) => verdict !== 'failed' && verdict !== 'passed')
    // Without TLS there is no certificate to be shown; all else was seen.
    expect(rest.map(({ id }) => id)).toEqual(name === 'fire-and-forget' ? ['certificate'] : [])
    expect(report.disturbances).toEqual([])
  })
})

it('a device that Vigil refuses is told so while it can be mended, and fails nothing that it had no chance to do', async () => {
  const id = 'nobody-knows-me'
  const off = new AbortController()
  const said: string[] = []
  let device: ReturnType<typeof startDevice> | undefined
  const report = await conform({
    device: id,
    vigil: { host: '127.0.0.1', port: broker.mqttPort },
    listen: { host: '127.0.0.1', port: 0, tlsPort: 0 },
    faces,
    decode: decodeRecord,
    bounds: { connectWithin: 20_000 },
    clock,
    signal: off.signal,
    guide: (door) => ({
      say: (text) => void said.push(text),
      async ask() {
        const habits = simulatedDevices.conforming
        const place = { host: '127.0.0.1', ...door, ca: authority.cert }
        device = startDevice({ id, token: 'guessed', habits, seed: 1, ...place, clock, signal: off.signal })
      },
    }),
  })
  off.abort()
  await device?.ended
  expect(said).toContainEqual(expect.stringMatching(/Vigil refuses the device with code 4.*registered/))
  expect(failed(report)).toEqual(['identity'])
  expect(report.outcome).toBe('does_not_conform')
})

describe('the certificates of a data folder', () => {
  it('come of a CA that is made once, whose key only its owner may read', async () => {
    const first = await openCertificates(data, {})
    const again = await openCertificates(data, { name: ['vigil.example'] })
    expect(again.authority).toEqual(first.authority)
    expect(again.hosts).toContain('vigil.example')
    expect(await readFile(join(data, 'conform', 'ca.pem'), 'utf8')).toBe(first.authority?.cert)
    expect((await stat(join(data, 'conform', 'ca-key.pem'))).mode & 0o777).toBe(0o600)
  })

  it("may be the vendor's own, in sound PEM; a wrong name is then not tried", async () => {
    const [cert, key] = [join(data, 'cert.pem'), join(data, 'key.pem')]
    const own = await makeServer(authority, ['vendor.example'], { at: systemClock.now() })
    await Promise.all([writeFile(cert, own.cert), writeFile(key, own.key)])
    const given = await openCertificates(data, { cert, key })
    expect(Object.keys(given.faces)).toEqual(['own', 'stranger'])
    expect(given.hosts.join()).toContain('vendor.example')
    await expect(openCertificates(data, { cert, key: cert })).rejects.toThrow(Fault)
    await expect(openCertificates(data, { cert })).rejects.toThrow('together')
    await expect(openCertificates(data, { cert, key: join(data, 'none.pem') })).rejects.toThrow('cannot be read')
  })
})

describe('the command', () => {
  /** Runs it to its end; `stopAt` is what it says on stderr when it is to be stopped with Ctrl-C. */
  async function vigil(
    args: string[],
    stopAt: string | undefined = undefined,
  ): Promise<{ code: number; out: string; err: string }> {
    const program = fileURLToPath(new URL('../../vigil.ts', import.meta.url))
    const env = { ...process.env, VIGIL_DATA: data, VIGIL_ADMIN_TOKEN: '' }
    const child = spawn(process.execPath, [program, 'conform', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
      if (!stopAt || !err.includes(stopAt)) return
      stopAt = undefined
      child.kill('SIGINT')
    })
    const [code] = await once(child, 'close')
    return { code, out, err }
  }
  const free = ['--host', '127.0.0.1', '--port', '0', '--tls-port', '0']
  const where = () => ['--mqtt', `mqtt://127.0.0.1:${broker.mqttPort}`, ...free]

  it('stopped early, prints and writes an incomplete report, and ends with 2', async () => {
    const [html, json] = [join(data, 'report.html'), join(data, 'report.json')]
    const ended = await vigil(
      [...where(), '--device', 'watch-1', '--html', html, '--json', json],
      'Let the device connect',
    )
    expect(ended.code).toBe(2)
    expect(ended.out).toMatch(/^Conformance of device watch-1\n[\s\S]*INCOMPLETE/)
    expect(ended.out).not.toContain('\u001b')
    expect(ended.err).toContain(join(data, 'conform', 'ca.pem'))
    expect(Report.parse(JSON.parse(await readFile(json, 'utf8'))).outcome).toBe('incomplete')
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>/)
  })

  it.each([
    [['--device', 'watch-1', '--mqtt', 'mqtt://127.0.0.1:1'], /Nothing answers at mqtt:\/\/127.0.0.1:1/],
    [['--device', 'watch-1', '--mqtt', 'http://127.0.0.1'], /no address of a front door/],
    [['--device', 'a b'], /no device id/],
    [[], /--device/],
  ])('with %j says in one sentence what to mend, and does not blame the device', async (args, said) => {
    const { code, err } = await vigil(args)
    expect(code).toBe(2)
    expect(err).toMatch(said)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})
