import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Centre, openCentre } from './centre.ts'
import { type Night, startNight } from './night.ts'
import { escalated, event, ticket } from './sightings.ts'

/** Nights in an alarm centre: the real processes, killed and started again, in virtual time. Times are seconds. */

let centre: Centre
let night: Night
beforeAll(async () => {
  centre = await openCentre()
})
afterAll(() => centre?.close())
afterEach(() => night?.end())

const begin = async (...devices: string[]) => {
  night = await startNight(centre, devices)
}
const sos = { kind: 'sos', severity: 'critical', unverified: false } as const
const minute = 60
const hour = 60 * minute

describe('an SOS', () => {
  it('is a ticket within a second', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos')
    await night.between(0, 1).expect(ticket({ ...sos, state: 'open' }))
    await night.between(0, 1).expectExactly(1, event('ticket.opened'))
  })

  it('alarms again after a minute without an answer, and after another', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos')
    await night.between(0, 59).expectNone(event('ticket.unanswered'))
    await night.between(60, 63).expectExactly(1, event('ticket.unanswered', sos))
    await night.between(63, 119).expectNone(event())
    await night.between(120, 125).expectExactly(1, event('ticket.unanswered', sos))
  })

  it('is silent once somebody has answered', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos')
    await night.between(60, 63).expect(event('ticket.unanswered'))
    await night.at(70).does('ann', 'acknowledge')
    await night.between(70, 72).expect(ticket({ state: 'acknowledged', holder: 'ann' }))
    await night.between(75, 365).expectNone(event())
  })

  it('and a fall of the same home are one ticket', async () => {
    await begin('pendant', 'radar')
    await night.at(0).press('radar', 'fall')
    await night.between(0, 1).expect(ticket({ kind: 'fall', state: 'open', signals: 1 }))
    await night.at(20).press('pendant', 'sos')
    await night.between(20, 21).expect(ticket({ ...sos, signals: 2, lines: ['opened', 'evidence_added'] }))
    await night.between(0, 59).expectExactly(1, ticket())
  })

  it('that was on its way for hours rings all the same, and tells that it is old', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos', { at: night.time(-3 * hour) })
    const old = { unverified: true, unverified_reasons: ['stale'] }
    await night.between(0, 1).expect(ticket({ kind: 'sos', severity: 'critical', late: false, ...old }))
    await night.between(60, 63).expect(event('ticket.unanswered', old))
  })

  it('that may be a memory of the broker rings nobody; a press of now does', async () => {
    await begin('pendant')
    await night.at(0).publish({ device: 'pendant', channel: 'signals', payload: { signal: 'sos' }, retain: true })
    await night.between(0, 1).expect(ticket({ late: true, severity: 'low', unverified_reasons: ['retained'] }))
    await night.between(2, 2 * hour).expectNone(event())
    await night.at(2 * hour + 1).press('pendant', 'sos')
    await night.between(2 * hour + 1, 2 * hour + 2).expect(ticket({ ...sos, late: false }))
  })

  it('of a pendant that was just moved in is a ticket of its home', async () => {
    await begin('pendant')
    await night.at(0).call('PATCH', `/devices/${night.home}-pendant`, { home: null })
    await night.at(10).call('PATCH', `/devices/${night.home}-pendant`, { home: night.home })
    await night.at(20).press('pendant', 'sos')
    await night.between(20, 21).expect(ticket({ ...sos, home: night.home }))
  })
})

/** Dispatchers at once, the supervisor after a minute, the contacts after two; then again and again. */
const plan = () => ({
  home: night.home,
  name: 'three steps',
  steps: [
    { after_s: 0, tell: [{ to: 'duty' }] },
    { after_s: 60, tell: [{ to: 'duty', role: 'supervisor' }] },
    { after_s: 60, tell: [{ to: 'contacts' }] },
  ],
  repeat: { every_s: 300, from_step: 2 },
})
const beginWithPlan = async () => {
  await begin('pendant')
  await night.at(0).call('POST', '/plans', plan())
  await night.at(0).call('POST', '/contacts', { home: night.home, name: 'the daughter', phone: '139' })
  await night.at(1).press('pendant', 'sos')
}

describe('a plan', () => {
  it('calls further people as long as nobody answers, and begins again after its last step', async () => {
    await beginWithPlan()
    await night.between(1, 3).expect(escalated('ann'))
    await night.between(3, 59).expectNone(escalated('sue'))
    await night.between(61, 64).expectExactly(1, escalated('sue'))
    await night.between(121, 124).expectExactly(1, escalated('the daughter'))
    await night.between(124, 410).expectNone(event('ticket.escalated'))
    await night.between(421, 425).expectExactly(1, escalated('sue'))
    await night.at(430).does('ann', 'acknowledge')
    await night.between(435, 720).expectNone(event())
  })

  it('loses no step and takes none twice, though the process dies before and after', async () => {
    await beginWithPlan()
    await night.at(59).kill('api')
    await night.between(61, 80).expectExactly(1, escalated('sue'))
    await night.at(82).kill('api')
    await night.between(85, 119).expectNone(escalated('sue'))
    await night.between(121, 140).expectExactly(1, escalated('the daughter'))
    await night.between(0, 140).expectExactly(1, escalated('ann'))
  })

  it('takes at once what fell due while everything was down', async () => {
    await beginWithPlan()
    await night.between(1, 3).expect(escalated('ann'))
    await night.at(20).kill('vigil')
    await night.at(200).start()
    await night.between(200, 230).expectExactly(1, escalated('sue'))
    await night.between(200, 230).expectExactly(1, escalated('the daughter'))
  })
})

