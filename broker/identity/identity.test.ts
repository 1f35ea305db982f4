import { X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, makeClient, makeServer, type Pair } from '../../domain/certificates.ts'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { partitionOf } from '../../domain/ids.ts'
import { listAudit } from '../../store/audit.ts'
import { addAuthority, removeAuthority } from '../../store/authorities.ts'
import { issueToken } from '../../store/credentials.ts'
import { deadLetter, keepDeadLetter, requestReplay } from '../../store/dead_letters.ts'
import { deleteDevice, revokeDevice, rotateToken, updateDevice } from '../../store/devices.ts'
import { revokeIntegration } from '../../store/integrations.ts'
import { enqueue } from '../../store/outbox.ts'
import { revokeCertificates } from '../../store/revocations.ts'
import { revokeVendor } from '../../store/vendors.ts'
import { rawConnected } from '../../test/raw_client.ts'
import { makeBelow, replaceable } from '../../test/tls_parts.ts'
import { cut } from '../metrics.ts'
import { type FrontDoor, type Guest, openFrontDoor } from '../test_front_door.ts'

let house: FrontDoor
/** How far the time of this house is ahead; its clock runs all the same. */
let aheadMs = 0
const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs }

beforeEach(async () => {
  aheadMs = 0
  house = await openFrontDoor(clock)
  await house.start('one')
})
afterEach(() => house.close())

const topic = (device: string, kind: string) => `vigil/v1/${device}/${kind}`
const sos = JSON.stringify({ signal: 'sos' })
const reading = JSON.stringify({ readings: { heart_rate: 70 } })
const told = async () =>
  (await house.records('one')).map(({ topic, principal, device, refused }) => ({ topic, principal, device, refused }))
const receipt = (target: string, n: number) =>
  house.store.write((tx) =>
    enqueue(tx, { stableId: `r-${target}-${n}`, channel: 'receipt', target, body: { n }, at: 1 }),
  )
const gone = (guest: Guest) =>
  guest.connected ? new Promise<void>((resolve) => guest.once('close', () => resolve())) : Promise.resolve()
const cuts = async (reason: string) =>
  (await cut.get()).values.find(({ labels }) => labels.reason === reason)?.value ?? 0

