import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { type PlanInput, Target } from '../../domain/dispatch.ts'
import { limits } from '../../domain/limits.ts'
import { channels, rotas, teams } from '../../store/dispatch.ts'
import { deliveriesOf, recordDelivery } from '../../store/notices.ts'
import { createPlan, updatePlan } from '../../store/plans.ts'
import type { Tx } from '../../store/store.ts'
import { iso, startTimeline, story, type Timeline, time } from '../../test/timeline.ts'
import { endSessions, passOn } from './sessions.ts'

const sos = { signal: 'sos' }
const seconds = (s: number) => s / 60
let night: Timeline
beforeEach(async () => {
  night = await startTimeline()
  await night.store.write(furnish)
})
afterEach(() => night.close())

/** A short message, a robot of the street, two contacts of the house Elm (one without a way) and a team of two. */
async function furnish(tx: Tx): Promise<void> {
  const channel = { kind: 'sms', language: 'en', detail: 'full', settings: {} } as const
  for (const id of ['sms', 'robot']) await channels.create(tx, { id, name: id, area: 'hill', ...channel })
  const ways = JSON.stringify([{ channel: 'sms', to: '1380001' }])
  for (const id of ['ann', 'sue']) await tx.updateTable('operators').set({ ways }).where('id', '=', id).execute()
  const contact = { home: 'elm', relation: null, phone: '555', language: null }
  await tx
    .insertInto('contacts')
    .values([
      { ...contact, id: 'son', name: 'Son', position: 1, ways: JSON.stringify([{ channel: 'sms', to: '2' }]) },
      { ...contact, id: 'niece', name: 'Niece', position: 2, ways: '[]' },
    ])
    .execute()
  const member = (name: string) => ({ name, ways: [{ channel: 'sms', to: name }] })
  await teams.create(tx, { id: 'red', name: 'Red', area: 'hill', ...{ members: [member('Rod'), member('Rita')] } })
}

type Given = Partial<Omit<z.output<typeof PlanInput>, 'steps'>> & { steps?: { after_s: number; tell: object[] }[] }
const plan = ({ steps = [{ after_s: 0, tell: [{ to: 'duty' }] }], ...given }: Given = {}) =>
  night.store.write((tx) =>
    createPlan(tx, {
      id: 'p',
      name: 'Plan',
      area_above: false,
      ...given,
      steps: steps.map((step) => ({ ...step, tell: step.tell.map((target) => Target.parse(target)) })),
    }),
  )

/** What waits to leave the house: whom, and by which reason. */
async function notices(): Promise<string[]> {
  const rows = await night.store.db
    .selectFrom('outbox')
    .selectAll()
    .where('channel', '=', 'notice')
    .orderBy('id')
    .execute()
  return rows.map(({ recipient, body, result }) =>
    [JSON.parse(body).reason, recipient, ...(result ? [result] : [])].join(' '),
  )
}
const called = async () => story(await night.ticket()).filter((line) => line.startsWith('called'))

