import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { issueToken } from '../../store/credentials.ts'
import { deleteDevice, registerDevice } from '../../store/devices.ts'
import { createIntegration, deleteIntegration } from '../../store/integrations.ts'
import type { Tx } from '../../store/store.ts'
import { createVendor, deleteVendor } from '../../store/vendors.ts'
import { greet, rawTcp } from '../../test/raw_client.ts'
import { type FrontDoor, openFrontDoor } from '../test_front_door.ts'
import * as test from './test_sessions.ts'

const status = 'vigil/v1/alone/status'

describe('what is kept of somebody', () => {
  it('from before the one of today was registered goes for good, what came since and what is of others stays', async () => {
    const sessions = await test.opened()
    const { persistence } = sessions
    const will = { topic: status, payload: 'gone', qos: 1 as const, retain: true }
    const leave = async (n: number) => {
      const { id } = test.client(n, 'device:alone')
      await test.subscribe(sessions, id, 'vigil/v1/alone/receipts')
      await persistence.putWill({ id }, { ...will })
    }
    await leave(1)
    await test.publish(sessions, test.message('old', 'vigil/v1/alone/receipts'))
    await persistence.storeRetained({ ...test.message('on', status), retain: true })
    await persistence.storeRetained({ ...test.message('on', 'vigil/v1/watch-1/status'), retain: true })
    await test.clock.advance(1_000)
    const createdAt = test.clock.now()
    await leave(2)
    expect([...sessions.owners()].sort()).toEqual(['device:alone', 'device:watch-1'])
    await sessions.forgetBefore('device:alone', createdAt)
    for (const now of [sessions, await test.reopened(sessions)]) {
      expect(await test.filters(now, 'device:alone/1')).toEqual([])
      expect(await test.texts(now, 'device:alone/1')).toEqual([])
      expect(await now.persistence.getWill({ id: 'device:alone/1' })).toBeUndefined()
      expect(await test.filters(now, 'device:alone/2')).toEqual(['vigil/v1/alone/receipts'])
      expect(await now.persistence.getWill({ id: 'device:alone/2' })).toBeDefined()
      expect(await test.retained(now, 'vigil/v1/+/status')).toEqual(['on'])
    }
  })
})

describe('an id that is given again', () => {
  let house: FrontDoor
  let aheadMs = 0
  let admins = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs }
  beforeEach(async () => {
    house = await openFrontDoor(clock)
    await house.start('one')
  })
  afterEach(() => house.close())

  const anew: Record<string, (tx: Tx, now: number) => Promise<unknown>> = {
    async alone(tx, now) {
      await deleteDevice(tx, 'alone', now)
      await registerDevice(tx, { id: 'alone' }, now)
    },
    async 'vendor/bolt'(tx, now) {
      await deleteDevice(tx, 'bolt-1', now)
      await deleteVendor(tx, 'bolt', now)
      await createVendor(tx, { id: 'bolt', name: 'another' }, now)
    },
    async 'integration/north'(tx, now) {
      await deleteIntegration(tx, 'north', now)
      await createIntegration(tx, { id: 'north', name: 'another', area: 'north' }, now)
    },
  }
  const filters: Record<string, string> = {
    alone: 'vigil/v1/alone/receipts',
    'vendor/bolt': 'vigil/v1/vendors/bolt/receipts',
    'integration/north': 'vigil/v1/areas/north/tickets',
  }

  /** `heard`: whether a broker that runs may hear of it before somebody connects. */
  async function giveAgain(user: string, { heard }: { heard: boolean }): Promise<void> {
    aheadMs += 1_000
    const now = clock.now()
    const key = user.includes('/') ? user.replace('/', ':') : `device:${user}`
    house.tokens[user] = await house.store.write(async (tx) => {
      await anew[user]?.(tx, now)
      const { token } = await issueToken(tx, key, { now })
      if (!heard) await tx.deleteFrom('changes').execute()
      return token
    })
  }

  /** Connects with a session that lasts; tells whether there was one. */
  async function isPresent(user: string, { subscribing }: { subscribing: boolean }): Promise<boolean> {
    const client = rawTcp(house.brokers[0]!.mqttPort)
    const login = { username: user, password: Buffer.from(house.tokens[user]!) }
    const { returnCode, sessionPresent } = await greet(client, { clean: false, clientId: 'c', ...login })
    expect(returnCode).toBe(0)
    if (subscribing) {
      client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: filters[user]!, qos: 1 }] })
      expect((await client.next('suback')).granted).toEqual([1])
    }
    client.stream.destroy()
    return sessionPresent
  }

  describe.each(Object.keys(anew))('%s', (user) => {
    it('finds no session of the one before, though nobody has heard of the change yet', async () => {
      await isPresent(user, { subscribing: true })
      expect(await isPresent(user, { subscribing: false })).toBe(true)
      await giveAgain(user, { heard: false })
      expect(await isPresent(user, { subscribing: true })).toBe(false)
      expect(await isPresent(user, { subscribing: false })).toBe(true)
    })
  })

  async function retainedStatus(): Promise<unknown[]> {
    const admin = await house.enter('admin', { clientId: `admin-${admins++}` })
    // Retained messages come before the answer to what is asked after them.
    await admin.subscribeAsync('vigil/v1/+/status', { qos: 1 })
    await admin.publishAsync('vigil/v1/watch-1/status', '{"online":true}', { qos: 1 })
    await expect.poll(() => admin.heard.some(({ topic }) => topic.includes('watch-1'))).toBe(true)
    return admin.heard.filter(({ topic }) => topic === status)
  }

  it.each(['while the broker runs', 'while it is down'])('has no retained status of before, given %s', async (when) => {
    const device = await house.enter('alone')
    await device.publishAsync(status, '{"online":true}', { qos: 1, retain: true })
    await device.endAsync()
    expect(await retainedStatus()).toHaveLength(1)
    const isDown = when === 'while it is down'
    if (isDown) await house.stop(house.brokers[0]!)
    await giveAgain('alone', { heard: true })
    if (isDown) await house.start('one')
    await expect.poll(retainedStatus).toEqual([])
  })
})