describe('accounts that publish for their children', () => {
  it.each(['gateway-1', 'vendor/acme'])('%s: its own children only, the rest is foreign', async (user) => {
    const account = await house.enter(user)
    await account.publishAsync(topic('mat-1', 'readings'), reading, { qos: 1 })
    await account.publishAsync(topic('mat-2', 'signals'), sos, { qos: 1 })
    await account.publishAsync(topic('bolt-1', 'signals'), sos, { qos: 1 })
    await account.publishAsync(topic('nobody', 'readings'), reading, { qos: 1 })
    const by = { principal: user }
    expect((await told()).sort((a, b) => a.topic.localeCompare(b.topic))).toEqual([
      { ...by, topic: topic('bolt-1', 'signals'), device: 'bolt-1', refused: 'topic_foreign' },
      { ...by, topic: topic('mat-1', 'readings'), device: 'mat-1', refused: undefined },
      { ...by, topic: topic('mat-2', 'signals'), device: 'mat-2', refused: undefined },
      { ...by, topic: topic('nobody', 'readings'), device: 'nobody', refused: 'topic_foreign' },
    ])
  })

  it('a will is bound by the same rule', async () => {
    for (const [n, device] of ['mat-1', 'bolt-1'].entries()) {
      const will = {
        topic: topic(device, 'status'),
        payload: Buffer.from('{"online":false}'),
        qos: 1 as const,
        retain: true,
      }
      const gateway = await house.enter('gateway-1', { will, clientId: `g-${n}` })
      gateway.stream.destroy()
    }
    await expect
      .poll(async () => (await told()).map(({ device, refused }) => [device, refused]).sort())
      .toEqual([
        ['bolt-1', 'topic_foreign'],
        ['mat-1', undefined],
      ])
  })

  it('a child that comes, goes and moves home does so on the connection that stands', async () => {
    const gateway = await house.enter('gateway-1')
    const last = async () => {
      await gateway.publishAsync(topic('bolt-1', 'readings'), reading, { qos: 1 })
      const { refused, partition } = (await house.records('one')).at(-1)!
      return { refused, partition }
    }
    const change = (values: Parameters<typeof updateDevice>[2]) =>
      house.store.write((tx) => updateDevice(tx, 'bolt-1', values, clock.now()))
    expect((await last()).refused).toBe('topic_foreign')
    await change({ vendor: 'acme', gateway: 'gateway-1' })
    await expect.poll(last).toEqual({ refused: undefined, partition: partitionOf('bolt-1') })
    await change({ home: 'home-2' })
    await expect.poll(last).toEqual({ refused: undefined, partition: partitionOf('home-2') })
    await change({ gateway: null })
    await expect.poll(last).toMatchObject({ refused: 'topic_foreign' })
  })

  it('a device that had no children becomes a gateway on the connection that stands; its own move home counts too', async () => {
    const watch = await house.enter('watch-1')
    await house.store.write((tx) => updateDevice(tx, 'mat-2', { gateway: 'watch-1', home: 'home-2' }, clock.now()))
    await house.store.write((tx) => updateDevice(tx, 'watch-1', { home: 'home-2' }, clock.now()))
    await expect
      .poll(async () => {
        await watch.publishAsync(topic('mat-2', 'readings'), reading, { qos: 1 })
        await watch.publishAsync(topic('watch-1', 'readings'), reading, { qos: 1 })
        return (await house.records('one')).slice(-2).map(({ refused, partition }) => [refused, partition])
      })
      .toEqual([
        [undefined, partitionOf('home-2')],
        [undefined, partitionOf('home-2')],
      ])
  })

  it('a replayed dead letter is admitted as from the account that sent it', async () => {
    for (const [id, device] of [
      ['bulk-901', 'mat-1'],
      ['bulk-902', 'bolt-1'],
    ] as const)
      await house.store.write((tx) =>
        keepDeadLetter(tx, {
          ...{ id, receivedAt: 5, topic: topic(device, 'readings'), principal: 'vendor/acme', device },
          ...{ code: 'metric_unknown', detail: '', payload: Buffer.from(reading), retained: false },
        }),
      )
    await house.store.write((tx) => requestReplay(tx, ['bulk-901', 'bulk-902'], 6))
    await expect.poll(async () => (await deadLetter(house.store.db, 'bulk-902'))?.state).toBe('replayed')
    expect((await told()).map(({ principal, device, refused }) => [principal, device, refused])).toEqual([
      ['vendor/acme', 'mat-1', undefined],
      ['vendor/acme', 'bolt-1', 'topic_foreign'],
    ])
  })

  it('by HTTP as by MQTT', async () => {
    const post = (device: string, token: string) =>
      fetch(`http://127.0.0.1:${house.brokers[0]!.httpPort}/api/v1/devices/${device}/signals`, {
        ...{ method: 'POST', body: sos, headers: { authorization: `Bearer ${token}` } },
      })
    const { tokens } = house
    expect((await post('mat-1', tokens['vendor/acme']!)).status).toBe(202)
    expect((await post('mat-1', tokens['gateway-1']!)).status).toBe(202)
    // A signal counts whoever sends it, as long as he may come in; so these make unverified tickets.
    expect((await post('bolt-1', tokens['vendor/acme']!)).status).toBe(202)
    expect((await post('mat-1', tokens['integration/north']!)).status).toBe(202)
    expect((await post('mat-1', 'made-up')).status).toBe(401)
    expect((await told()).map(({ principal, refused }) => [principal, refused])).toEqual([
      ['vendor/acme', undefined],
      ['gateway-1', undefined],
      ['vendor/acme', 'topic_foreign'],
      ['integration/north', 'topic_foreign'],
    ])
  })
})

