import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import type { Output } from '../home/home.ts'
import { emptyAccount } from '../links/account.ts'
import type { Fleet, FleetOptions } from '../links/fleet.ts'
import { PRESSES_APART, planEmergencies, withButton } from './emergencies.ts'
import type { FromWorker, Share } from './messages.ts'
import { rateOf } from './rate.ts'
import { openShare } from './share.ts'
import { handMade } from './test_homes.ts'

const start = Date.UTC(2026, 2, 4, 2)
const MINUTE = 60_000

/** A fleet that only notes what it is to carry. */
function fakeFleet() {
  const carried: Output[] = []
  let options: FleetOptions | undefined
  let settle: () => void = () => {}
  const fleet: Fleet = {
    carry: (output) => void carried.push(output),
    dialling: () => 0,
    connected: () => 2,
    waiting: () => 1,
    settled: (signal) =>
      new Promise((resolve, reject) => {
        settle = resolve
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
    account: () => ({ ...emptyAccount(), sent: 5, refused: 9 }),
    close: () => Promise.resolve(),
  }
  const open = (given: FleetOptions) => {
    options = given
    return fleet
  }
  return { carried, open, options: () => options!, settle: () => settle() }
}

function shareAtWork(homes: number, change: Partial<Share> = {}) {
  const clock = virtualClock(start)
  const fleet = fakeFleet()
  const said: FromWorker[] = []
  const plans = handMade(homes)
  const share: Share = {
    mqttUrl: 'mqtt://127.0.0.1:1',
    httpUrl: 'http://127.0.0.1:2',
    seed: 1,
    first: 0,
    count: homes,
    firstDevice: 0,
    tokens: {},
    pace: 1,
    rampMs: 0,
    ...change,
  }
  const say = (message: FromWorker) => void said.push(message)
  const work = openShare({ share, homes: plans, open: fleet.open, token: async () => '', say, clock })
  const state = (home: number, device: number, what: 'linked' | 'lost' | 'refused') =>
    fleet.options().onState(plans[home]!.devices[device]!, plans[home]!, what)
  return { clock, fleet, said, work, plans, state }
}

const messagesIn = (outputs: Output[]) => outputs.filter(({ what }) => what === 'message')

describe('the homes of one worker', () => {
  it('live with the clock, and are born over the ramp', async () => {
    const { clock, fleet } = shareAtWork(10, { rampMs: 10 * MINUTE })
    await clock.advance(5 * MINUTE)
    const half = new Set(messagesIn(fleet.carried).map(({ home }) => home.id))
    expect([...half].every((id) => Number(id.slice(2)) <= 5)).toBe(true)
    await clock.advance(20 * MINUTE)
    expect(new Set(messagesIn(fleet.carried).map(({ home }) => home.id)).size).toBe(10)
    for (const { at } of fleet.carried) expect(at).toBeLessThanOrEqual(clock.now())
  })

  it('press when told to, which is told with its true time, and known as a fact', async () => {
    const { clock, fleet, said, work } = shareAtWork(2)
    await clock.advance(MINUTE)
    const at = clock.now() + 1_000
    work.script([{ home: 'h-1', device: 'h-1-pendant', at, times: 3 }])
    await clock.advance(MINUTE)
    const told = said.flatMap((message) => (message.said === 'told' ? [message.told] : []))
    expect(told).toEqual(
      [0, 1, 2].map((n) => ({ home: 'h-1', device: 'h-1-pendant', signal: 'sos', at: at + n * PRESSES_APART })),
    )
    const facts = said.flatMap((message) => (message.said === 'fact' ? [message.fact] : []))
    expect(facts).toMatchObject([{ event: 'press', home: 'h-1', at, needsHelp: true }])
    const sent = messagesIn(fleet.carried).filter(
      (output) => output.what === 'message' && output.message.kind === 'signals',
    )
    expect(sent).toHaveLength(3)
  })

  it('press though they were not begun yet, since homes are looked at now and then', async () => {
    const { clock, said, work } = shareAtWork(5, { rampMs: 10 * MINUTE })
    const at = clock.now() + 1_000
    work.script([{ home: 'h-3', device: 'h-3-pendant', at, times: 1 }])
    await clock.advance(MINUTE)
    const told = said.flatMap((message) => (message.said === 'told' ? [message.told] : []))
    expect(told).toEqual([{ home: 'h-3', device: 'h-3-pendant', signal: 'sos', at }])
  })

  it('say nothing any more once they rest, and do not wait for ever for what cannot be sent', async () => {
    const { clock, fleet, work } = shareAtWork(2)
    await clock.advance(5 * MINUTE)
    const before = fleet.carried.length
    const rested = work.rest(30_000)
    await clock.advance(30_000)
    await rested
    await clock.advance(30 * MINUTE)
    expect(fleet.carried.length).toBe(before)
  })

  it('a storm cuts what is connected, and lets it come back, and nothing else', () => {
    const { fleet, work, state } = shareAtWork(2)
    state(0, 0, 'linked')
    state(1, 1, 'linked')
    state(1, 2, 'lost')
    fleet.carried.length = 0
    work.storm()
    expect(
      fleet.carried.map((output) => (output.what === 'link' ? `${output.device.id} ${output.up}` : output.what)),
    ).toEqual(['h-0-watch false', 'h-0-watch true', 'h-1-pendant false', 'h-1-pendant true'])
  })

  it('tell how long each connection was away', async () => {
    const { clock, work, state } = shareAtWork(1)
    state(0, 0, 'lost')
    state(0, 0, 'linked')
    expect(work.tally()).toMatchObject({ reconnects: { max: 0 } })
    state(0, 0, 'lost')
    await clock.advance(2_000)
    state(0, 0, 'lost')
    await clock.advance(1_000)
    state(0, 0, 'refused')
    await clock.advance(1_000)
    state(0, 0, 'linked')
    expect(work.tally()).toMatchObject({ devices: 3, sent: 5, waiting: 1, reconnects: { max: 4_000 } })
  })

  it('count as refused the messages that were, not the connections', () => {
    const { fleet, work, plans } = shareAtWork(1)
    const receipt = { at: '2026-03-04T02:00:00.000Z', topic: 'x' }
    fleet.options().onReceipt(plans[0]!.devices[0]!, plans[0]!, { ...receipt, result: 'accepted' })
    fleet.options().onReceipt(plans[0]!.devices[0]!, plans[0]!, { ...receipt, result: 'refused' })
    expect(work.tally().refused).toBe(1)
  })

  it('come from loopback addresses that follow from the number of the device', () => {
    expect(shareAtWork(1, { firstDevice: 100 }).fleet.options().sourceAddress?.(0)).toBe('127.0.1.2')
    expect(shareAtWork(1, { mqttUrl: 'mqtt://10.1.1.1' }).fleet.options().sourceAddress).toBeUndefined()
  })
})

describe('emergencies', () => {
  const options = { perMinute: 30, from: start, until: start + 10 * MINUTE, random: () => 0.5 }

  it('each have a home of their own, evenly over the time, and end before it does', () => {
    const all = planEmergencies(handMade(500), options)
    expect(all.length).toBe(300)
    expect(new Set(all.map(({ home }) => home)).size).toBe(all.length)
    for (const { at, times } of all) {
      expect(at).toBeGreaterThanOrEqual(start)
      expect(times).toBeGreaterThanOrEqual(1)
      expect(at + (times - 1) * PRESSES_APART).toBeLessThanOrEqual(options.until)
    }
    const inFirstMinute = all.filter(({ at }) => at < start + MINUTE)
    expect(inFirstMinute.length).toBe(30)
  })

  it('end with the homes that have a button', () => {
    const homes = handMade(7).map((home, n) => ({ ...home, devices: n < 3 ? home.devices.slice(2) : home.devices }))
    expect(withButton(homes)).toHaveLength(4)
    const all = planEmergencies(homes, { ...options, until: Number.POSITIVE_INFINITY })
    expect(all.map(({ home }) => home).sort()).toEqual(['h-3', 'h-4', 'h-5', 'h-6'])
  })
})

describe('the rate of homes', () => {
  const life = { seed: 1, startAt: start }

  it('grows with the homes, told from a sample', () => {
    const of40 = rateOf(handMade(40), 1, life)
    expect(of40).toBeGreaterThan(0)
    expect(rateOf(handMade(400), 1, life) / of40).toBeGreaterThan(7)
    expect(rateOf(handMade(400), 1, life) / of40).toBeLessThan(13)
    expect(rateOf([], 1, life)).toBe(0)
  })

  it('grows as the pace falls', () => {
    expect(rateOf(handMade(10), 0.1, life)).toBeGreaterThan(3 * rateOf(handMade(10), 1, life))
  })
})
