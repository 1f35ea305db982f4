import type { IConnectPacket, IPublishPacket } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FleetDevice, registerHomes } from './fleet.ts'
import { greet, type RawClient, rawTcp } from './raw_client.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

let system: System
let devices: FleetDevice[]
const clients: RawClient[] = []

beforeAll(async () => {
  system = await startSystem()
  devices = await registerHomes(system, 3, ['pendant'])
}, 120_000)
afterEach(() => {
  for (const client of clients.splice(0)) client.stream.destroy()
})
afterAll(() => system.close(), 60_000)

/** Connects, as soon as the broker is there, with a session that lasts if nothing else is said. */
const connected = (username: string, token: string, fields: Partial<IConnectPacket> = {}) =>
  until('the broker lets it in', async () => {
    const client = rawTcp(system.mqttPort)
    clients.push(client)
    const login = { username, password: Buffer.from(token), clean: false, clientId: 'sessions', ...fields }
    const connack = await greet(client, login).catch(() => undefined)
    if (!connack) return undefined
    expect(connack.returnCode).toBe(0)
    return Object.assign(client, { present: connack.sessionPresent })
  })

async function subscribe(client: RawClient, topic: string): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 99, subscriptions: [{ topic, qos: 1 }] })
  expect((await client.next('suback')).granted).toEqual([1])
}

async function endOf(client: RawClient): Promise<void> {
  client.send({ cmd: 'disconnect' })
  await client.closed
}

type Message = Pick<IPublishPacket, 'topic' | 'payload'> & Partial<IPublishPacket>
const publish = (message: Message): IPublishPacket => {
  return { cmd: 'publish', qos: 1, messageId: 7, dup: false, retain: false, ...message }
}
const press = ({ id }: FleetDevice) => ({ topic: `vigil/v1/${id}/signals`, payload: '{"signal":"sos"}' })

const published = (client: RawClient) =>
  client.seen.filter((packet): packet is IPublishPacket => packet.cmd === 'publish')

describe('a broker that is killed with SIGKILL', () => {
  it('knows the session and delivers the receipts that waited in it', async () => {
    const [device] = devices as [FleetDevice]
    const topic = `vigil/v1/${device.id}/receipts`
    const away = await connected(device.id, device.token)
    await subscribe(away, topic)
    await endOf(away)
    const presses = await connected(device.id, device.token, { clientId: 'presses' })
    presses.send(publish(press(device)))
    await presses.next('puback')
    await until('the receipt waits', async () =>
      (await metric('vigil_broker_queued_messages')) > 0 ? true : undefined,
    )
    await system.kill('broker')
    const back = await connected(device.id, device.token)
    expect(back.present).toBe(true)
    await back.next('publish')
    expect(published(back)[0]).toMatchObject({ topic, qos: 1 })
    expect(JSON.parse(published(back)[0]!.payload.toString())).toMatchObject({ result: 'accepted' })
  })

  it('shows the status of before to whoever subscribes later', async () => {
    const device = devices[1]!
    const topic = `vigil/v1/${device.id}/status`
    const watch = await connected(device.id, device.token)
    watch.send(publish({ topic, payload: '{"online":true}', qos: 2, retain: true }))
    await watch.next('pubrec')
    // PUBCOMP waits until all that came before is durable, the status too.
    watch.send({ cmd: 'pubrel', messageId: 7 })
    await watch.next('pubcomp')
    await endOf(watch)
    await system.kill('broker')
    const admin = await connected('admin', adminToken, { clean: true })
    await subscribe(admin, topic)
    expect(await admin.next('publish')).toMatchObject({ topic, retain: true, payload: Buffer.from('{"online":true}') })
  })

  it('takes a QoS 2 message once that it acknowledged before', async () => {
    const device = devices[2]!
    const message = publish({ ...press(device), qos: 2 })
    const before = await connected(device.id, device.token)
    before.send(message)
    await before.next('pubrec')
    await system.kill('broker')
    const after = await connected(device.id, device.token)
    after.send({ ...message, dup: true })
    await after.next('pubrec')
    after.send({ cmd: 'pubrel', messageId: 7 })
    await after.next('pubcomp')
    expect(await journalledSignals()).toBe(0)
    after.send(message)
    await after.next('pubrec', 2)
    expect(await journalledSignals()).toBe(1)
  })
})

const metrics = async () => (await fetch(`${system.url}/metrics`)).text()
/** The value of a metric, 0 where it is not there; `labels` is looked for among its labels. */
async function metric(name: string, labels = ''): Promise<number> {
  const line = (await metrics()).split('\n').find((one) => one.startsWith(name) && one.includes(labels))
  return Number(line?.split(' ').at(-1) ?? 0)
}
/** Signals that the broker that runs now has journalled. */
const journalledSignals = () => metric('vigil_broker_messages_total{', 'lane="urgent"')