describe('receipts', () => {
  it("a gateway's wildcard brings its own and its children's, also those that came while it was away", async () => {
    const filters = [topic('+', 'receipts'), topic('+', 'commands')]
    const gateway = await house.enter('gateway-1', { clean: false })
    await gateway.subscribeAsync(filters, { qos: 1 })
    const everybody = ['gateway-1', 'mat-1', 'mat-2', 'watch-1', 'bolt-1', 'alone', 'vendor/acme']
    const heard = (guest: Guest) => guest.heard.map(({ topic, body }) => `${topic} ${body.n}`).sort()
    const own = (n: number) => ['gateway-1', 'mat-1', 'mat-2'].map((device) => `${topic(device, 'receipts')} ${n}`)
    for (const target of everybody) await receipt(target, 1)
    await expect.poll(() => heard(gateway)).toEqual(own(1))
    await gateway.endAsync()
    for (const target of everybody) await receipt(target, 2)
    await receipt('gateway-1', 3)
    const watch = await house.enter('gateway-1', { clientId: 'other' })
    await watch.subscribeAsync(topic('gateway-1', 'receipts'), { qos: 1 })
    const again = await house.enter('gateway-1', { clean: false })
    await expect.poll(() => heard(again)).toEqual([...own(2), `${topic('gateway-1', 'receipts')} 3`].sort())
    expect(heard(gateway)).toEqual(own(1))
  })

  it("a vendor's account hears of what named no device of its own", async () => {
    const account = await house.enter('vendor/acme')
    await account.subscribeAsync('vigil/v1/vendors/acme/receipts', { qos: 1 })
    await receipt('vendor/acme', 7)
    await expect.poll(() => account.heard).toEqual([{ topic: 'vigil/v1/vendors/acme/receipts', body: { n: 7 } }])
  })

  it('a refused subscription is told in SUBACK, on the receipts and in the audit', async () => {
    const { mqttPort } = house.brokers[0]!
    const login = { username: 'watch-1', password: Buffer.from(house.tokens['watch-1']!), clientId: 'raw' }
    const raw = await rawConnected(mqttPort, login)
    const filters = [topic('watch-1', 'receipts'), topic('bolt-1', 'receipts')]
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((filter) => ({ topic: filter, qos: 1 })) })
    expect((await raw.next('suback')).granted).toEqual([1, 128])
    const { payload } = await raw.next('publish')
    expect(JSON.parse(payload.toString())).toMatchObject({
      ...{ result: 'refused', code: 'subscription_refused', topic: topic('bolt-1', 'receipts') },
    })
    const audit = async () =>
      (await listAudit(house.store.db, { subject: 'device:watch-1', refused: true, most: 9 })).items
    await expect
      .poll(audit, { timeout: 10_000 })
      .toMatchObject([
        { who: 'device:watch-1', what: 'refused:subscription_refused', detail: topic('bolt-1', 'receipts'), count: 1 },
      ])
    raw.stream.destroy()
  })

  it('a session that comes back has what it may have now', async () => {
    const gateway = await house.enter('gateway-1', { clean: false })
    await gateway.subscribeAsync([topic('mat-1', 'receipts'), topic('mat-2', 'receipts')], { qos: 1 })
    await gateway.endAsync()
    await receipt('mat-1', 1)
    const other = await house.enter('gateway-1', { clientId: 'other' })
    await house.store.write((tx) => updateDevice(tx, 'mat-1', { gateway: null }, clock.now()))
    await expect
      .poll(async () => {
        await other.publishAsync(topic('mat-1', 'readings'), reading, { qos: 1 })
        return (await told()).at(-1)?.refused
      })
      .toBe('topic_foreign')
    const watcher = await house.enter('mat-1')
    await watcher.subscribeAsync(topic('mat-1', 'receipts'), { qos: 1 })
    const back = await house.enter('gateway-1', { clean: false })
    await receipt('mat-1', 2)
    await receipt('mat-2', 3)
    await expect.poll(() => back.heard.map(({ body }) => body.n)).toEqual([3])
  })
})

describe('what is revoked', () => {
  it('is cut at once, on every broker, whoever else stays; its will is published', async () => {
    const two = await house.start('two')
    const will = {
      topic: topic('watch-1', 'status'),
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    }
    const here = await house.enter('watch-1', { will })
    const there = await house.enter('watch-1', { at: two, will })
    const others = [await house.enter('alone'), await house.enter('gateway-1', { at: two })]
    const before = await cuts('revoked')
    await house.store.write((tx) => revokeDevice(tx, 'watch-1', clock.now()))
    await Promise.all([gone(here), gone(there)])
    expect((await cuts('revoked')) - before).toBe(2)
    for (const name of ['one', 'two'])
      await expect
        .poll(async () =>
          (await house.records(name)).map(({ principal, topic: of, refused }) => [principal, of, refused]),
        )
        .toEqual([['watch-1', topic('watch-1', 'status'), undefined]])
    await expect(house.enter('watch-1')).rejects.toMatchObject({ code: 4 })
    for (const other of others) expect(other.connected).toBe(true)
  })

  it.each<[string, (house: FrontDoor) => Promise<unknown>]>([
    ['watch-1', ({ store }) => store.write((tx) => rotateToken(tx, 'watch-1', clock.now()))],
    ['alone', ({ store }) => store.write((tx) => deleteDevice(tx, 'alone', clock.now()))],
    ['vendor/acme', ({ store }) => store.write((tx) => revokeVendor(tx, 'acme', clock.now()))],
    ['integration/north', ({ store }) => store.write((tx) => revokeIntegration(tx, 'north', clock.now()))],
    ['vendor/bolt', ({ store }) => store.write((tx) => issueToken(tx, 'vendor:bolt', { now: clock.now() }))],
  ])('cuts %s', async (user, revoke) => {
    const guest = await house.enter(user)
    const other = await house.enter('gateway-1')
    await revoke(house)
    await gone(guest)
    expect(other.connected).toBe(true)
  })

  it('an old token beside a new one is cut when its time comes, not before', async () => {
    const old = await house.enter('watch-1')
    const issued = await house.store.write((tx) => rotateToken(tx, 'watch-1', clock.now(), 60_000))
    const fresh = await house.enter('watch-1', { password: issued.token, clientId: 'fresh' })
    await old.publishAsync(topic('watch-1', 'readings'), reading, { qos: 1 })
    const alsoOld = await house.enter('watch-1', { clientId: 'also' })
    aheadMs = 61_000
    await Promise.all([gone(old), gone(alsoOld)])
    expect(fresh.connected).toBe(true)
    await expect(house.enter('watch-1', { clientId: 'again' })).rejects.toMatchObject({ code: 4 })
  })
})

