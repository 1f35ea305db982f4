import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { channels } from '../../store/dispatch.ts'
import { claimNotices, deliveriesOf } from '../../store/notices.ts'
import type { Tx } from '../../store/store.ts'
import { noon, startTimeline, story, type Timeline } from '../../test/timeline.ts'
import { until } from '../../test/until.ts'
import { ticketOf } from '../changes.ts'
import { type HttpReceiver, type Received, startHttpReceiver } from '../channels/test_receivers.ts'
import { notify } from '../escalation/telling.ts'
import { workNotices } from './outbox.ts'
import { openWording } from './wording.ts'

/** The worker of the outbox against a receiver that is really there, in virtual time. */

let night: Timeline
let receiver: HttpReceiver
let clock: VirtualClock
let ending: AbortController
let workers: Promise<void>[]

beforeEach(async () => {
  night = await startTimeline()
  receiver = await startHttpReceiver()
  clock = virtualClock(noon + 1_000)
  ending = new AbortController()
  workers = []
  await night.store.write((tx) => addChannel(tx, 'hook'))
  await night.at(0).publish('watch', { signal: 'sos' })
})
afterEach(async () => {
  ending.abort()
  await Promise.all(workers)
  await receiver.close()
  await night.close()
})

const addChannel = (tx: Tx, id: string, url = receiver.url) =>
  channels.create(tx, {
    id,
    name: id,
    area: null,
    ...{
      kind: 'webhook',
      language: 'en',
      detail: 'brief',
      settings: { url: `${url}/${id}`, secret: 'a secret of some length' },
    },
  })

function work() {
  const { store, log } = night
  const word = openWording({ store, zone: 'UTC', publicUrl: 'https://vigil.example' })
  workers.push(workNotices({ store, clock, log, word }, ending.signal))
}
const call = (key = 'contact:son', { ticket = 't-u1-0', channel = 'hook', nonce = 'n' } = {}) =>
  night.store.write(async (tx) => {
    const person = { key, name: key, ways: [{ channel, to: '' }], language: null }
    await notify(tx, await ticketOf(tx, ticket), person, { reason: 'call', at: clock.now(), nonce })
  })
const idOf = ({ headers }: Received) => headers['vigil-id']
const results = async () =>
  (await deliveriesOf(night.store.db, 't-u1-0')).map(({ attempt, result }) => `${attempt} ${result}`)
const outcomes = async () => {
  const rows = await night.store.db
    .selectFrom('outbox')
    .select('result')
    .where('channel', '=', 'notice')
    .orderBy('id')
    .execute()
  return rows.map(({ result }) => result)
}
/** Lets virtual time pass in small steps until it holds. */
const passUntil = (what: string, holds: () => Promise<boolean>, stepMs = 200) =>
  until(what, async () => {
    if (await holds()) return true
    await clock.advance(stepMs)
    return undefined
  })
const received = (count: number) => passUntil(`${count} requests`, async () => receiver.received.length >= count)
const recorded = (count: number) =>
  passUntil(`${count} attempts are kept`, async () => (await results()).length >= count)

