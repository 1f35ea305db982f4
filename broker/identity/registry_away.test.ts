import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KyselyPlugin } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { createDevice, revokeDevice, rotateToken } from '../../store/devices.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { openFrontDoor } from '../test_front_door.ts'
import { type Identity, openIdentity } from './identity.ts'

/** Answers what is read of a store only as told. */
const answering = ({ db, ...store }: Store, answer: () => Promise<unknown>): Store => {
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      await answer()
      return result
    },
  }
  return { ...store, db: db.withPlugin(plugin) }
}

describe('a registry that says nothing', () => {
  let clock: VirtualClock
  let store: Store
  let data: string
  let identity: Identity
  let silence: PromiseWithResolvers<void> | undefined
  let asked: number
  const tokens: Record<string, string> = {}

  beforeEach(async () => {
    clock = virtualClock()
    silence = undefined
    data = await mkdtemp(join(tmpdir(), 'vigil-registry-'))
    store = await openStore({ data, clock })
    for (const id of ['watch-1', 'watch-2', 'new']) {
      tokens[id] = (await store.write((tx) => createDevice(tx, { id }, 0))).token
    }
    const slow = answering(store, async () => {
      asked++
      await silence?.promise
    })
    identity = openIdentity({ store: slow, clock, adminToken: undefined, log: pino({ level: 'silent' }) })
    for (const id of ['watch-1', 'watch-2']) await login(id)
    asked = 0
    silence = Promise.withResolvers()
  })
  afterEach(async () => {
    silence?.resolve()
    await store.close()
    await rm(data, { recursive: true })
  })

  const login = (id: string) => identity.login({ name: id, password: tokens[id] })
  /** What has been told by now. */
  function told(id: string) {
    const seen: { verdict?: Awaited<ReturnType<typeof login>> } = {}
    const done = login(id).then((verdict) => {
      seen.verdict = verdict
    })
    return { seen, done }
  }

  it('holds up whoever is remembered for a second, and for the next second nobody', async () => {
    const first = told('watch-1')
    await expect.poll(() => asked).toBe(1)
    await clock.advance(999)
    expect(first.seen.verdict).toBeUndefined()
    await clock.advance(1)
    expect(first.seen.verdict?.principal).toMatchObject({ id: 'watch-1' })
    for (let n = 0; n < 100; n++) expect((await login('watch-2')).principal).toMatchObject({ id: 'watch-2' })
    expect(asked).toBe(1)
  })

  it('is tried by one at a time, and asked by all again once it has answered', async () => {
    const first = told('watch-1')
    await clock.advance(1_000)
    await first.done
    await clock.advance(1_000)
    const trial = told('watch-1')
    await expect.poll(() => asked).toBe(2)
    await clock.advance(1_000)
    await trial.done
    await clock.advance(10_000)
    for (let n = 0; n < 10; n++) await login('watch-2')
    expect(asked).toBe(2)
    silence?.resolve()
    await expect
      .poll(async () => {
        const before = asked
        await login('watch-1')
        return asked - before
      })
      .toBe(1)
  })

  it('is waited for by whoever is not remembered', async () => {
    const stranger = told('new')
    await clock.advance(4_000)
    expect(stranger.seen.verdict).toBeUndefined()
    silence?.resolve()
    await stranger.done
    expect(stranger.seen.verdict?.principal).toMatchObject({ id: 'new' })
  })

  it('makes forget, with a late answer, who is none of it any more', async () => {
    await store.write((tx) => rotateToken(tx, 'watch-1', 1))
    const late = told('watch-1')
    await clock.advance(1_000)
    await late.done
    expect(late.seen.verdict?.principal).toBeDefined()
    const isRemembered = () => identity.isRemembered({ name: 'watch-1', password: tokens['watch-1'] })
    expect(isRemembered()).toBe(true)
    silence?.resolve()
    await expect.poll(isRemembered).toBe(false)
  })
})

it('cuts whoever was let in by memory and is void, when the registry answers again', async () => {
  const house = await openFrontDoor()
  onTestFinished(() => house.close())
  let isAway = false
  const flaky = answering(house.store, async () => {
    if (isAway) throw new Error('the database is away')
  })
  await house.start('one', { store: flaky })
  await house.enter('watch-1')
  isAway = true
  await house.store.write((tx) => revokeDevice(tx, 'watch-1', systemClock.now()))
  const back = await house.enter('watch-1', { clientId: 'back' })
  const gone = new Promise<void>((resolve) => back.once('close', () => resolve()))
  isAway = false
  await gone
})