describe('a plan', () => {
  it('is copied onto the ticket that opens, with why it was chosen, and later changes do not reach it', async () => {
    await plan({ area: 'city', steps: [{ after_s: 45, tell: [{ to: 'duty' }] }] })
    await night.at(0).publish('watch', sos)
    await night.store.write((tx) => updatePlan(tx, 'p', { name: 'Changed', steps: [{ after_s: 1, tell: [] }] }))
    expect(await night.ticket()).toMatchObject({
      plan: { id: 'p', name: 'Plan', reason: 'area_above', steps: [{ after_s: 45, plan: 'p' }] },
      plan_at: { round: 0, step: 1, part: 0 },
      next_step: { what: 'escalate', at: iso(0.75) },
    })
  })

  it('tells its targets when their time has come, and goes on to the next step', async () => {
    await plan({
      area: 'hill',
      steps: [
        { after_s: 0, tell: [{ to: 'duty' }] },
        {
          after_s: 30,
          tell: [
            { to: 'duty', role: 'supervisor' },
            { to: 'channel', channel: 'robot' },
          ],
        },
      ],
    })
    await night.at(0).publish('watch', sos)
    await night.at(seconds(29)).publish('stray', { signal: 'water_leak' })
    expect(await notices()).toEqual(['call operator:ann'])
    await night.at(seconds(31)).publish('stray', { signal: 'water_leak' })
    const [ticket] = await night.tickets()
    expect(story(ticket!)).toEqual([
      'opened: no_ticket_within_gap',
      'called: duty_above: Ann, Bob',
      'called: duty_above: Sue',
      'called: channel: robot',
    ])
    expect(ticket!.plan_at).toEqual({ round: 0, step: 3, part: 0 })
    expect((await night.events()).map(({ type }) => type)).toContain('ticket.escalated')
    expect(await notices()).toEqual(['call operator:ann', 'call operator:sue', 'call channel:robot'])
    const consoles = (await deliveriesOf(night.store.db, ticket!.id)).map(
      ({ channel, recipient }) => `${channel} ${recipient}`,
    )
    expect(consoles).toEqual(['console operator:ann', 'console operator:bob', 'console operator:sue'])
  })

  it('calls contacts one after the other, and asks whoever works the ticket to telephone who has no way', async () => {
    await plan({
      steps: [
        { after_s: 0, tell: [{ to: 'contacts', each_s: 20 }] },
        { after_s: 10, tell: [{ to: 'team', team: 'red', order: 'parallel' }] },
      ],
    })
    await night.at(0).publish('watch', sos)
    await night.at(seconds(1)).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual(['call contact:son'])
    await night.at(seconds(25)).does('ann', 'note', { reason: 'x' })
    expect((await night.ticket()).to_do).toEqual([
      { at: iso(seconds(20)), what: 'telephone', number: '555', text: 'Niece' },
    ])
    await night.at(seconds(31)).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual(['call contact:son', 'call team:red/1', 'call team:red/2'])
    expect(await called()).toEqual(['called: contacts: Son', 'called: contacts: Niece', 'called: team: Rod, Rita'])
  })

  it('tells whoever works the ticket to call an ambulance, once', async () => {
    const emergency = { to: 'emergency', number: '120', text: 'fall, not breathing' }
    await plan({ steps: [{ after_s: 5, tell: [emergency] }], repeat: { every_s: 10, from_step: 1 } })
    await night.at(0).publish('watch', sos)
    await night.at(1).does('ann', 'note', { reason: 'x' })
    const ticket = await night.ticket()
    expect(ticket.to_do).toEqual([
      { at: iso(seconds(5)), what: 'telephone', number: '120', text: 'fall, not breathing' },
    ])
    expect(story(ticket).filter((line) => line.startsWith('to_do'))).toEqual(['to_do: 120: fall, not breathing'])
  })

  it('falls back to the area above where it finds nobody, and says so', async () => {
    await plan({ steps: [{ after_s: 0, tell: [{ to: 'contacts' }] }] })
    await night.at(0).publish('pendant', sos)
    await night.at(seconds(1)).does('ann', 'note', { reason: 'x' })
    expect(story(await night.ticket())).toContain('nobody_to_call: contacts')
    expect(await called()).toEqual(['called: duty_above: Ann, Bob'])
    expect(await notices()).toEqual(['call operator:ann'])
  })

  it('goes by who is on duty: the rota of the nearest area that has somebody', async () => {
    const operator = { password_hash: '', role: 'dispatcher' as const, area: 'hill' }
    await night.store.write(async (tx) => {
      for (const id of ['dan', 'eve'])
        await tx
          .insertInto('operators')
          .values({ ...operator, id, name: id })
          .execute()
      const shift = { from: '12:00', to: '12:30', days: ['mon'], operators: ['eve'] }
      const rota = { role: 'dispatcher', shifts: [shift], overrides: [], holidays: [] }
      await rotas.create(tx, { id: 'r', name: 'r', area: 'hill', ...rota })
    })
    await plan({ repeat: { every_s: 3_600, from_step: 1 } })
    await night.at(0).publish('watch', sos)
    await night.at(61).does('ann', 'note', { reason: 'x' })
    expect(await called()).toEqual(['called: duty: eve', 'called: duty_above: Ann, Bob'])
  })

  it('passes over a step outside its window', async () => {
    const window = { from: '22:00', to: '07:00' }
    await plan({
      steps: [
        { after_s: 0, tell: [{ to: 'team', team: 'red', order: 'parallel' }], window } as never,
        { after_s: 10, tell: [{ to: 'duty', role: 'supervisor' }] },
      ],
    })
    await night.at(0).publish('watch', sos)
    await night.at(seconds(11)).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual(['call operator:sue'])
    expect(story(await night.ticket())).toContain('passed_over: outside_window')
  })

  it('repeats from the step it says until somebody answers, each repeat a notice of its own', async () => {
    await plan({
      steps: [
        { after_s: 0, tell: [{ to: 'duty' }] },
        { after_s: 30, tell: [{ to: 'duty', role: 'supervisor' }] },
      ],
      repeat: { every_s: 60, from_step: 2 },
    })
    await night.at(0).publish('watch', sos)
    await night.at(seconds(155)).does('ann', 'acknowledge')
    expect(await notices()).toEqual(['call operator:ann cancelled', ...Array(3).fill('call operator:sue cancelled')])
    await night.at(4).does('ann', 'note', { reason: 'x' })
    expect((await notices()).length).toBe(4)
  })

  it('is chosen again when a graver signal joins while nobody has answered', async () => {
    await plan({ kinds: ['sos'], steps: [{ after_s: 10, tell: [{ to: 'channel', channel: 'robot' }] }] })
    await night.at(0).publish('radar', { signal: 'fall' })
    expect((await night.ticket()).plan).toBeNull()
    await night.at(1).publish('watch', sos)
    expect(await night.ticket()).toMatchObject({
      plan: { id: 'p' },
      next_step: { what: 'escalate', at: iso(1 + seconds(10)) },
    })
    await night.at(1.5).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual(['call channel:robot'])
  })

  it('calls nobody to a late ticket, and everybody once a fresh signal joins it', async () => {
    await plan()
    await night.at(0).publish('watch', sos, { retained: true })
    await night.at(1).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual([])
    await night.at(2).publish('watch', { signal: 'sos', at: iso(2) })
    await night.at(2.1).does('ann', 'note', { reason: 'x' })
    expect(await notices()).toEqual(['call operator:ann'])
  })
})