describe('by certificate, over TLS', () => {
  let own: Pair
  let server: Pair
  let acme: Pair

  beforeEach(async () => {
    const making = { at: systemClock.now(), kind: 'ec' } as const
    own = await makeAuthority('the house', making)
    server = await makeServer(own, ['localhost'], making)
    acme = await makeAuthority('acme', making)
    await house.store.write((tx) => addAuthority(tx, 'acme', acme.cert, making.at))
  })

  async function enter(name: string, tlsPort: number, by = acme, along = ''): Promise<Guest> {
    const made = await makeClient(by, name, { at: systemClock.now(), kind: 'ec' })
    const [key, cert] = [made.key, `${made.cert}\n${along}`]
    const secure = { protocol: 'mqtts', port: tlsPort, key, cert, ca: own.cert, servername: 'localhost' } as const
    return house.enter('', { ...secure, username: undefined, password: undefined, clientId: `tls ${name}` } as object)
  }

  it('lets in whom a CA below an authority certified that is sent along, until that one is revoked', async () => {
    const { mqttsPort } = await house.start('secure', { tls: { port: 0, certificate: replaceable(server) } })
    const factory = await makeBelow(acme, 'a factory', clock.now())
    await expect(enter('watch-1', mqttsPort!, factory)).rejects.toMatchObject({ code: 5 })
    const watch = await enter('watch-1', mqttsPort!, factory, factory.cert)
    const { serialNumber } = new X509Certificate(factory.cert)
    await house.store.write((tx) => revokeCertificates(tx, 'acme', [serialNumber], clock.now()))
    await gone(watch)
    await expect(enter('watch-1', mqttsPort!, factory, factory.cert)).rejects.toMatchObject({ code: 5 })
  })

  it('lets devices and accounts in, tells the others why not, and cuts what becomes void', async () => {
    const broker = await house.start('secure', { tls: { port: 0, certificate: replaceable(server) } })
    const port = broker.mqttsPort!
    const gateway = await enter('gateway-1', port)
    await gateway.publishAsync(topic('mat-1', 'signals'), sos, { qos: 1 })
    expect(
      (await house.records('secure')).map(({ principal, device, refused }) => [principal, device, refused]),
    ).toEqual([['gateway-1', 'mat-1', undefined]])
    const watch = await enter('watch-1', port)
    const account = await enter('vendor/acme', port)
    await expect(enter('bolt-1', port)).rejects.toMatchObject({ code: 5 })
    const audit = async () =>
      (await listAudit(house.store.db, { subject: 'device:bolt-1', refused: true, most: 9 })).items
    await expect
      .poll(audit, { timeout: 10_000 })
      .toMatchObject([
        { who: 'nobody', what: 'refused:certificate_refused', detail: expect.stringContaining('another vendor') },
      ])
    const { serialNumber } = new X509Certificate(watch.options.cert as string)
    await house.store.write((tx) => revokeCertificates(tx, 'acme', [serialNumber], clock.now()))
    await gone(watch)
    expect([gateway.connected, account.connected]).toEqual([true, true])
    await house.store.write((tx) => revokeVendor(tx, 'acme', clock.now()))
    await gone(account)
    expect(gateway.connected).toBe(true)
    const { fingerprint } = await house.store.db
      .selectFrom('authorities')
      .select('fingerprint')
      .executeTakeFirstOrThrow()
    await house.store.write((tx) => removeAuthority(tx, 'acme', fingerprint, clock.now()))
    await gone(gateway)
  })
})
