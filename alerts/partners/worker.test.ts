import { afterEach, beforeEach, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { SharedMessage } from '../../domain/partner_messages.ts'
import { createPartner, partnerRow, updatePartner } from '../../store/partners.ts'
import { type ActDetails, iso, noon, startTimeline, story, type Timeline } from '../../test/timeline.ts'
import { verifyWebhook } from '../channels/signature.ts'
import { type HttpReceiver, startHttpReceiver } from '../channels/test_receivers.ts'
import { hear } from './hearing.ts'
import { tellingLoop } from './worker.ts'

const secret = 'a secret of more than enough'
let night: Timeline
let clock: VirtualClock
let receiver: HttpReceiver
let closing: AbortController
let loops: Promise<void>[]

beforeEach(async () => {
  night = await startTimeline()
  receiver = await startHttpReceiver()
  clock = virtualClock(noon)
  closing = new AbortController()
  loops = []
  const partner = { id: 'p', name: 'Post', area: 'hill', url: receiver.url, secret, mode: 'all' } as const
  await night.store.write((tx) => createPartner(tx, partner))
})
afterEach(async () => {
  closing.abort()
  await Promise.all(loops)
  await receiver.close()
  await night.close()
})

const start = () => void loops.push(tellingLoop({ store: night.store, clock, log: night.log }, closing.signal))
type Told = { number: number; ticket: string; steps?: { by: string; step: string }[]; state: { state: string } }
const told = () => receiver.received.map(({ body }) => JSON.parse(body) as Told)
const numbers = () => told().map(({ number }) => number)
/** What is so after some time has passed; the receiver is a real one, so nobody can say how much. */
const soon = <T>(ask: () => T | Promise<T>, stepMs = 250) =>
  expect.poll(
    async () => {
      await clock.advance(stepMs)
      return ask()
    },
    { timeout: 10_000, interval: 5 },
  )
const does = (action: Parameters<ReturnType<Timeline['at']>['does']>[1], details: ActDetails = {}) =>
  night.at(0).does('ann', action, details)

it('tells a ticket and each change of it, signed, numbered without a gap', async () => {
  await night.at(0).publish('watch', { signal: 'sos' })
  await does('note', { reason: 'she answers' })
  await does('dispatch', { reason: 'car 7' })
  start()
  await soon(numbers).toEqual([1, 2, 3])
  const [shared, noted, dispatched] = told()
  expect(shared).toMatchObject({
    type: 'ticket.shared',
    kind: 'sos',
    address: 'elm house, Hill Street',
    state: { state: 'open' },
  })
  expect(noted).toMatchObject({ type: 'ticket.changed', whose: 'mine', notes: [{ by: 'Ann', text: 'she answers' }] })
  expect(dispatched).toMatchObject({
    steps: [{ step: 'dispatch', by: 'Ann', reason: 'car 7' }],
    state: { state: 'dispatched', holder: { name: 'Ann', at: 'mine' } },
  })
  for (const { body, headers } of receiver.received) {
    const [timestamp, signature] = [`${headers['vigil-timestamp']}`, `${headers['vigil-signature']}`]
    expect(verifyWebhook({ secret, body, timestamp, signature, now: clock.now() })).toEqual({ ok: true })
    expect(headers['vigil-id']).toBe(JSON.parse(body).id)
  }
})

it('a later message waits for the earlier one, however often that fails', async () => {
  receiver.reply = { status: 503 }
  await night.at(0).publish('watch', { signal: 'sos' })
  await does('note', { reason: 'one' })
  await does('note', { reason: 'two' })
  start()
  await soon(() => numbers().length, 5_000).toBeGreaterThan(3)
  expect(new Set(numbers())).toEqual(new Set([1]))
  expect(new Set(receiver.received.map(({ headers }) => headers['vigil-id'])).size).toBe(1)
  const before = numbers().length
  receiver.reply = { status: 200 }
  await soon(() => numbers().slice(before), 5_000).toEqual([1, 2, 3])
})

it('a ticket goes on though another one’s message hangs, which is tried again', async () => {
  receiver.reply = ({ body }) => (JSON.parse(body).ticket === 't-u1-0' && numbers().length === 1 ? 'hang' : {})
  await night.at(0).publish('watch', { signal: 'sos' })
  start()
  await soon(numbers, 10).toEqual([1])
  await night.at(0).publish('pendant', { signal: 'sos' })
  await soon(() => told().map(({ ticket }) => ticket), 250).toEqual(['t-u1-0', 't-u2-0'])
  await soon(() => told().map(({ ticket }) => ticket), limits.partnerWithinMs).toEqual(['t-u1-0', 't-u2-0', 't-u1-0'])
})

it('what a partner refuses for good is said on the ticket, and the next one goes', async () => {
  receiver.reply = ({ body }) => (JSON.parse(body).number === 2 ? { status: 422, body: '{"code":"too_long"}' } : {})
  await night.at(0).publish('watch', { signal: 'sos' })
  await does('note', { reason: 'one' })
  await does('note', { reason: 'two' })
  start()
  await soon(numbers).toEqual([1, 2, 3])
  await soon(async () => story(await night.ticket())).toContain(
    'partner_not_told: partner_refused: Post: HTTP 422 too_long',
  )
})

it('a partner that is away is told all of it in order when it is back, elsewhere', async () => {
  await receiver.close()
  await night.at(0).publish('watch', { signal: 'sos' })
  await does('acknowledge')
  start()
  const attempts = () =>
    night.store.db.selectFrom('outbox').select('attempts').where('channel', '=', 'partner').execute()
  await soon(async () => (await attempts())[0]?.attempts, 30_000).toBeGreaterThan(1)
  receiver = await startHttpReceiver()
  await night.store.write((tx) => updatePartner(tx, 'p', { url: receiver.url }))
  await soon(numbers, 30_000).toEqual([1, 2])
})

it('two processes send each message once', async () => {
  for (const device of ['watch', 'pendant']) await night.at(0).publish(device, { signal: 'sos' })
  for (const reason of ['one', 'two', 'three']) await does('note', { reason })
  start()
  start()
  await soon(() => numbers().length).toBe(5)
  await soon(() =>
    told()
      .filter(({ ticket }) => ticket === 't-u2-0')
      .map(({ number }) => number),
  ).toEqual([1, 2, 3, 4])
})

const theirs: SharedMessage = {
  id: 'x/1',
  number: 1,
  type: 'ticket.shared',
  ticket: 'theirs-7',
  at: iso(0),
  kind: 'fall',
  severity: 'high',
  opened_at: iso(0),
  state: { state: 'open', evidence: 1, outcome: null, holder: null },
}
/** A ticket that the partner shared with us. */
async function mirrored(): Promise<string> {
  const answer = await night.store.write(async (tx) => hear(tx, (await partnerRow(tx, 'p'))!, theirs, noon))
  return answer.ticket
}

it('a step that came second at the other house gives way to what that house says', async () => {
  const state = { state: 'acknowledged', severity: 'high', outcome: null, holder: { name: 'Zoe', at: 'mine' } }
  const answer = { code: 'transition_not_allowed', result: 'refused', ticket: 'theirs-7', number: 2, state }
  receiver.reply = { status: 409, body: JSON.stringify(answer) }
  await mirrored()
  await does('acknowledge')
  expect(await night.ticket()).toMatchObject({ holder: 'ann' })
  start()
  await soon(async () => (await night.ticket()).holder).toBe('partner:p')
  expect(told()).toMatchObject([{ number: 1, ticket: 'theirs-7', whose: 'yours', heard: 1, steps: [{ by: 'Ann' }] }])
  const { state: now, next_step } = await night.ticket()
  expect([now, next_step]).toEqual(['acknowledged', expect.objectContaining({ holder: 'partner:p' })])
  await clock.advance(60_000)
  expect(numbers()).toEqual([1])
})

it('what the partner says before it has heard of our step does not undo it', async () => {
  const ticket = await mirrored()
  await does('acknowledge')
  const partner = (await partnerRow(night.store.db, 'p'))!
  const say = (number: number, heard: number) => {
    const evidence = { ...theirs.state, evidence: number }
    const changed = {
      id: `x/${number}`,
      number,
      type: 'ticket.changed',
      ticket: 'theirs-7',
      whose: 'mine',
      at: iso(0),
    } as const
    return night.store.write((tx) => hear(tx, partner, { ...changed, heard, state: evidence }, noon))
  }
  await say(2, 0)
  expect(await night.ticket()).toMatchObject({ id: ticket, state: 'acknowledged', holder: 'ann' })
  await say(3, 1)
  expect(await night.ticket()).toMatchObject({ state: 'open', holder: null })
  expect((await say(3, 1)).result).toBe('repeated')
})
