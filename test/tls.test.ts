import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeServer, type Pair } from '../domain/certificates.ts'
import { systemClock } from '../domain/clock.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** The real system over TLS, with the certificate that it makes for itself and with one that it is given. */

const run = promisify(execFile)
const sos = { signal: 'sos' }

let system: System
const clients: MqttClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true)
})

async function dial(url: string, ca: string, id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { clientId: id, username: id, ca, reconnectPeriod: 0, ...options })
  clients.push(client)
  return client
}

const addDevice = async (id: string): Promise<string> =>
  (await system.call<{ token: string }>('POST', '/devices', { id })).token

const ticketOf = (device: string) =>
  until(`the ticket of ${device}`, async () => (await system.tickets()).find((one) => one.device === device))

/** The certificate that a new connection sees. */
async function shownAt(port: number, ca: string): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca })
  await once(socket, 'secureConnect')
  const shown = socket.getPeerX509Certificate()?.fingerprint256
  socket.destroy()
  return shown ?? 'none'
}

describe("with Vigil's own certificate", () => {
  let ca: string
  let caPath: string
  beforeAll(async () => {
    system = await startSystem()
    caPath = join(system.data, 'tls', 'ca.pem')
    ca = await readFile(caPath, 'utf8')
  })
  afterAll(() => system.close())

  it.each([
    ['mqtts', () => `mqtts://127.0.0.1:${system.mqttsPort}`],
    ['wss', () => `wss://localhost:${system.httpsPort}/mqtt`],
  ])('an SOS comes in over %s', async (way, url) => {
    const id = `over-${way}`
    const client = await dial(url(), ca, id, { password: await addDevice(id) })
    await client.publishAsync(`vigil/v1/${id}/signals`, JSON.stringify(sos), { qos: 1 })
    expect((await ticketOf(id)).kind).toBe('sos')
  })

  it('nobody is taken in who does not know the CA', async () => {
    const stranger = await makeAuthority('a stranger', { at: systemClock.now(), kind: 'ec' })
    const url = `mqtts://127.0.0.1:${system.mqttsPort}`
    await expect(dial(url, stranger.cert, 'nobody', { password: 'x' })).rejects.toThrow(/certificate/)
  })

  it('the broker comes back to the same port with the same certificate', async () => {
    const [port, shown] = [system.mqttsPort, await shownAt(system.mqttsPort, ca)]
    await system.kill('broker')
    const back = await until('TLS is back', () => shownAt(port, ca).catch(() => undefined))
    expect(back).toBe(shown)
  })

  describe.skipIf(!needs('mosquitto'))("mosquitto's clients", () => {
    const target = (id: string, token: string) => [
      '-h',
      '127.0.0.1',
      '-p',
      `${system.mqttsPort}`,
      '--cafile',
      caPath,
      '-u',
      id,
      '-P',
      token,
      '-q',
      '1',
    ]

    it('publish an SOS and read its receipt', async () => {
      const token = await addDevice('by-mosquitto')
      const reading = run('mosquitto_sub', [
        ...target('by-mosquitto', token),
        ...['-i', 'reader', '-c', '-t', 'vigil/v1/by-mosquitto/receipts', '-C', '1', '-W', '60'],
      ])
      // Published again and again, because nothing tells when the subscription stands.
      let heard = ''
      void reading.then(({ stdout }) => {
        heard = stdout
      })
      await until('a receipt', async () => {
        const message = ['-t', 'vigil/v1/by-mosquitto/signals', '-m', JSON.stringify(sos)]
        await run('mosquitto_pub', [...target('by-mosquitto', token), ...message])
        return heard || undefined
      })
      expect(JSON.parse(heard)).toMatchObject({ result: expect.stringMatching(/ticket|accepted/) })
      expect((await ticketOf('by-mosquitto')).kind).toBe('sos')
    })

    it.each([
      ['TLS 1.2', ['--tls-version', 'tlsv1.2'], true],
      ['TLS 1.3', ['--tls-version', 'tlsv1.3'], true],
      ['no TLS at all', [], false],
    ])('get in with %s: %j', async (way, version, isTaken) => {
      const id = `by-${way.replaceAll(/\W/g, '-')}`
      const token = await addDevice(id)
      const tls = isTaken ? target(id, token) : target(id, token).filter((one) => one !== '--cafile' && one !== caPath)
      const publishing = run('mosquitto_pub', [
        ...tls,
        ...version,
        ...['-t', `vigil/v1/${id}/signals`, '-m', JSON.stringify(sos)],
      ])
      const ended = await publishing.then(
        () => true,
        () => false,
      )
      expect(ended).toBe(isTaken)
    })
  })
})

describe('with a given certificate', () => {
  const at = systemClock.now()
  let folder: string
  let authority: Pair
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-given-'))
    authority = await makeAuthority('the test', { at, kind: 'ec' })
    await give()
    system = await startSystem({ VIGIL_TLS_CERT: join(folder, 'cert.pem'), VIGIL_TLS_KEY: join(folder, 'key.pem') })
  })
  afterAll(async () => {
    await system.close()
    await rm(folder, { recursive: true })
  })

  /** Puts a new certificate where the old one was; gives its fingerprint. */
  async function give(): Promise<string> {
    const { cert, key } = await makeServer(authority, ['127.0.0.1'], { at, kind: 'ec' })
    await writeFile(join(folder, 'key.pem'), key)
    await writeFile(join(folder, 'cert.pem'), cert)
    return new X509Certificate(cert).fingerprint256
  }

  it('a new one is shown to newcomers, over MQTT and HTTPS, while who is connected goes on', async () => {
    const client = await dial(`mqtts://127.0.0.1:${system.mqttsPort}`, authority.cert, 'stays', {
      password: await addDevice('stays'),
    })
    let ended = false
    client.on('close', () => {
      ended = true
    })
    const fresh = await give()
    for (const port of [system.mqttsPort, system.httpsPort])
      await until('newcomers see it', async () => (await shownAt(port, authority.cert)) === fresh || undefined)
    await client.publishAsync('vigil/v1/stays/signals', JSON.stringify(sos), { qos: 1 })
    expect(ended).toBe(false)
    expect((await ticketOf('stays')).kind).toBe('sos')
  })
})
