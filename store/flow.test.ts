import { expect, test } from 'vitest'
import { type Clock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Ticket } from '../domain/ticket.ts'
import { onBothEngines } from '../test/engines.ts'
import { recordAudit } from './audit.ts'
import { announce } from './changes.ts'
import { makeClaimCode } from './claims.ts'
import { queueCommand } from './commands.ts'
import { keepDeadLetter } from './dead_letters.ts'
import { registerDevice } from './devices.ts'
import { appendEvent, lastEvent, readEvents, trimEvents } from './events.ts'
import { enqueue, markSent, pending, trimOutbox } from './outbox.ts'
import { consumedBy, movePosition, readPosition } from './positions.ts'
import type { Store, Tx } from './store.ts'
import { trimStore } from './trim.ts'

const event = (tx: Tx, id: string) =>
  appendEvent(tx, { type: 'ticket.updated', at: 5, ticket: { id } as Ticket, areaPath: '/a/', sharedWith: ['/b/'] })
const receipt = (tx: Tx, stableId: string, body: unknown = {}) =>
  enqueue(tx, { stableId, channel: 'receipt', target: 'watch-1', body, at: 3 })

onBothEngines((engine) => {
  test('a position is the lowest of the partitions, and never moves back', async () => {
    const store = await engine.open()
    expect(await readPosition(store.db, 'alerts', 'urgent')).toBe(0)
    await store.write((tx) => movePosition(tx, 'alerts', 'urgent', 7))
    expect(await readPosition(store.db, 'alerts', 'urgent')).toBe(7)
    await store.write((tx) => movePosition(tx, 'alerts', 'urgent', 9, [3, 4]))
    expect(await readPosition(store.db, 'alerts', 'urgent')).toBe(7)
    expect(await readPosition(store.db, 'alerts', 'urgent', [3, 4])).toBe(9)
    await store.write((tx) => movePosition(tx, 'alerts', 'urgent', 8))
    expect(await readPosition(store.db, 'alerts', 'urgent')).toBe(8)
    expect(await readPosition(store.db, 'alerts', 'urgent', [3, 4])).toBe(9)
    expect(await readPosition(store.db, 'alerts', 'bulk')).toBe(0)
  })

  test('a partition that nobody has worked holds the position at 0', async () => {
    const store = await engine.open()
    await store.write((tx) => movePosition(tx, 'alerts', 'bulk', 50, [0, 1, 2]))
    expect(await readPosition(store.db, 'alerts', 'bulk')).toBe(0)
  })

  test('the journal may be trimmed to where the slowest consumer is', async () => {
    const store = await engine.open()
    await store.write((tx) => movePosition(tx, 'alerts', 'bulk', 90))
    expect(await consumedBy(store.db, ['alerts', 'ingest'], 'bulk')).toBe(0)
    await store.write((tx) => movePosition(tx, 'ingest', 'bulk', 40))
    expect(await consumedBy(store.db, ['alerts', 'ingest'], 'bulk')).toBe(40)
  })

  test('a position moves with the effect or not at all', async () => {
    const store = await engine.open()
    const failing = store.write(async (tx) => {
      await movePosition(tx, 'alerts', 'urgent', 5)
      throw new Error('detector broke')
    })
    await expect(failing).rejects.toThrow('detector broke')
    expect(await readPosition(store.db, 'alerts', 'urgent')).toBe(0)
  })

  test('events are read after a number, with who may see them', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      for (const id of ['t-1', 't-2', 't-3']) await event(tx, id)
    })
    expect(await readEvents(store.db, 1, 1)).toEqual([
      {
        seq: 2,
        type: 'ticket.updated',
        at: 5,
        ticket_id: 't-2',
        area_path: '/a/',
        shared_with: ['/b/'],
        body: { id: 't-2' },
      },
    ])
    expect(await lastEvent(store.db)).toBe(3)
  })

  test('trimming events keeps the newest and never a number twice', async () => {
    const store = await engine.open()
    const kept = async () => (await readEvents(store.db, 0, 9)).map(({ seq }) => seq)
    expect(await lastEvent(store.db)).toBe(0)
    await store.write(async (tx) => {
      for (const id of ['t-1', 't-2', 't-3']) await event(tx, id)
    })
    expect(await store.write((tx) => trimEvents(tx, 2, 99))).toBe(1)
    expect(await kept()).toEqual([2, 3])
    await store.write((tx) => trimEvents(tx, 0, 99))
    expect([await kept(), await lastEvent(store.db)]).toEqual([[], 3])
    expect(await store.write((tx) => event(tx, 't-4'))).toBe(4)
  })

  test('the same notice twice leaves the house once, even when it has left already', async () => {
    const store = await engine.open()
    await store.write((tx) => receipt(tx, 'r-1', { result: 'accepted' }))
    await store.write((tx) => receipt(tx, 'r-1', { result: 'refused' }))
    const [notice, ...others] = await pending(store.db, 'receipt', 9)
    expect(others).toEqual([])
    expect(notice).toMatchObject({ stable_id: 'r-1', target: 'watch-1', body: { result: 'accepted' }, created_at: 3 })
    await store.write((tx) => markSent(tx, [notice!.id], 10))
    await store.write((tx) => receipt(tx, 'r-1'))
    expect(await pending(store.db, 'receipt', 9)).toEqual([])
  })

  test('notices are pending in their order and by channel, until they are marked sent', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      for (const id of ['r-2', 'r-1', 'r-3']) await receipt(tx, id)
      await enqueue(tx, { stableId: 'x-1', channel: 'replay', target: 'u-1', body: {}, at: 3 })
    })
    const first = await pending(store.db, 'receipt', 2)
    expect(first.map(({ stable_id }) => stable_id)).toEqual(['r-2', 'r-1'])
    await store.write((tx) => markSent(tx, [first[0]!.id], 10))
    expect((await pending(store.db, 'receipt', 9)).map(({ stable_id }) => stable_id)).toEqual(['r-1', 'r-3'])
    expect((await pending(store.db, 'replay', 9)).map(({ target }) => target)).toEqual(['u-1'])
  })

  test('trimming the outbox takes what was sent long ago, and nothing that is pending', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      for (const id of ['r-1', 'r-2', 'r-3']) await receipt(tx, id)
    })
    const [one, two] = await pending(store.db, 'receipt', 9)
    await store.write((tx) => markSent(tx, [one!.id], 100))
    await store.write((tx) => markSent(tx, [two!.id], 200))
    expect(await store.write((tx) => trimOutbox(tx, 200, 99))).toBe(1)
    expect(await store.write((tx) => trimOutbox(tx, 1e15, 99))).toBe(1)
    expect((await pending(store.db, 'receipt', 9)).map(({ stable_id }) => stable_id)).toEqual(['r-3'])
  })

  test('a trim of much is done in small writes, so that a ticket finds its turn between them', async () => {
    const store = await engine.open()
    const rows = Array.from({ length: 1_200 }, (_, i) => i)
    await store.write((tx) =>
      tx
        .insertInto('outbox')
        .values(
          rows.map((i) => ({
            stable_id: `r-${i}`,
            channel: 'receipt',
            target: 'd',
            body: '',
            created_at: 1,
            sent_at: 1,
          })),
        )
        .execute(),
    )
    const removed: unknown[] = []
    const watched: Store = {
      ...store,
      async write(work) {
        const result = await store.write(work)
        removed.push(result)
        return result
      },
    }
    const pauses: number[] = []
    const clock: Clock = { ...virtualClock(limits.sentNoticeKeepMs + 2), sleep: async (ms) => void pauses.push(ms) }
    expect(await trimStore(watched, clock)).toMatchObject({ outbox: 1_200 })
    expect(removed.filter((count) => count !== 0)).toEqual([500, 500, 200])
    // Those who wait for their turn to write look for it every 4 ms.
    expect(pauses.every((ms) => ms > 4)).toBe(true)
    expect(pauses).toHaveLength(2)
  })

  test('the trim of the whole store goes by the limits, and leaves what is within them', async () => {
    const store = await engine.open()
    const clock = virtualClock(Date.UTC(2026, 10, 22))
    const now = clock.now()
    const letter = { topic: 'x', code: 'payload_empty', detail: '', payload: new Uint8Array(), retained: false }
    await store.write(async (tx) => {
      await keepDeadLetter(tx, { ...letter, id: 'b-1', receivedAt: now - limits.deadLetterKeepMs - 1 })
      await keepDeadLetter(tx, { ...letter, id: 'b-2', receivedAt: now - limits.deadLetterKeepMs })
      await event(tx, 't-1')
      for (const id of ['r-1', 'r-2', 'r-3']) await receipt(tx, id)
      for (const at of [now - limits.changeKeepMs - 1, now - limits.changeKeepMs])
        await announce(tx, { kind: 'access', subject: 'device:w', at })
      for (const at of [now - limits.auditKeepMs - 1, now - limits.auditKeepMs])
        await recordAudit(tx, { at, who: 'x', what: 'created', subject: 'vendor:x' })
      for (const [id, expires_at] of [
        ['w-1', now - 1],
        ['w-2', now],
      ] as const) {
        const credential = { id, principal: `device:${id}`, token_hash: id, created_at: 0, expires_at }
        await tx.insertInto('credentials').values(credential).execute()
        await registerDevice(tx, { id }, now)
        await makeClaimCode(tx, id, expires_at - limits.claimRepeatMs)
      }
      for (const expired of [now - limits.commandKeepMs - 1, now - limits.commandKeepMs]) {
        const at = expired - limits.commandExpiresMs
        await queueCommand(tx, { device: 'w-1', input: { kind: 'test' }, by: 'anna', now: at })
      }
    })
    const [one, two] = await pending(store.db, 'receipt', 9)
    await store.write((tx) => markSent(tx, [one!.id], now - limits.sentNoticeKeepMs - 1))
    await store.write((tx) => markSent(tx, [two!.id], now - limits.sentNoticeKeepMs))
    const nothing = {
      changes: 0,
      audit: 0,
      credentials: 0,
      claims: 0,
      commands: 0,
      dead_letters: 0,
      events: 0,
      outbox: 0,
    }
    // Of the changes, two are of the commands.
    const trimmed = { changes: 3, audit: 1, credentials: 1, claims: 1, commands: 1, dead_letters: 1, outbox: 1 }
    expect(await trimStore(store, clock)).toMatchObject({ ...nothing, ...trimmed })
    expect(await trimStore(store, clock)).toMatchObject(nothing)
  })
})