describe('an answer', () => {
  it('tells those whom the call had reached, but not whoever answered', async () => {
    await plan({
      steps: [
        { after_s: 0, tell: [{ to: 'duty' }, { to: 'duty', role: 'supervisor' }, { to: 'channel', channel: 'robot' }] },
      ],
    })
    await night.at(0).publish('watch', sos)
    await night.at(0.1).does('bob', 'note', { reason: 'x' })
    await arrived(['operator:ann', 'channel:robot'])
    await night.at(0.2).does('ann', 'acknowledge')
    expect((await notices()).filter((line) => line.startsWith('answered'))).toEqual(['answered channel:robot'])
    await night.at(0.3).does('ann', 'close', { outcome: 'assistance' })
    expect((await notices()).filter((line) => line.startsWith('closed'))).toEqual(['closed channel:robot'])
  })

  /** As the outbox keeps what became of these people's first notices. */
  const arrived = (recipients: string[]) =>
    night.store.write(async (tx) => {
      const rows = await tx.selectFrom('outbox').selectAll().where('recipient', 'in', recipients).execute()
      for (const { stable_id, ticket, target, recipient } of rows) {
        const tried = { attempt: 1, at: time(0.1), took_ms: 5, result: 'delivered', detail: '' } as const
        await recordDelivery(tx, { notice: stable_id, ticket, channel: target, recipient: recipient ?? '', ...tried })
      }
    })

  it('lapses by severity without progress: the ticket alarms again, says so, and its plan begins anew', async () => {
    await plan()
    await night.at(0).publish('watch', sos)
    await night.at(0.5).does('ann', 'acknowledge')
    const lease = limits.leaseMs.critical / 60_000
    await night.at(0.5 + lease - 0.01).does('bob', 'note', { reason: 'where is Ann?' })
    expect((await night.ticket()).holder).toBe('ann')
    await night.at(0.5 + lease + 0.1).does('bob', 'note', { reason: 'x' })
    const ticket = await night.ticket()
    expect(ticket).toMatchObject({ state: 'open', holder: null, lease_until: null, acknowledged_at: iso(0.5) })
    expect(story(ticket)).toContain('lapsed: no_progress')
    expect((await night.events()).map(({ type }) => type)).toContain('ticket.lapsed')
    expect((await notices()).filter((line) => line === 'call operator:ann').length).toBe(1)
    expect(await night.at(7).does('bob', 'acknowledge')).toMatchObject({ holder: 'bob' })
  })

  it.each([
    ['note', { reason: 'she says she is fine' }],
    ['contact', { contact: 'son', reached: false }],
    ['dispatch', {}],
  ] as const)('lasts longer by progress: %s', async (action, details) => {
    await night.at(0).publish('watch', sos)
    await night.at(0.5).does('ann', 'acknowledge')
    const { lease_until } = await night.at(4).does('ann', action, details)
    expect(Date.parse(lease_until!)).toBeGreaterThanOrEqual(time(4) + limits.leaseMs.critical)
  })

  it('of help that is on its way lapses without taking back that it is', async () => {
    await night.at(0).publish('watch', sos)
    await night.at(1).does('ann', 'dispatch')
    await night.at(1 + (3 * limits.leaseMs.critical) / 60_000 + 0.1).does('bob', 'note', { reason: 'x' })
    expect(await night.ticket()).toMatchObject({ state: 'dispatched', holder: null, next_step: { what: 'answer' } })
    expect(await night.at(20).does('bob', 'acknowledge')).toMatchObject({ state: 'dispatched', holder: 'bob' })
  })

  it('of what is over and only lacks its outcome lapses without calling anybody but the consoles', async () => {
    await plan()
    await night.at(0).publish('watch', sos)
    await night.at(0.1).does('ann', 'acknowledge')
    await night.at(0.2).does('ann', 'resolve')
    const before = await notices()
    await night.at(0.3 + limits.leaseResolvedMs / 60_000).does('bob', 'note', { reason: 'x' })
    expect(await night.ticket()).toMatchObject({
      state: 'resolved',
      holder: null,
      plan: null,
      next_step: { what: 'answer' },
    })
    expect(await notices()).toEqual(before)
  })

  it('may take as long as its plan says', async () => {
    await plan({ lease_s: 60 })
    await night.at(0).publish('watch', sos)
    expect((await night.at(0.5).does('ann', 'acknowledge')).lease_until).toBe(iso(1.5))
  })

  it('that is handed over must be taken up soon, and the other is told', async () => {
    await night.at(0).publish('watch', sos)
    await night.at(0.5).does('bob', 'acknowledge')
    const handed = await night.at(1).does('bob', 'assign', { assignee: 'ann' })
    expect(handed).toMatchObject({ holder: 'ann', lease_until: iso(1 + limits.takeUpWithinMs / 60_000) })
    expect(await notices()).toEqual(['handed operator:ann'])
    expect((await night.at(2).does('ann', 'acknowledge')).lease_until).toBe(iso(2 + limits.leaseMs.critical / 60_000))
  })
})