describe('an answer', () => {
  it('without progress lapses, the ticket rings and its plan begins anew; also when the process dies at that moment', async () => {
    await beginWithPlan()
    await night.at(30).does('ann', 'acknowledge')
    await night.between(35, 325).expectNone(event())
    await night.at(328).kill('api')
    await night.between(330, 350).expectExactly(1, event('ticket.lapsed', { state: 'open', holder: null }))
    await night.between(330, 352).expectExactly(1, escalated('ann'))
    await night.at(360).does('bob', 'acknowledge')
    await night.between(360, 362).expect(ticket({ state: 'acknowledged', holder: 'bob', lines: ['lapsed'] }))
  })

  it('of somebody who logs out is everybody’s again at once', async () => {
    await beginWithPlan()
    await night.at(10).does('bob', 'acknowledge')
    await night.at(40).logsOut('bob')
    await night.between(40, 43).expectExactly(1, event('ticket.lapsed', { state: 'open', holder: null }))
  })

  it('is refused to a second one, and handing over is told', async () => {
    await beginWithPlan()
    await night.at(10).does('ann', 'acknowledge')
    await expect(night.at(11).does('bob', 'acknowledge')).rejects.toThrow('held_by_other')
    await night.at(12).does('ann', 'assign', { assignee: 'bob' })
    await night.between(12, 14).expect(ticket({ holder: 'bob', lines: ['assigned'] }))
    await night.between(130, 140).expect(event('ticket.lapsed'))
  })
})

describe('a process that is killed', () => {
  it('alerts: the alarm that falls due meanwhile comes when it is back, once', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos')
    await night.between(0, 1).expect(ticket(sos))
    await night.at(59).kill('api')
    await night.between(60, 75).expectExactly(1, event('ticket.unanswered'))
    await night.at(80).does('ann', 'acknowledge')
    await night.between(85, 375).expectNone(event())
  })

  it('alerts: what is pressed meanwhile is a ticket when it is back, once', async () => {
    await begin('pendant')
    await night.at(0).kill('api')
    await night.at(0).press('pendant', 'sos')
    await night.between(0, 20).expectExactly(1, ticket({ ...sos, signals: 1 }))
    await night.at(30).kill('api')
    await night.between(60, 85).expect(event('ticket.unanswered'))
    await night.between(0, 85).expectExactly(1, event('ticket.opened'))
  })

  it('the broker: a press that it has taken and not acknowledged comes again, and is no second ticket', async () => {
    await begin('pendant')
    await night.at(0).pressUnheard('pendant', 'sos')
    await night.between(0, 1).expect(ticket({ ...sos, signals: 1 }))
    await night.at(5).kill('broker')
    await night.acknowledged()
    await night.between(5, 30).expect(ticket({ ...sos, signals: 2, lines: ['repeated'] }))
    await night.between(0, 50).expectExactly(1, ticket())
    await night.between(0, 50).expectExactly(1, event('ticket.opened'))
  })

  it('all of them, for ten minutes: the overdue alarm comes at once, exactly one', async () => {
    await begin('pendant')
    await night.at(0).press('pendant', 'sos')
    await night.between(0, 1).expect(ticket(sos))
    await night.at(30).kill('vigil')
    await night.between(31, 599).expectNone(event())
    await night.at(600).start()
    await night.between(600, 630).expectExactly(1, event('ticket.unanswered', sos))
    await night.at(640).does('bob', 'acknowledge')
    await night.between(645, 15 * minute).expectNone(event())
  })
})

describe('a story that is not as expected', () => {
  it('is told so that a person understands why', async () => {
    await begin('pendant')
    await night.at(1).press('pendant', 'sos')
    const missing = night.between(1, 30).expect(event('ticket.unanswered'))
    await expect(missing).rejects.toThrow(/between 1 s and 30 s nothing was seen of event ticket.unanswered/)
    await expect(missing).rejects.toThrow(
      /1\.\d s {2}pendant sends sos\n +1\.\d s {4}ticket\.opened {2}#\d+ sos critical open/,
    )
    const unwanted = night.between(60, 90).expectNone(event('ticket.unanswered'))
    await expect(unwanted).rejects.toThrow(
      /there should be no event ticket\.unanswered.*vigil: unanswered \(answer_timer\)/s,
    )
    const twice = night.between(1, 90).expectExactly(2, ticket(sos))
    await expect(twice).rejects.toThrow(/ticket with .* was expected 2 times, and seen 1 times/)
  })
})
