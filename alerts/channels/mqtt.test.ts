import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls'
import { Aedes, type AedesPublishPacket, type AuthenticateError } from 'aedes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, makeServer } from '../../domain/certificates.ts'
import { type MqttSettings, mqtt } from './mqtt.ts'
import { noticeOf, toolsOf } from './test_receivers.ts'

type Broker = {
  host: string
  published: { topic: string; qos: number; retain: boolean; body: unknown }[]
  /** Code of CONNACK for whoever has not this password. */
  refusal: number
  /** Withholds PUBACK, and calls back when a message waits for it. */
  onWithheld: (() => void) | undefined
  /** Hangs up instead of acknowledging. */
  hangsUp: boolean
  close(): Promise<void>
}

const login = { user: 'vigil', password: 'geheimes-passwort' }
let broker: Broker
let settings: MqttSettings

async function startBroker(tls?: { key: string; cert: string }): Promise<Broker> {
  const sockets = new Set<Socket>()
  const aedes = await Aedes.createBroker({
    authenticate(_client, user, password, done) {
      if (user === login.user && String(password) === login.password) return done(null, true)
      done(Object.assign(new Error('no'), { returnCode: made.refusal }) as AuthenticateError, false)
    },
    authorizePublish(client, packet, done) {
      const { topic, qos, retain, payload } = packet as AedesPublishPacket
      if (!client) return done(null)
      made.published.push({ topic, qos, retain, body: JSON.parse(payload.toString()) })
      if (made.hangsUp) return void client.close()
      if (made.onWithheld) made.onWithheld()
      else done(null)
    },
  })
  const take = (socket: Socket) => {
    sockets.add(socket)
    aedes.handle(socket)
  }
  const server: Server = tls ? createTlsServer(tls, take) : createTcpServer(take)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const made: Broker = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    published: [],
    refusal: 4,
    onWithheld: undefined,
    hangsUp: false,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return made
}

beforeEach(async () => {
  broker = await startBroker()
  settings = { url: `mqtt://${broker.host}`, ...login, topic: 'alarms/{to}/calls' }
})
afterEach(() => broker.close())

const notice = noticeOf({ to: 'haibowan' })

describe('a notice by MQTT', () => {
  it('is published as JSON, QoS 1, not retained, and acknowledged', async () => {
    const attempt = await mqtt.send(settings, notice, toolsOf())
    expect(attempt).toEqual({ result: 'delivered', detail: `${broker.host} acknowledged it` })
    expect(broker.published).toEqual([{ topic: 'alarms/haibowan/calls', qos: 1, retain: false, body: notice }])
  })

  it('has the same id when it is repeated', async () => {
    for (const _ of [1, 2]) await mqtt.send(settings, notice, toolsOf())
    expect(broker.published.map(({ body }) => (body as { id: string }).id)).toEqual(['notice-4711-2', 'notice-4711-2'])
  })

  it('goes to a topic without an address', async () => {
    const attempt = await mqtt.send({ ...settings, topic: 'alarms' }, noticeOf({ to: '' }), toolsOf())
    expect([attempt.result, broker.published[0]?.topic]).toEqual(['delivered', 'alarms'])
  })

  it('goes to no topic but its own', async () => {
    for (const to of ['', 'a/b', '#', '+', 'a\u0000'])
      expect(await mqtt.send(settings, noticeOf({ to }), toolsOf())).toMatchObject({ result: 'refused' })
    expect((await mqtt.send(settings, noticeOf({ to: '$&$`' }), toolsOf())).result).toBe('delivered')
    expect(broker.published.map(({ topic }) => topic)).toEqual(['alarms/$&$`/calls'])
  })

  it.each([
    [2, 'refused', 'did not take the client id'],
    [3, 'failed', undefined],
    [4, 'refused', 'did not take user and password'],
    [5, 'refused', 'does not let this user in'],
  ])('that a broker answers with code %i is %s', async (code, result, detail) => {
    broker.refusal = code
    const attempt = await mqtt.send({ ...settings, password: 'falsches-passwort' }, notice, toolsOf())
    expect(attempt.result).toBe(result)
    if (detail) expect(attempt.detail).toBe(`${broker.host} ${detail}`)
    expect(attempt.detail).not.toContain('falsch')
  })

  it('is failed where the broker hangs up instead of acknowledging', async () => {
    broker.hangsUp = true
    const attempt = await mqtt.send(settings, notice, toolsOf())
    expect(attempt).toEqual({ result: 'failed', detail: `no connection to ${broker.host} (ECONNRESET)` })
  })

  it('is given up where no acknowledgement comes in time', async () => {
    const tools = toolsOf()
    broker.onWithheld = tools.abort
    const attempt = await mqtt.send(settings, notice, tools)
    expect(attempt).toEqual({ result: 'failed', detail: `${broker.host} did not answer in time` })
    expect(broker.published).toHaveLength(1)
  })

  it('is not begun when the time is over', async () => {
    const tools = toolsOf()
    tools.abort()
    expect(await mqtt.send(settings, notice, tools)).toMatchObject({ result: 'failed' })
    expect(broker.published).toEqual([])
  })

  it('is failed where the broker is away', async () => {
    await broker.close()
    const attempt = await mqtt.send(settings, notice, toolsOf())
    expect(attempt).toEqual({ result: 'failed', detail: `no connection to ${broker.host} (ECONNREFUSED)` })
    broker = await startBroker()
  })

  it('goes by TLS to a broker with a certificate of a known CA only', async () => {
    const made = { at: Date.now(), kind: 'ec' } as const
    const authority = await makeAuthority('mqtt', made)
    const secure = await startBroker(await makeServer(authority, ['127.0.0.1'], made))
    const url = `mqtts://${secure.host}`
    const stranger = await mqtt.send({ ...settings, url }, notice, toolsOf())
    expect([stranger.result, secure.published.length]).toEqual(['failed', 0])
    expect(stranger.detail).toMatch(/^the certificate of [\d.:]+ is not trusted \([A-Z_]+\)$/)
    setDefaultCACertificates([authority.cert])
    expect(await mqtt.send({ ...settings, url }, notice, toolsOf())).toMatchObject({ result: 'delivered' })
    await secure.close()
  })

  it.each([
    ['a wildcard', { topic: 'alarms/#' }],
    ['a system topic', { topic: '$SYS/{to}' }],
    ['no topic', { topic: '' }],
    ['another protocol', { url: 'https://broker.example' }],
    ['no address', { url: 'broker' }],
    ['a password in the address', { url: 'mqtt://a:b@broker.example' }],
    ['a password and no user', { user: undefined }],
  ])('cannot be set up with %s', (_, wrong) => {
    expect(mqtt.settings.safeParse({ ...settings, ...wrong }).success).toBe(false)
  })
})