describe('a session that dies', () => {
  const session = (operator: string, minutes: number, token = operator) =>
    night.store.write((tx) =>
      tx
        .insertInto('sessions')
        .values({ operator, token_hash: token, expires_at: time(minutes) })
        .execute(),
    )

  it('passes on what its operator holds, at once; another session of his keeps it', async () => {
    await night.at(0).publish('watch', sos)
    await night.at(0.5).does('ann', 'acknowledge')
    await session('ann', 1)
    await session('ann', 2, 'second')
    expect(await night.store.write((tx) => endSessions(tx, time(1)))).toBe(1)
    expect((await night.ticket()).holder).toBe('ann')
    expect(await night.store.write((tx) => endSessions(tx, time(2)))).toBe(1)
    expect(await night.ticket()).toMatchObject({ state: 'open', holder: null })
    expect(story(await night.ticket())).toContain('lapsed: session_ended')
    expect(await night.store.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  it('leaves alone what others hold', async () => {
    await night.at(0).publish('watch', sos)
    await night.at(0.5).does('bob', 'acknowledge')
    expect(await night.store.write((tx) => passOn(tx, 'ann', time(1)))).toEqual([])
    expect((await night.ticket()).holder).toBe('bob')
  })
})

describe('the times of a ticket', () => {
  it('are facts of the first time, from the start', async () => {
    await night.at(0).publish('watch', sos)
    await night.at(1).does('ann', 'contact', { contact: 'resident', reached: false })
    await night.at(2).does('ann', 'contact', { contact: 'son', reached: true, reason: 'on his way' })
    await night.at(3).does('ann', 'dispatch')
    await night.at(4).does('ann', 'arrive')
    await night.at(5).does('ann', 'contact', { contact: 'son', reached: true })
    await night.at(6).does('ann', 'resolve')
    const ticket = await night.at(7).does('ann', 'close', { outcome: 'assistance' })
    expect(ticket.times).toEqual({
      received: iso(0),
      shown: null,
      answered: iso(1),
      contact_made: iso(2),
      dispatched: iso(3),
      on_scene: iso(4),
      resolved: iso(6),
      closed: iso(7),
    })
    expect(story(ticket)).toContain('contact_not_reached: resident')
    expect(story(ticket)).toContain('contact_reached: Son: on his way')
  })

  it('know only contacts of the home', async () => {
    await night.at(0).publish('pendant', sos)
    await expect(night.at(1).does('ann', 'contact', { contact: 'son', reached: true })).rejects.toMatchObject({
      code: 'reference_unknown',
    })
  })
})
