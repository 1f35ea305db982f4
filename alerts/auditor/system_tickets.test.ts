import { afterEach, beforeEach, expect, it } from 'vitest'
import { Target } from '../../domain/dispatch.ts'
import { limits } from '../../domain/limits.ts'
import type { TicketKind } from '../../domain/signals.ts'
import { channels } from '../../store/dispatch.ts'
import { createPlan } from '../../store/plans.ts'
import { type AuditedHouse, openAuditedHouse } from '../../test/audited_house.ts'
import { onBothEngines } from '../../test/engines.ts'
import { type OperatorName, story } from '../../test/timeline.ts'

/** What becomes of a finding: its ticket, from the first word to the last. */

const hours = 3_600

onBothEngines((engine) => {
  let house: AuditedHouse
  beforeEach(async () => {
    house = await openAuditedHouse({ store: await engine.open() })
  })
  afterEach(() => house.close())

  const breakIt = () => house.stopped.add('beats')
  const mendIt = () => house.stopped.delete('beats')
  const does = (operator: OperatorName, action: 'acknowledge' | 'resolve' | 'close', details = {}) =>
    house.night.at(house.minutes()).does(operator, action, details)
  const only = async () => {
    const [ticket, ...others] = await house.systemTickets()
    expect(others).toEqual([])
    return ticket!
  }
  const linesOf = async (what: string) => story(await only()).filter((line) => line.startsWith(what))
  async function found(): Promise<void> {
    breakIt()
    await house.pass(60)
    expect(await house.found()).toEqual(['worker_silent'])
  }

  it('is one however often it is found, and calls people like any other', async () => {
    await found()
    await house.pass(600)
    const ticket = await only()
    expect(ticket).toMatchObject({
      severity: 'critical',
      state: 'open',
      unverified: false,
      next_step: { what: 'answer' },
    })
    const { type, ticket_id } = (await house.night.events())[0]!
    expect({ type, ticket_id }).toEqual({ type: 'ticket.opened', ticket_id: ticket.id })
    expect((await linesOf('unanswered')).length).toBeGreaterThanOrEqual(9)
    expect(await linesOf('opened')).toHaveLength(1)
  })

  it('is no second one while somebody holds it', async () => {
    await found()
    await does('ann', 'acknowledge')
    await house.pass(120)
    expect(await only()).toMatchObject({ state: 'acknowledged', holder: 'ann' })
  })

  it('is opened again where somebody thought it done and it is not', async () => {
    await found()
    await does('ann', 'acknowledge')
    await does('ann', 'resolve')
    await house.pass(10)
    expect(await only()).toMatchObject({
      state: 'open',
      holder: null,
      lease_until: null,
      next_step: { what: 'answer' },
    })
    expect(await linesOf('reopened')).toEqual(['reopened: found_again'])
    expect((await house.night.events()).map(({ type }) => type)).toContain('ticket.reopened')
    const leases = house.night.store.db.selectFrom('timers').selectAll().where('what', '=', 'lease')
    expect(await leases.execute()).toEqual([])
  })

  it('is another one after it was closed', async () => {
    await found()
    await does('ann', 'close', { outcome: 'technical' })
    await house.pass(10)
    expect((await house.systemTickets()).map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  it('says once that it is over, and again that it is back', async () => {
    await found()
    mendIt()
    await house.pass(3_600)
    expect(await linesOf('recovered')).toEqual(['recovered: worker_silent'])
    expect((await only()).state).toBe('open')
    await found()
    const words = story(await only()).filter((line) => /^(found|recovered)/.test(line))
    expect(words.at(-1)).toMatch(/^found: worker_silent/)
  })

  it('is not left with the word that it is over when it is back at once', async () => {
    await found()
    await house.pass(3_600)
    mendIt()
    await house.pass(20)
    expect(await linesOf('recovered')).toHaveLength(1)
    await found()
    const words = story(await only()).filter((line) => /^(found|recovered)/.test(line))
    expect(words.at(-1)).toMatch(/^found: worker_silent/)
  })

  it('says that it is over though the auditor that found it is gone', async () => {
    await found()
    await house.restart()
    await house.pass((limits.auditGraceMs + limits.auditEveryMs) / 1_000)
    expect(await linesOf('recovered')).toEqual([])
    mendIt()
    await house.restart()
    await house.pass(60)
    expect(await linesOf('recovered')).toEqual(['recovered: worker_silent'])
  })

  it('has another one beside it for another code, each over by itself', async () => {
    await found()
    house.stopped.add('timers')
    await house.night.store.write((tx) => tx.updateTable('timers').set({ due_at: 0 }).execute())
    await house.pass(10)
    expect(await house.found()).toEqual(['worker_silent', 'timer_overdue'])
    mendIt()
    await house.pass(20)
    const recovered = (await house.systemTickets()).map((ticket) => story(ticket).includes('recovered: worker_silent'))
    expect(recovered).toEqual([true, false])
  })

  it('is called by the plan for system tickets, and by no other', async () => {
    await house.night.store.write(async (tx) => {
      for (const kind of ['system', 'sos'] as const) await planTo(kind)
      async function planTo(kind: TicketKind): Promise<void> {
        const settings = { kind: 'sms', language: 'en', detail: 'brief', settings: {} } as const
        await channels.create(tx, { id: `for-${kind}`, name: kind, area: null, ...settings })
        const tell = [Target.parse({ to: 'channel', channel: `for-${kind}` })]
        await createPlan(tx, { id: kind, name: kind, kinds: [kind], area_above: false, steps: [{ after_s: 5, tell }] })
      }
    })
    await found()
    await house.pass(10)
    expect(await only()).toMatchObject({ plan: { id: 'system', reason: 'everywhere' } })
    const told = await house.night.store.db.selectFrom('outbox').select('target').execute()
    expect(told).toEqual([{ target: 'for-system' }])
  })

  it('is not made of a night in which the machine slept', async () => {
    await house.night.at(house.minutes()).publish('watch', { signal: 'sos' })
    await house.sleepThrough(3 * 3_600)
    await house.pass(600)
    expect(await house.found()).toEqual([])
    expect((await house.night.events()).some(({ type }) => type === 'ticket.unanswered')).toBe(true)
  })

  it('is not said to be over by an auditor that cannot judge yet', async () => {
    await found()
    await house.sleepThrough(3_600)
    await house.pass(10)
    expect(await linesOf('recovered')).toEqual([])
  })

  // Thousands of transactions; what differs between the engines is tried above.
  if (engine.name === 'sqlite')
    it('tells hours of the same fault, and of one that comes and goes, in few lines', async () => {
      await found()
      await house.pass(4 * hours)
      expect((await only()).timeline.length).toBeLessThan(150)
      for (let passed = 0; passed < 4 * hours; passed += 100) {
        mendIt()
        await house.pass(30)
        breakIt()
        await house.pass(70)
      }
      const { timeline } = await only()
      expect(timeline.length).toBeLessThan(250)
      expect((await linesOf('recovered')).length).toBeLessThan(30)
      mendIt()
      await house.pass(3 * 3_600)
      const words = story(await only()).filter((line) => /^(found|recovered)/.test(line))
      expect(words.at(-1)).toBe('recovered: worker_silent')
    }, 180_000)
})
