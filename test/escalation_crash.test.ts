import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { act } from '../alerts/actions.ts'
import { foldBatch } from '../alerts/batch.ts'
import { currentRules } from '../alerts/judge.ts'
import { workTimers } from '../alerts/timers.ts'
import { Target } from '../domain/dispatch.ts'
import { seededRandom } from '../domain/random.ts'
import { severities } from '../domain/signals.ts'
import { channels } from '../store/dispatch.ts'
import { createPlan } from '../store/plans.ts'
import type { Tx } from '../store/store.ts'
import { nextTimerAt } from '../store/ticket_rows.ts'
import {
  type Downtime,
  type ModelCase,
  type ModelPlan,
  randomCase,
  randomPlans,
  tellingsOf,
} from './escalation_model.ts'
import { noon, operators, recordOf, startTimeline, type Timeline, zone } from './timeline.ts'

/**
 * Escalation in virtual time, its transactions killed at random: every step of every plan is told once a round, at its time or as
 * soon as there is anybody to tell it. Few tickets on a developer's machine, more in CI.
 */
const count = Number(process.env.VIGIL_ESCALATIONS ?? 2_000)
const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(seed)
const hour = 3_600_000

let night: Timeline
let now = noon
const plans = randomPlans(random)
const cases = Array.from({ length: count }, () => randomCase(plans, random, noon, count * 5_000))
const downtimes: Downtime[] = []
let kills = 0

beforeAll(async () => {
  console.log(`escalation crash test: ${count} tickets, seed ${seed} (VIGIL_SEED repeats the choices)`)
  night = await startTimeline()
  await night.store.write(async (tx) => {
    const robot = { kind: 'sms', language: 'en', detail: 'full', settings: {} } as const
    await channels.create(tx, { id: 'robot', name: 'Robot', area: null, ...robot })
    for (const plan of plans) await keepPlan(tx, plan)
  })
})
afterAll(() => night.close())

async function keepPlan(tx: Tx, { kind, after, repeat, lease }: ModelPlan): Promise<void> {
  const tell = [Target.parse({ to: 'channel', channel: 'robot' })]
  await createPlan(tx, {
    id: kind,
    name: kind,
    kinds: [kind],
    steps: after.map((after_s) => ({ after_s, tell })),
    repeat: repeat ? { every_s: repeat.every, from_step: repeat.from } : null,
    lease_s: lease,
    area_above: false,
  })
}

class Killed extends Error {}

/** Lets so many statements through and then fails, as a process that dies among them. */
const dyingAfter = (statements: number): KyselyPlugin => {
  let left = statements
  return {
    transformQuery({ node }) {
      if (left-- <= 0) throw new Killed()
      return node
    },
    transformResult: async ({ result }) => result,
  }
}

/** One transaction of timers, which may be killed before any of its statements, or before its end. Gives how many it worked. */
async function workOnce(): Promise<number> {
  if (random() >= 0.05) return (await night.store.write((tx) => workTimers(tx, now, zone))).length
  const statements = Math.floor(random() ** 2 * 500)
  return night.store.write(async (tx) => {
    await workTimers(tx.withPlugin(dyingAfter(statements)), now, zone)
    throw new Killed()
  })
}

/** Works what is due now. Now and then a killed process is started again some minutes, once hours later; gives false then. */
async function workDue(): Promise<boolean> {
  for (let worked = 0; ; ) {
    const due = await nextTimerAt(night.store.db)
    if (due === undefined || due > now) return true
    try {
      worked += await workOnce()
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      kills++
      // Only where nothing was done yet at this instant, so that the model knows what was.
      if (worked > 0 || downtimes.at(-1)?.to === now || downtimes.length >= 4 || random() >= 0.05) continue
      const ms = (downtimes.length === 1 ? 1 + random() : 0.1 + random() / 5) * hour
      downtimes.push({ from: now, to: now + Math.floor(ms) })
      return false
    }
  }
}

/** Lets time pass to `end`, working what falls due; while the process is down, time just passes. */
async function pass(end: number): Promise<void> {
  for (;;) {
    const up = downtimes.at(-1)?.to ?? 0
    const due = (await nextTimerAt(night.store.db)) ?? Number.POSITIVE_INFINITY
    const next = Math.max(due, up, now)
    if (next > end) break
    now = next
    if (!(await workDue())) continue
  }
  now = end
}

