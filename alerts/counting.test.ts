import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type Random, seededRandom } from '../domain/random.ts'
import type { Ticket } from '../domain/ticket.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { countedSignals, noon, recordOf, startTimeline, type Timeline } from '../test/timeline.ts'
import { foldBatch } from './batch.ts'
import { currentRules } from './judge.ts'

const nights: Timeline[] = []
afterEach(async () => {
  for (const night of nights.splice(0)) await night.close()
})

async function open(): Promise<Timeline> {
  const night = await startTimeline()
  nights.push(night)
  return night
}

/** Folds records in batches of `size`; gives the night. */
async function folded(records: StoredRecord[], size: number): Promise<Timeline> {
  const night = await open()
  for (let n = 0; n < records.length; n += size) {
    await foldBatch({ ...night, rules: currentRules }, records.slice(n, n + size))
  }
  return night
}

const numbered = (make: (n: number) => [device: string, payload: unknown], length: number): StoredRecord[] =>
  Array.from({ length }, (_, n) => recordOf(...make(n), noon + n, n + 1))

const total = (tickets: Ticket[]): number => tickets.reduce((sum, ticket) => sum + countedSignals(ticket), 0)
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

/** Signals as a device gone mad sends them: few sorts, again and again, now and then another. */
function madness(random: Random, length: number): StoredRecord[] {
  return numbered((n) => {
    const at = pick(random, [
      undefined,
      noon,
      noon + n,
      noon - 20 * 60_000,
      noon - Math.floor(random() * 60) * 60 * 60_000,
    ])
    const signal = pick(random, ['sos', 'sos', 'sos', 'fall'])
    const payload = { signal, ...(at !== undefined && { at }), ...(random() < 0.05 && { test: true }) }
    return [pick(random, ['watch', 'watch', 'watch', 'radar', 'pendant']), payload]
  }, length)
}

describe('a flood of signals', () => {
  it.each([1, 2, Date.now() % 1e9])(
    'is counted in large batches as it is one by one, seed %i',
    async (seed) => {
      const records = madness(seededRandom(seed), 700)
      const [closely, counting] = [await folded(records, 1), await folded(records, 1_000)]
      expect(await counting.tickets()).toEqual(await closely.tickets())
      expect(total(await counting.tickets())).toBe(records.length)
    },
    120_000,
  )

  it('of one device is one ticket with everything counted, told once a transaction', async () => {
    const night = await folded(
      numbered(() => ['watch', { signal: 'sos' }], 5_000),
      1_000,
    )
    const ticket = await night.ticket()
    expect(ticket.evidence).toHaveLength(limits.evidencePerTicket)
    expect(countedSignals(ticket)).toBe(5_000)
    expect((await night.events()).length).toBeLessThan(10)
    expect((await night.receipts()).length).toBeLessThan(limits.evidencePerTicket + 20)
  })

  it('does not keep another device waiting for more than a transaction', async () => {
    const flood = numbered((n) => [n === 900 ? 'pendant' : 'watch', { signal: 'sos' }], 1_000)
    const night = await folded(flood, 1_000)
    expect((await night.tickets()).map(({ device }) => device)).toEqual(['watch', 'pendant'])
    // The flood took many close looks, and was cut after each hundred of them.
    expect((await night.events()).map(({ type }) => type)).toContain('ticket.updated')
  })

  it('of old times, each of another day, opens no more tickets than people can look at', async () => {
    const night = await folded(
      numbered((n) => ['watch', { signal: 'sos', at: noon - (n + 1) * 24 * 3_600_000 }], 400),
      100,
    )
    const tickets = await night.tickets()
    expect(tickets).toHaveLength(limits.staleTickets)
    expect(total(tickets)).toBe(400)
    await foldBatch({ ...night, rules: currentRules }, [recordOf('watch', { signal: 'sos', at: noon }, noon, 401)])
    expect((await night.tickets()).at(-1)).toMatchObject({
      unverified: false,
      evidence: [{ device_at: new Date(noon).toISOString() }],
    })
    expect(await night.tickets()).toHaveLength(limits.staleTickets + 1)
  })

  it('of drills does not hide the one that is none', async () => {
    const records = numbered((n) => ['watch', { signal: 'sos', ...(n !== 350 && { test: true }) }], 400)
    const night = await folded(records, 1_000)
    expect(await night.ticket()).toMatchObject({ unverified: false })
    expect(countedSignals(await night.ticket())).toBe(400)
  })

  it('under names that are made up is its sender’s', async () => {
    const records = numbered((n) => [`made-up-${n}`, { signal: 'sos' }], 300).map((record) => ({
      ...record,
      principal: 'watch',
      refused: 'topic_foreign',
    }))
    const night = await folded(records, 100)
    const ticket = await night.ticket()
    expect(ticket).toMatchObject({ device: 'watch', home: 'elm', unverified_reasons: ['topic_foreign'] })
    expect(countedSignals(ticket)).toBe(300)
    expect(ticket.evidence[7]).toMatchObject({ device: 'watch', topic: 'vigil/v1/made-up-7/signals' })
  })

  it('under the name of a device that there is stays with that one, in doubt', async () => {
    const foreign = { ...recordOf('pendant', { signal: 'sos' }, noon, 1), principal: 'watch', refused: 'topic_foreign' }
    const night = await folded([foreign], 1)
    expect(await night.ticket()).toMatchObject({
      device: 'pendant',
      home: 'oak',
      unverified_reasons: ['topic_foreign'],
    })
  })
})

describe('a message of thousands of signals', () => {
  it('is looked at where it is newest, and counted where it is old', async () => {
    const old = Array.from({ length: 3_000 }, (_, n) => ({ signal: 'sos', at: noon - 24 * 3_600_000 - n * 1_000 }))
    const night = await folded([recordOf('watch', [...old, { signal: 'sos', at: noon }], noon, 1)], 1)
    const tickets = await night.tickets()
    expect(total(tickets)).toBe(3_001)
    expect(tickets.map(({ unverified }) => unverified).sort()).toEqual([false, true])
  })

  it('of two sorts loses neither to the other', async () => {
    const both = Array.from({ length: 200 }, (_, n) => ({ signal: n === 0 ? 'fall' : 'sos' }))
    const night = await folded([recordOf('watch', both, noon, 1)], 1)
    const ticket = await night.ticket()
    expect(countedSignals(ticket)).toBe(200)
    expect(ticket.evidence.map(({ signal }) => signal)).toContain('fall')
    expect(ticket.evidence).toHaveLength(limits.signalsPerMessage + 1)
  })
})
