import { register } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topicOf } from '../domain/topics.ts'
import { getCommand, queueCommand } from '../store/commands.ts'
import { requestReplay } from '../store/dead_letters.ts'
import { createDevice } from '../store/devices.ts'
import { readPosition } from '../store/positions.ts'
import { at, openRoom, recordOf, type TestRoom } from './test_room.ts'

let room: TestRoom
beforeEach(async () => {
  room = await openRoom()
  await room.store.write(async (tx) => {
    await createDevice(tx, { id: 'watch-1' }, at)
    await createDevice(tx, { id: 'watch-2' }, at)
    for (const id of ['c-1', 'c-2'])
      await queueCommand(tx, { device: 'watch-1', input: { id, kind: 'ring' }, by: 'anna', now: at - 7_200_000 })
  })
})
afterEach(() => room.close())

const answered = (body: unknown, device = 'watch-1', more: object = {}) =>
  room.journal.append('bulk', recordOf(device, body, { topic: topicOf(device, 'answers'), ...more }))
const command = (id: string) => getCommand(room.store.db, 'watch-1', id, at)
const count = async () =>
  (await register.getSingleMetric('vigil_commands_answered_total')?.get())?.values[0]?.value ?? 0

describe('answers', () => {
  it('are noted with their commands, alone and in batches, also after the expiry', async () => {
    const before = await count()
    expect((await command('c-1'))?.state).toBe('expired')
    await answered({ at: at - 5, command: 'c-1', result: 'done', position: { lat: 39.6, lon: 106.8 } })
    await answered([
      { command: 'c-1', result: 'refused' },
      { command: 'c-2', result: 'failed', detail: 'empty battery' },
    ])
    await room.start()
    await room.worked('bulk')
    expect(await command('c-1')).toMatchObject({
      state: 'answered',
      answered_at: new Date(at).toISOString(),
      answer: { at: new Date(at - 5).toISOString(), result: 'done', position: { lat: 39.6, lon: 106.8 } },
    })
    expect((await command('c-2'))?.answer).toMatchObject({ result: 'failed', detail: 'empty battery' })
    expect([await room.letters(), await room.receipts()]).toEqual([[], []])
    expect((await count()) - before).toBe(2)
  })

  it('to commands that there are not are kept whole and told, and the others of their message count', async () => {
    const batch = [
      { command: 'c-1', result: 'done' },
      { command: 'c-8', result: 'done' },
      { command: 'c-9', result: 'done' },
      { command: 'c-2' },
    ]
    await answered(batch)
    await answered({ command: 'c-2', result: 'done' }, 'watch-2')
    await room.start()
    await room.worked('bulk')
    expect([(await command('c-1'))?.state, (await command('c-2'))?.state]).toEqual(['answered', 'expired'])
    const letters = await room.letters()
    expect(letters.map(({ id, code }) => [id, code])).toEqual([
      ['bulk-2', 'command_unknown'],
      ['bulk-1', 'payload_invalid'],
    ])
    expect(letters[1]?.detail).toMatch(/payload_invalid: .*result.*; command_unknown: command: "c-8", "c-9"/)
    expect(await room.receipts()).toMatchObject([
      { target: 'watch-1', body: { result: 'refused', code: 'payload_invalid' } },
      { target: 'watch-2', body: { result: 'refused', code: 'command_unknown', topic: 'vigil/v1/watch-2/answers' } },
    ])
  })

  it('of a replayed message count, and are not told a second time', async () => {
    await answered({ command: 'c-3', result: 'done' })
    await room.start()
    await room.worked('bulk')
    const replay = async () => {
      await room.store.write((tx) => requestReplay(tx, ['bulk-1'], at))
      await answered({ command: 'c-3', result: 'done' }, 'watch-1', { replayOf: 'bulk-1' })
      await room.worked('bulk')
    }
    await replay()
    expect(await room.letters()).toMatchObject([{ id: 'bulk-1', state: 'kept', code: 'command_unknown' }])
    const late = { device: 'watch-1', input: { id: 'c-3', kind: 'ring' as const }, by: 'anna', now: at }
    await room.store.write((tx) => queueCommand(tx, late))
    await replay()
    expect((await command('c-3'))?.state).toBe('answered')
    expect(await room.receipts()).toHaveLength(1)
  })

  it('are noted in the transaction that moves the position, or not at all', async () => {
    const { write } = room.store
    let failures = 0
    room.store.write = (work) =>
      write(async (tx) => {
        const result = await work(tx)
        const moved = await readPosition(tx, 'ingest', 'bulk')
        if (moved > 0 && failures++ === 0) throw new Error('the disk is full')
        return result
      })
    await answered({ command: 'c-1', result: 'done' })
    await room.start()
    await room.worked('bulk')
    expect(failures).toBeGreaterThan(1)
    expect((await command('c-1'))?.state).toBe('answered')
    expect(await room.letters()).toEqual([])
  })

  it('of a flood are noted in small writes', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ command: `x-${n}`, result: 'done' }))
    for (let n = 0; n < 20; n++) await answered(many)
    const { write } = room.store
    const kept: number[] = []
    room.store.write = async (work) => {
      const result = await write(work)
      kept.push((await room.letters()).length)
      return result
    }
    await room.start()
    await room.worked('bulk')
    const steps = kept.map((now, i) => now - (kept[i - 1] ?? 0))
    expect(kept.at(-1)).toBe(20)
    expect(Math.max(...steps)).toBeLessThanOrEqual(5)
  })
})
