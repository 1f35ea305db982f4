import { expect, test } from 'vitest'
import { CommandInput } from '../domain/commands.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { changesAfter } from './changes.ts'
import {
  countUndelivered,
  devicesWaiting,
  getCommand,
  listCommands,
  markAnswered,
  markDelivered,
  pendingCommands,
  queueCommand,
  trimCommands,
} from './commands.ts'
import { createDevice, deleteDevice } from './devices.ts'
import type { Store, Tx } from './store.ts'
import { createVendor } from './vendors.ts'

const now = Date.UTC(2026, 10, 22, 8)
const hour = 3_600_000

/** What the API lets through. */
const input = (given: object) => CommandInput.parse(given)
const queue = (tx: Tx, given: object, device = 'watch-1', at = now) =>
  queueCommand(tx, { device, input: input(given), by: 'anna', now: at })
const seqs = async (store: Store, device = 'watch-1', at = now) =>
  (await pendingCommands(store.db, [device], at)).map(({ seq }) => seq)

onBothEngines((engine) => {
  async function opened(): Promise<Store> {
    const store = await engine.open()
    await store.write(async (tx) => {
      await createVendor(tx, { id: 'acme', name: 'Acme' }, now)
      await createDevice(tx, { id: 'gateway-1' }, now)
      await createDevice(tx, { id: 'watch-1', gateway: 'gateway-1' }, now)
      await createDevice(tx, { id: 'watch-2', vendor: 'acme' }, now)
    })
    return store
  }

  test('a command is queued, delivered, answered; every step with its time', async () => {
    const store = await opened()
    const given = { id: 'c-1', kind: 'say', text: 'hello', volume: 3 }
    const { command, isNew } = await store.write((tx) => queue(tx, given))
    const queued = {
      ...given,
      device: 'watch-1',
      queued_by: 'anna',
      queued_at: '2026-11-22T08:00:00.000Z',
      expires_at: '2026-11-22T09:00:00.000Z',
    }
    const unanswered = { answered_at: null, answer: null }
    expect([isNew, command]).toEqual([true, { ...queued, state: 'queued', delivered_at: null, ...unanswered }])
    expect(await changesAfter(store.db, 0, 99)).toContainEqual(
      expect.objectContaining({ kind: 'command', subject: 'device:watch-1', at: now }),
    )
    const [pending] = await pendingCommands(store.db, ['watch-1'], now)
    expect(pending?.sent).toEqual({ ...given, queued_at: queued.queued_at, expires_at: queued.expires_at })
    expect(pending).toMatchObject({ device: 'watch-1', gateway: 'gateway-1', vendor: null })

    expect(await store.write((tx) => markDelivered(tx, [pending!.seq], now + 1))).toBe(1)
    expect(await store.write((tx) => markDelivered(tx, [pending!.seq], now + 2))).toBe(0)
    const delivered = { ...queued, state: 'delivered', delivered_at: '2026-11-22T08:00:00.001Z', ...unanswered }
    expect(await getCommand(store.db, 'watch-1', 'c-1', now + 9 * hour)).toEqual(delivered)
    expect(await seqs(store)).toEqual([])

    const answer = { command: 'c-1', at: now + 2, result: 'done' as const, loud: true }
    const answering = () => store.write((tx) => markAnswered(tx, 'watch-1', [answer], now + 3))
    expect(await answering()).toEqual({ answered: 1, unknown: [] })
    expect(await getCommand(store.db, 'watch-1', 'c-1', now)).toEqual({
      ...delivered,
      state: 'answered',
      answered_at: '2026-11-22T08:00:00.003Z',
      answer: { at: '2026-11-22T08:00:00.002Z', result: 'done', loud: true },
    })
    expect(await answering()).toEqual({ answered: 0, unknown: [] })
  })

  test('the same id and the same command again is the same command; another one is refused', async () => {
    const store = await opened()
    const first = { id: 'c-1', kind: 'say', text: 'hello', a: 1, b: { c: [1] } }
    const { command } = await store.write((tx) => queue(tx, first))
    const again = { b: { c: [1] }, a: 1, text: 'hello', kind: 'say', id: 'c-1' }
    expect(await store.write((tx) => queue(tx, again, 'watch-1', now + 5))).toEqual({ command, isNew: false })
    expect(await seqs(store)).toHaveLength(1)
    for (const other of [
      { ...first, text: 'bye' },
      { ...first, b: {} },
      { ...first, expires_in_s: 60 },
    ])
      await expect(store.write((tx) => queue(tx, other))).rejects.toThrow('id_taken')
    expect((await store.write((tx) => queue(tx, { ...first, text: 'bye' }, 'watch-2'))).isNew).toBe(true)
  })

  test('two without an id are two', async () => {
    const store = await opened()
    const ids = await store.write(async (tx) => [await queue(tx, { kind: 'ring' }), await queue(tx, { kind: 'ring' })])
    expect(new Set(ids.map(({ command }) => command.id)).size).toBe(2)
  })

  test('an expired one is not pending, says so, and may be answered all the same', async () => {
    const store = await opened()
    await store.write((tx) => queue(tx, { id: 'c-1', kind: 'ring', expires_in_s: 60 }))
    expect(await seqs(store, 'watch-1', now + 59_999)).toHaveLength(1)
    expect(await seqs(store, 'watch-1', now + 60_000)).toEqual([])
    const stateAt = async (at: number) => (await getCommand(store.db, 'watch-1', 'c-1', at))?.state
    expect([await stateAt(now + 59_999), await stateAt(now + 60_000)]).toEqual(['queued', 'expired'])
    expect(await countUndelivered(store.db, now + 60_000)).toEqual({ waiting: 0, expired: 1 })
    const answer = { command: 'c-1', at: now, result: 'failed' as const }
    await store.write((tx) => markAnswered(tx, 'watch-1', [answer], now + hour))
    expect(await stateAt(now + hour)).toBe('answered')
    expect(await countUndelivered(store.db, now + hour)).toEqual({ waiting: 0, expired: 0 })
  })

  test('an answer of another device, or to no command, is told; the first answer of several stands', async () => {
    const store = await opened()
    await store.write((tx) => queue(tx, { id: 'c-1', kind: 'ring' }))
    const answer = (command: string, result: 'done' | 'failed' = 'done') => ({ command, at: now, result })
    const of = (device: string, ...answers: ReturnType<typeof answer>[]) =>
      store.write((tx) => markAnswered(tx, device, answers, now))
    expect(await of('watch-2', answer('c-1'))).toEqual({ answered: 0, unknown: ['c-1'] })
    expect(await of('watch-1', answer('c-1', 'failed'), answer('c-9'), answer('c-1'))).toEqual({
      answered: 1,
      unknown: ['c-9'],
    })
    expect((await getCommand(store.db, 'watch-1', 'c-1', now))?.answer?.result).toBe('failed')
  })

  test('only so many wait for one device; expired and delivered ones do not count', async () => {
    const store = await opened()
    const fill = (given: object) =>
      store.write(async (tx) => {
        for (let n = 0; n < limits.commandsWaiting; n++) await queue(tx, given)
      })
    await fill({ kind: 'ring', expires_in_s: 60 })
    await expect(store.write((tx) => queue(tx, { kind: 'ring' }))).rejects.toThrow('commands_full')
    expect((await store.write((tx) => queue(tx, { kind: 'ring' }, 'watch-2'))).isNew).toBe(true)
    expect((await store.write((tx) => queue(tx, { kind: 'ring' }, 'watch-1', now + 60_000))).isNew).toBe(true)
    const later = now + 60_000
    await store.write(async (tx) => {
      for (let n = 1; n < limits.commandsWaiting; n++) await queue(tx, { kind: 'ring' }, 'watch-1', later)
    })
    const waiting = await seqs(store, 'watch-1', later)
    await expect(store.write((tx) => queue(tx, { kind: 'ring' }, 'watch-1', later))).rejects.toThrow('commands_full')
    await store.write((tx) => markDelivered(tx, waiting.slice(0, 1), later))
    expect((await store.write((tx) => queue(tx, { kind: 'ring' }, 'watch-1', later))).isNew).toBe(true)
  })

  test('a gateway and a vendor wait for what waits for their devices', async () => {
    const store = await opened()
    for (const device of ['gateway-1', 'watch-1', 'watch-2'])
      await store.write((tx) => queue(tx, { kind: 'test' }, device))
    // Expires first, and is still not the first to go.
    await store.write((tx) => queue(tx, { kind: 'test', expires_in_s: 60 }, 'watch-1'))
    const waiting = async (of: Parameters<typeof devicesWaiting>[1], at = now) => devicesWaiting(store.db, of, at)
    expect(await waiting({ gateway: 'gateway-1' })).toEqual(['watch-1'])
    expect(await waiting({ vendor: 'acme' })).toEqual(['watch-2'])
    expect(await waiting({ vendor: 'acme' }, now + hour)).toEqual([])
    const both = await pendingCommands(store.db, ['watch-2', 'watch-1'], now)
    expect(both.map(({ device }) => device)).toEqual(['watch-1', 'watch-2', 'watch-1'])
    expect(both.map(({ seq }) => seq)).toEqual(both.map(({ seq }) => seq).sort((a, b) => a - b))
  })

  test('the list is of one device, newest first, in pages', async () => {
    const store = await opened()
    for (const id of ['c-1', 'c-2', 'c-3']) await store.write((tx) => queue(tx, { id, kind: 'test' }))
    await store.write((tx) => queue(tx, { id: 'c-4', kind: 'test' }, 'watch-2'))
    const page = async (after?: string) => {
      const { items, next } = await listCommands(store.db, 'watch-1', now, { after, most: 2 })
      return [items.map(({ id }) => id), next] as const
    }
    const [ids, next] = await page()
    expect(ids).toEqual(['c-3', 'c-2'])
    expect(await page(next ?? '')).toEqual([['c-1'], null])
  })

  test('what is over is removed after its time, and all of a device with it', async () => {
    const store = await opened()
    for (const id of ['c-1', 'c-2', 'c-3']) await store.write((tx) => queue(tx, { id, kind: 'test' }))
    expect(await store.write((tx) => trimCommands(tx, now + hour, 2))).toBe(0)
    expect(await store.write((tx) => trimCommands(tx, now + hour + 1, 2))).toBe(2)
    expect(await store.write((tx) => trimCommands(tx, now + hour + 1, 2))).toBe(1)
    await store.write((tx) => queue(tx, { id: 'c-4', kind: 'test' }))
    await store.write((tx) => deleteDevice(tx, 'watch-1', now))
    await store.write((tx) => createDevice(tx, { id: 'watch-1' }, now))
    expect(await seqs(store)).toEqual([])
  })
})