describe('a notice', () => {
  it('arrives once, worded, with a link, and is kept with its result', async () => {
    work()
    await call()
    await recorded(1)
    await clock.advance(120_000)
    expect(receiver.received).toHaveLength(1)
    const body = JSON.parse(receiver.received[0]!.body)
    expect(body).toMatchObject({ reason: 'call', ticket: { id: 't-u1-0', kind: 'sos' }, language: 'en' })
    expect(body.link).toMatch(/^https:\/\/vigil\.example\/a\//)
    expect(body.text).not.toMatch(/Hill Street/)
    expect([await results(), await outcomes()]).toEqual([['1 delivered'], ['delivered']])
  })

  it('that fails is tried again with the same id, after pauses that grow', async () => {
    receiver.reply = { status: 503 }
    work()
    await call()
    await recorded(3)
    const at = (await deliveriesOf(night.store.db, 't-u1-0')).map((row) => row.at)
    for (const [n, pause] of [1_000, 2_000].entries()) expect(at[n + 1]! - at[n]!).toBeGreaterThanOrEqual(pause)
    receiver.reply = {}
    await recorded(4)
    expect(await results()).toEqual(['1 failed', '2 failed', '3 failed', '4 delivered'])
    expect(new Set(receiver.received.map(idOf)).size).toBe(1)
    expect(story(await night.ticket())).toContain('undelivered: hook: contact:son')
  })

  it('waits as long as the receiver asks', async () => {
    receiver.reply = { status: 429, headers: { 'retry-after': '40' } }
    work()
    await call()
    await recorded(1)
    await clock.advance(38_000)
    expect(receiver.received).toHaveLength(1)
    await received(2)
  })

  it('that is refused is not tried again, and stands on the ticket', async () => {
    receiver.reply = { status: 404 }
    work()
    await call()
    await recorded(1)
    await clock.advance(600_000)
    expect([receiver.received.length, await outcomes()]).toEqual([1, ['refused']])
    expect(story(await night.ticket())).toContain('undelivered: hook: contact:son')
  })

  it('by a channel that was removed is refused', async () => {
    await call()
    await night.store.write((tx) => channels.remove(tx, 'hook'))
    work()
    await recorded(1)
    expect(await outcomes()).toEqual(['refused'])
  })

  it('to whom nobody answers is cut after its time and tried again', async () => {
    receiver.reply = 'hang'
    work()
    await call()
    await received(1)
    await clock.advance(limits.noticeWithinMs - 2_000)
    expect(await results()).toEqual([])
    await clock.advance(2_500)
    await recorded(1)
    expect(await results()).toEqual(['1 failed'])
  })

  it('is given up after a day', async () => {
    receiver.reply = { status: 500 }
    await call()
    await clock.leap(limits.noticeExpiresMs + 1_000)
    work()
    await recorded(1)
    expect(await outcomes()).toEqual(['expired'])
  })
})

describe('an answer', () => {
  it('ends what was not sent yet', async () => {
    await call()
    await night.at(0.5).does('ann', 'acknowledge')
    work()
    await clock.advance(60_000)
    expect([receiver.received, await outcomes()]).toEqual([[], ['cancelled']])
  })

  it('that comes while a call is on its way: whoever got it is told at once that he need not run', async () => {
    receiver.reply = 'hang'
    work()
    await call()
    await received(1)
    await night.at(0.5).does('ann', 'acknowledge')
    receiver.reply = {}
    await clock.advance(limits.noticeWithinMs)
    // The attempt was cut, so nobody knows whether it arrived: it counts as if it had.
    await received(2)
    expect(receiver.received.map(({ body }) => JSON.parse(body).reason)).toEqual(['call', 'answered'])
    expect(story(await night.ticket())).not.toContain('undelivered: hook: contact:son')
  })

  it('whose call did arrive meanwhile is followed by the word that somebody answered', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = openWording({ store: night.store, zone: 'UTC' })
    const word: typeof slow = async (due, channel) => {
      if (receiver.received.length === 0) await gate
      return slow(due, channel)
    }
    workers.push(workNotices({ store: night.store, clock, log: night.log, word }, ending.signal))
    await call()
    await passUntil('it is claimed', async () => (await claimed()) === 1)
    await night.at(0.5).does('ann', 'acknowledge')
    release()
    await received(2)
    expect(receiver.received.map(({ body }) => JSON.parse(body).reason)).toEqual(['call', 'answered'])
  })
  const claimed = async () =>
    (await night.store.db.selectFrom('outbox').select('attempts').where('channel', '=', 'notice').executeTakeFirst())
      ?.attempts
})

describe('the outbox', () => {
  it('sends the most urgent first', async () => {
    await night.at(0.1).publish('stray', { signal: 'water_leak' })
    await call('contact:leak', { ticket: 't-u2-0' })
    await call('contact:sos')
    work()
    await received(2)
    const order = await night.store.db
      .selectFrom('deliveries')
      .select('recipient')
      .orderBy('at')
      .orderBy('id')
      .execute()
    expect(order.map(({ recipient }) => recipient).length).toBe(2)
    const first = JSON.parse(receiver.received[0]!.body)
    expect(first.ticket.kind).toBe('sos')
  })

  it('worked by two sends each notice once', async () => {
    work()
    work()
    for (let n = 0; n < 30; n++) await call(`contact:${n}`)
    await recorded(30)
    await clock.advance(60_000)
    const ids = receiver.received.map(idOf)
    expect([ids.length, new Set(ids).size]).toEqual([30, 30])
  })

  it('takes up what a worker left that died in the attempt, with the same id', async () => {
    await call()
    const retryAt = clock.now() + 2 * limits.noticeWithinMs
    await night.store.write((tx) => claimNotices(tx, 'notice', { now: clock.now(), most: 5, retryAt }))
    work()
    await clock.advance(2 * limits.noticeWithinMs - 1_000)
    expect(receiver.received).toEqual([])
    await received(1)
    expect(await results().then(() => recorded(1).then(results))).toEqual(['2 delivered'])
  })

  it('leaves a channel alone that fails again and again, and tries it by one; the others go on', async () => {
    const other = await startHttpReceiver()
    await night.store.write((tx) => addChannel(tx, 'well', other.url))
    receiver.reply = { status: 500 }
    work()
    for (let n = 0; n < limits.breakerFailures; n++) await call(`contact:${n}`)
    await received(limits.breakerFailures)
    await recorded(limits.breakerFailures)
    const before = receiver.received.length
    await call('contact:well', { channel: 'well' })
    await passUntil('the other is told', async () => other.received.length === 1)
    await clock.advance(limits.breakerMs - 5_000)
    expect(receiver.received.length).toBe(before)
    await received(before + 1)
    await recorded(before + 2)
    expect(receiver.received.length).toBe(before + 1)
    receiver.reply = {}
    await passUntil('all are told', async () => (await outcomes()).every((result) => result === 'delivered'))
    await other.close()
  })
})
