import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DevicePlan } from '../../simulators/devices/device.ts'
import { createHome, type HomePlan, type SimulatedHome } from '../../simulators/home/home.ts'
import type { Incident, Trouble } from '../../simulators/home/script.ts'
import { atLocal, HOUR, localDay, MINUTE, SECOND } from '../../simulators/life/calendar.ts'
import { type Fold, openFold } from './fold.ts'

/** A Wednesday, 10 o'clock local time. */
const startAt = atLocal(localDay(Date.UTC(2026, 2, 4)), 10)
const devices: DevicePlan[] = [
  { id: 'watch', kind: 'watch' },
  { id: 'pendant', kind: 'pendant' },
  { id: 'radar', kind: 'radar', room: 'bathroom' },
  { id: 'smoke', kind: 'smoke', room: 'kitchen', gateway: 'gateway' },
  { id: 'gateway', kind: 'gateway', room: 'hall' },
]
const plan: HomePlan = {
  id: 'li',
  label: 'home of Li',
  position: { lat: 39.65, lon: 106.79 },
  residents: [{ id: 'anna', seed: 7 }],
  devices,
}

let home: SimulatedHome
let fold: Fold
beforeEach(async () => {
  home = createHome(plan, { seed: 5, startAt })
  fold = await openFold([plan], startAt)
})
afterEach(() => fold.close())

const at = (minutes: number): number => startAt + minutes * MINUTE
const script = (minutes: number, event: Incident | Trouble) => home.script({ at: at(minutes), event })
const press = (minutes: number, times = 1) =>
  script(minutes, { what: 'press', device: 'pendant', times, every: 2 * SECOND })

/** Lives so long, and gives a line a ticket: its kind, when it opened (minutes), and what each device said. */
async function ticketsAfter(minutes: number): Promise<string[]> {
  await fold.take(home.step(at(minutes)))
  await fold.passUntil(at(minutes))
  return (await fold.tickets()).map(({ kind, opened_at, evidence, state }) => {
    const opened = ((Date.parse(opened_at) - startAt) / MINUTE).toFixed(1)
    return `${kind} ${opened} ${state}: ${evidence.map(({ device, signal }) => `${device} ${signal}`).join(', ')}`
  })
}

describe('what happens becomes the ticket that Vigil makes of it', () => {
  it('a fall, by whoever felt or saw it, and the press after it in the same', async () => {
    script(10, { what: 'fall', room: 'bathroom', liesFor: 20 * MINUTE })
    press(12, 2)
    const [only, ...more] = await ticketsAfter(15)
    expect(only).toMatch(/^sos 10\.1 acknowledged: /)
    expect(only?.split(': ')[1]?.split(', ').sort()).toEqual(['pendant sos', 'pendant sos', 'radar fall', 'watch fall'])
    expect(more).toEqual([])
  })

  it('smoke, told through a gateway, is one ticket for as long as it goes on', async () => {
    script(10, { what: 'hazard', hazard: 'smoke', room: 'kitchen', lasts: 35 * MINUTE })
    const tickets = await ticketsAfter(120)
    expect(tickets).toHaveLength(1)
    expect(tickets[0]).toMatch(/^smoke 10\.\d closed: smoke smoke/)
  })

  it('nothing, where nothing says so', async () => {
    script(10, { what: 'slide', room: 'kitchen', liesFor: HOUR })
    script(100, { what: 'illness', lasts: 5 * HOUR })
    script(110, { what: 'visit', lasts: HOUR })
    expect(await ticketsAfter(8 * 60)).toEqual([])
    expect(fold.account().arrived).toBeGreaterThan(1_000)
  })
})

describe('the dispatcher', () => {
  it('answers after half a minute and closes when there was no news for ten', async () => {
    press(10)
    press(15)
    expect(await ticketsAfter(10.4)).toEqual(['sos 10.0 open: pendant sos'])
    expect(await ticketsAfter(10.6)).toEqual(['sos 10.0 acknowledged: pendant sos'])
    expect(await ticketsAfter(24.9)).toEqual(['sos 10.0 acknowledged: pendant sos, pendant sos'])
    expect(await ticketsAfter(25.1)).toEqual(['sos 10.0 closed: pendant sos, pendant sos'])
    const [ticket] = await fold.tickets()
    expect(ticket?.timeline.map(({ what }) => what)).toEqual(['opened', 'acknowledged', 'evidence_added', 'closed'])
  })

  it('having closed it, gets what happens next as another ticket', async () => {
    press(10)
    press(21)
    expect(await ticketsAfter(22)).toEqual(['sos 10.0 closed: pendant sos', 'sos 21.0 acknowledged: pendant sos'])
  })
})

describe('without a line', () => {
  it('what is kept arrives when it is back, by its own time', async () => {
    script(10, { what: 'link_lost', device: 'pendant', lasts: 20 * MINUTE })
    press(12)
    expect(await ticketsAfter(29)).toEqual([])
    expect(fold.account().kept).toBeGreaterThan(0)
    expect(await ticketsAfter(31)).toEqual(['sos 30.0 acknowledged: pendant sos'])
    const [ticket] = await fold.tickets()
    expect(ticket?.evidence[0]).toMatchObject({ at: new Date(at(12)).toISOString(), doubts: ['stale'] })
    expect(fold.account()).toMatchObject({ kept: 0, dropped: 0 })
  })

  it('signals come before readings, and of too many readings the oldest are dropped', async () => {
    script(10, { what: 'link_lost', device: 'watch', lasts: 60 * HOUR })
    script(50 * 60, { what: 'press', device: 'watch', times: 1, every: 0 })
    expect(await ticketsAfter(71 * 60)).toHaveLength(1)
    expect(fold.account().dropped).toBeGreaterThan(100)
  })
})