type Deed = { at: number; n: number; what: 'press' | 'press_again' | 'acknowledge' | 'close' }
const deedsOf = ({ opened, answered, closed }: ModelCase, n: number): Deed[] => [
  { at: opened, n, what: 'press' },
  ...(random() < 0.2
    ? [{ at: opened + Math.floor(random() * (closed - opened)), n, what: 'press_again' } as const]
    : []),
  ...(answered === undefined ? [] : [{ at: answered, n, what: 'acknowledge' } as const]),
  { at: closed, n, what: 'close' },
]

const tickets = new Map<number, string>()
let seq = 0

async function doDeed({ n, what }: Deed): Promise<void> {
  if (what === 'press' || what === 'press_again') {
    const record = recordOf(`d-${n}`, { signal: cases[n]!.plan.kind }, now, ++seq)
    if (what === 'press') tickets.set(n, `t-u${seq}-0`)
    const { store, log } = night
    await foldBatch({ store, log, clock: { ...night.clock, now: () => now }, rules: currentRules }, [record])
    return
  }
  const ticket = tickets.get(n)!
  await night.store.write((tx) =>
    act(tx, { ticket, action: what, operator: operators.root, at: now, outcome: 'assistance' }),
  )
}

/** What waits or has left, of each ticket in order: `run.round.step@ms after noon`. */
async function told(): Promise<Map<string, string[]>> {
  const rows = await night.store.db
    .selectFrom('outbox')
    .select(['ticket', 'stable_id', 'created_at'])
    .where('stable_id', 'like', 'call-%')
    .orderBy('id')
    .execute()
  const lines = rows.map(({ ticket, stable_id, created_at }) => {
    const [, place] = /-(\d+\.\d+\.\d+)\.0-channel:robot-1$/.exec(stable_id) ?? []
    return { ticket: ticket ?? '', line: `${place}@${created_at - noon}` }
  })
  return new Map([...Map.groupBy(lines, (one) => one.ticket)].map(([id, of]) => [id, of.map(({ line }) => line)]))
}

/** The worst come first after a downtime: of those whose plan began during it, the first tellings at its end, in order. */
async function severitiesAt(at: number): Promise<number[]> {
  const rows = await night.store.db
    .selectFrom('outbox')
    .innerJoin('tickets', 'tickets.id', 'outbox.ticket')
    .select(['outbox.ticket', 'tickets.severity', 'outbox.stable_id'])
    .where('outbox.created_at', '=', at)
    .orderBy('outbox.id')
    .execute()
  const firsts = new Map<string | null, number>()
  for (const { ticket, severity, stable_id } of rows)
    if (stable_id.startsWith(`call-${ticket}-1.`) && !firsts.has(ticket))
      firsts.set(ticket, severities.indexOf(severity))
  return [...firsts.values()]
}

it('tells every step of every plan once a round, whatever is killed', async () => {
  const deeds = cases.flatMap(deedsOf).sort((a, b) => a.at - b.at)
  for (const deed of deeds) {
    await pass(deed.at)
    await doDeed(deed)
  }
  await pass(now + 6 * hour)

  const actual = await told()
  const expected = cases.map((one) => tellingsOf(one, downtimes).map(({ place, at }) => `${place}@${at - noon}`))
  for (const [n, lines] of expected.entries())
    expect(actual.get(tickets.get(n)!) ?? [], `case ${n}: ${JSON.stringify(cases[n])}`).toEqual(lines)

  // The ids in the outbox would hide a step that was taken twice; live events have none and do not.
  const events = await night.store.db
    .selectFrom('events')
    .select((e) => ['ticket', e.fn.countAll<number>().as('count')] as const)
    .where('type', '=', 'ticket.escalated')
    .groupBy('ticket')
    .execute()
  const escalated = new Map(events.map(({ ticket, count }) => [ticket, Number(count)]))
  for (const [n, lines] of expected.entries()) expect(escalated.get(tickets.get(n)!) ?? 0).toBe(lines.length)

  const order = await Promise.all(downtimes.map(({ to }) => severitiesAt(to)))
  for (const ranks of order) expect(ranks).toEqual([...ranks].sort((a, b) => b - a))
  const tellings = expected.reduce((sum, lines) => sum + lines.length, 0)
  const overdue = order.reduce((sum, ranks) => sum + ranks.length, 0)
  console.log(
    `escalation crash test: ${count} tickets, ${tellings} tellings, ${kills} transactions killed, ${downtimes.length} downtimes with ${overdue} tickets overdue at their end; none lost, none doubled`,
  )
  expect(kills).toBeGreaterThan(count / 200)
  expect(downtimes.length).toBeGreaterThan(0)
}, 900_000)
