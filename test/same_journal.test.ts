import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Act, act } from '../alerts/actions.ts'
import { foldBatch } from '../alerts/batch.ts'
import { currentRules, judge } from '../alerts/judge.ts'
import { workTimers } from '../alerts/timers.ts'
import { VigilError } from '../domain/errors.ts'
import { type Random, seededRandom } from '../domain/random.ts'
import { signals } from '../domain/signals.ts'
import { type Outcome, outcomes, type Ticket, ticketActions } from '../domain/ticket.ts'
import type { StoredRecord } from '../journal/journal.ts'
import type { Store } from '../store/store.ts'
import {
  allTickets,
  countedSignals,
  type Envelope,
  noon,
  operators,
  recordOf,
  startTimeline,
  type Timeline,
  zone,
} from './timeline.ts'

/** One seed that stays and one that is new every time; `SEED=…` repeats one. */
const seeds = process.env.SEED ? [Number(process.env.SEED)] : [20_260_302, Date.now() % 1_000_000_000]

const minute = 60_000
const devices = ['watch', 'radar', 'detector', 'pendant', 'stray', 'ghost']
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!
const chance = (random: Random, of: number): boolean => random() < of

/** A signal as some device might send it: with or without a time, right, old, ahead, or never set; broken here and there. */
function someSignal(random: Random, now: number): object {
  const offsets = [0, 0, -1, -5, -14, -16, -29, -31, -60, -24 * 60, 4, 6, 24 * 60]
  return {
    signal: pick(random, Object.keys(signals)),
    ...(chance(random, 0.7) ? { at: chance(random, 0.05) ? 0 : now + pick(random, offsets) * minute } : {}),
    ...(chance(random, 0.3) ? { confidence: pick(random, [0.1, 0.5, 0.9]) } : {}),
    ...(chance(random, 0.1) ? { test: true } : {}),
    ...(chance(random, 0.1) ? { position: 'somewhere' } : {}),
  }
}

function someEnvelope(random: Random): Envelope {
  return {
    retained: chance(random, 0.1),
    ...(chance(random, 0.05) ? { refused: 'topic_foreign', principal: pick(random, devices) } : {}),
    ...(chance(random, 0.05) ? { refused: 'payload_too_large' } : {}),
    ...(chance(random, 0.1) ? { lane: 'bulk' as const } : {}),
  }
}

/** A night's journal: bursts and pauses, batches, messages that come again. */
function someJournal(random: Random, length: number): StoredRecord[] {
  const seqs = { urgent: 0, bulk: 0 }
  const records: StoredRecord[] = []
  let now = noon
  for (let i = 0; i < length; i++) {
    now += pick(random, [0, 100, 10_000, minute, 10 * minute, 40 * minute])
    const again = records.length > 0 && chance(random, 0.25) ? pick(random, records) : undefined
    const payload = Array.from({ length: 1 + Math.floor(random() * 3) }, () => someSignal(random, now))
    const fresh = { ...recordOf(pick(random, devices), payload, now, 0), ...someEnvelope(random) }
    const record = again ? { ...again, receivedAt: now } : fresh
    records.push({ ...record, seq: ++seqs[record.lane] })
  }
  return records
}

async function signalsIn(records: StoredRecord[]): Promise<number> {
  let sum = 0
  for (const record of records) sum += (await judge(record, currentRules)).alerts.length
  return sum
}

let opened: Timeline[] = []
beforeEach(() => {
  opened = []
})
afterEach(async () => {
  for (const night of opened) await night.close()
})
async function openNight(): Promise<Timeline> {
  const night = await startTimeline()
  opened.push(night)
  return night
}

/** A store whose process may be killed round a commit: then nothing goes through until it is revived. */
function mortal(store: Store, killed: () => 'before' | 'after' | undefined) {
  let dead = false
  const die = () => {
    dead = true
    throw new Error('killed')
  }
  const write: Store['write'] = async (work) => {
    if (dead) die()
    const moment = killed()
    const result = await store.write(async (tx) => {
      const done = await work(tx)
      if (moment === 'before') die()
      return done
    })
    if (moment === 'after') die()
    return result
  }
  return {
    store: { ...store, write },
    revive() {
      dead = false
    },
  }
}

/** Folds lane after lane into a fresh store, in batches as `size` has it; a batch that was killed comes again. */
async function foldAll(
  records: StoredRecord[],
  size: () => number,
  killed: () => 'before' | 'after' | undefined = () => undefined,
): Promise<Ticket[]> {
  const night = await openNight()
  const life = mortal(night.store, killed)
  for (const lane of ['urgent', 'bulk'] as const) {
    const left = records.filter((record) => record.lane === lane)
    while (left.length > 0) {
      const batch = left.slice(0, size())
      const folded = foldBatch({ ...night, store: life.store, rules: currentRules }, batch)
      if (
        await folded.then(
          () => true,
          () => false,
        )
      )
        left.splice(0, batch.length)
      life.revive()
    }
  }
  return night.tickets()
}

async function expectEverySignalOnce(tickets: Ticket[], records: StoredRecord[]): Promise<void> {
  expect(tickets.reduce((sum, ticket) => sum + countedSignals(ticket), 0)).toBe(await signalsIn(records))
}

describe.each(seeds)('seed %i', (seed) => {
  it('the same journal gives the same tickets, whatever the batches and however often it is killed', async () => {
    const random = seededRandom(seed)
    const records = someJournal(random, 200)
    const oneByOne = await foldAll(records, () => 1)
    const atOnce = await foldAll(records, () => records.length)
    const killed = await foldAll(
      records,
      () => 1 + Math.floor(random() * 20),
      () => pick(random, ['before', 'after', undefined, undefined]),
    )
    expect(oneByOne.length).toBeGreaterThan(10)
    expect(atOnce).toEqual(oneByOne)
    expect(killed).toEqual(oneByOne)
    await expectEverySignalOnce(oneByOne, records)
  })

  it('whatever people do meanwhile, no signal is lost and every ticket has a next step until it is closed', async () => {
    const random = seededRandom(seed + 1)
    const night = await openNight()
    const records = someJournal(random, 200)
    for (const record of records) {
      await foldBatch({ ...night, rules: currentRules }, [record])
      if (chance(random, 0.1)) await night.store.write((tx) => workTimers(tx, record.receivedAt, zone))
      for (let steps = Math.floor(random() * 3); steps > 0; steps--)
        await somebodyActs(night, random, record.receivedAt)
    }
    const tickets = await night.tickets()
    await expectEverySignalOnce(tickets, records)
    for (const { state, holder, next_step } of tickets) {
      if (state === 'closed') expect(next_step).toBeNull()
      else if (holder === null) expect(next_step).toMatchObject({ what: 'answer', at: expect.any(String) })
      else expect(next_step).toMatchObject({ what: 'held', holder, at: expect.any(String) })
    }
    const events = await night.events()
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
  })
})

/** Any step by anybody on any ticket; a refusal is an answer too. */
async function somebodyActs({ store }: Timeline, random: Random, at: number): Promise<void> {
  const step: Act = {
    ticket: pick(random, await allTickets(store)).id,
    action: pick(random, ticketActions),
    operator: pick(random, Object.values(operators)),
    at,
    reason: 'because',
    outcome: pick(random, Object.keys(outcomes) as Outcome[]),
    assignee: pick(random, Object.keys(operators)),
    areaPath: '/city/lake/',
  }
  await store
    .write((tx) => act(tx, step))
    .catch((error: unknown) => {
      if (!(error instanceof VigilError)) throw error
    })
}
