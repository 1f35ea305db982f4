import { describe, expect, it } from 'vitest'
import { nothingDecoded } from '../../../domain/message.ts'
import { topicOf } from '../../../domain/topics.ts'
import { boundsWith } from '../bounds.ts'
import { simulatedDevices } from '../devices/habits.ts'
import type { Message, Seen } from '../seen.ts'
import {
  device,
  type LineSketch,
  message,
  minute,
  readingOf,
  run,
  second,
  signalOf,
  start,
  status,
} from '../test_seen.ts'
import { verdictOf } from './clause.ts'
import { clauses } from './clauses.ts'

const bounds = boundsWith()

function judged(id: string, seen: Seen) {
  const clause = clauses.find((one) => one.id === id)
  if (!clause) throw new Error(`no clause ${id}`)
  const finding = clause.judge(seen, bounds)
  return {
    verdict: verdictOf(finding),
    told: finding.faults.map((fault) => fault.seen).join('; '),
    faults: finding.faults,
  }
}

/** Holds that the clause fails, and says this. */
function expectFault(id: string, seen: Seen, said: string | RegExp): void {
  const { verdict, told, faults } = judged(id, seen)
  expect(verdict).toBe('failed')
  expect(told).toMatch(said)
  for (const { mend } of faults) expect(mend).toMatch(/^[A-Z].+\.$/)
}
const expectVerdict = (id: string, seen: Seen, verdict: string) => expect(judged(id, seen).verdict).toBe(verdict)

const up: LineSketch = { at: 0 }
const every5s = (
  count: number,
  sketch: (n: number) => Partial<Message> & { seq?: number; measured?: number } = () => ({}),
) => Array.from({ length: count }, (_, n) => message({ at: n * 5 * second, seq: n + 1, ...sketch(n) }))

describe('the list', () => {
  it('has ids of its own for all, each with a reason', () => {
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length)
    for (const { text, why } of clauses) expect(`${text} ${why}`).toMatch(/^.+\. .+\.$/)
  })

  it('has no clause that every simulated device passes', () => {
    const failed = new Set<string>(Object.values(simulatedDevices).flatMap(({ fails }) => fails))
    expect(clauses.map(({ id }) => id).filter((id) => !failed.has(id))).toEqual([])
  })

  it('passes nothing of which nothing was seen', () => {
    const passed = clauses.filter((clause) => verdictOf(clause.judge(run([]), bounds)) === 'passed')
    expect(passed.map(({ id }) => id)).toEqual([])
  })

  it('blames a device that only connected for nothing that it had no time for', () => {
    const seen = run([{ at: 0 }], [], { endedAt: start + second })
    expect(clauses.filter((clause) => verdictOf(clause.judge(seen, bounds)) === 'failed').map(({ id }) => id)).toEqual(
      [],
    )
  })
})

describe('coming in', () => {
  it.each<[string, LineSketch, RegExp]>([
    ['tls', { at: 0, secure: false }, /without TLS/],
    ['tls', { at: 0, handshakeFailure: 'unsupported protocol', hello: undefined }, /unsupported protocol/],
    ['certificate', { at: 0, disguise: 'stranger', ended: { at: start, by: 'kit' } }, /CA that it cannot know/],
    ['certificate', { at: 0, disguise: 'misnamed', ended: { at: start, by: 'kit' } }, /another host/],
    ['protocol', { at: 0, hello: { protocol: 'MQTT level 5' } }, /MQTT level 5/],
    ['protocol', { at: 0, broken: ['Invalid header flag bits'] }, /Invalid header/],
    ['identity', { at: 0, hello: { userName: 'everybody' } }, /user name is "everybody"/],
    ['identity', { at: 0, hello: { userName: undefined } }, /user name is null/],
    ['identity', { at: 0, hello: { hasPassword: false } }, /no password/],
    ['identity', { at: 0, hello: { clientId: '' } }, /client id is empty/],
    ['identity', { at: 0, answer: { at: start, code: 4, by: 'vigil' } }, /refused the connection with code 4/],
    ['will', { at: 0, hello: { will: undefined } }, /no will/],
    ['keep_alive', { at: 0, hello: { keepAliveS: 0 } }, /switched off/],
    ['keep_alive', { at: 0, hello: { keepAliveS: 301 } }, /301 s/],
  ])('%s fails where it must', (id, sketch, said) => {
    expectFault(id, run([up, sketch]), said)
  })

  it.each([
    [{ topic: 'vigil/v1/other/status' }, /topic is vigil\/v1\/other/],
    [{ payload: '{"online":true}' }, /payload is/],
    [{ payload: 'gone' }, /payload is gone/],
    [{ qos: 0 }, /QoS is 0/],
    [{ retain: false }, /not retained/],
  ])('a will with %j is not the right one', (wrong, said) => {
    const right = { topic: topicOf(device, 'status'), payload: '{"online":false}', qos: 1, retain: true }
    expectVerdict('will', run([{ at: 0, hello: { will: right } }]), 'passed')
    expectFault('will', run([{ at: 0, hello: { will: { ...right, ...wrong } } }]), said)
  })

  it('identity wants one client id over all connections, of which it tells the number', () => {
    expectVerdict('identity', run([up, { at: second }]), 'passed')
    expectFault('identity', run([up, { at: second, hello: { clientId: 'other' } }]), /2 client ids/)
  })

  it('a careful device has no fault with a certificate; a vendor certificate leaves the other trial out', () => {
    const hungUp: LineSketch = { at: 0, disguise: 'stranger', hello: undefined, ended: { at: start, by: 'device' } }
    expectVerdict('certificate', run([up, hungUp]), 'passed')
    expectVerdict('certificate', run([up]), 'not_tested')
  })

  it('status is due on every connection that lasts, not on those that the kit cuts at once', () => {
    const lines = [up, { at: minute, until: 2 * minute }, { at: 3 * minute, until: 3 * minute + second }]
    expectVerdict('status', run(lines, [status(second), status(minute + second, { line: 2 })]), 'passed')
    expectFault('status', run(lines, [status(second)]), /did not say/)
    expectFault('status', run([up], [status(11 * second)]), /did not say/)
    expectFault('status', run([up], [status(second, { retain: false, qos: 0 })]), /not retained and QoS 0/)
  })

  it('receipts are to be asked for, by their full name, and acknowledged', () => {
    const receipt = { at: start + minute, id: 3, topic: topicOf(device, 'receipts'), qos: 1, payload: '{}' }
    const asking = (topic: string, qos = 1, granted = 1) => ({ subscriptions: [{ at: start, topic, qos, granted }] })
    expectVerdict(
      'receipts',
      run([{ ...up, downward: [{ ...receipt, acknowledgedAt: start + minute + second }] }]),
      'passed',
    )
    expectFault('receipts', run([{ ...up, downward: [receipt] }]), /did not acknowledge/)
    expectFault('receipts', run([{ ...up, subscriptions: [] }]), /did not subscribe/)
    expectFault('receipts', run([{ ...up, ...asking(topicOf(device, 'receipts'), 0, 0) }]), /at QoS 0/)
    expectFault('receipts', run([{ ...up, ...asking('vigil/v1/#') }]), /asked for vigil\/v1\/#/)
    const kept: LineSketch = { at: minute, subscriptions: [], hello: { clean: false } }
    expectVerdict('receipts', run([up, kept]), 'passed')
    expectFault('receipts', run([up, { ...kept, hello: { clean: true } }]), /did not subscribe.*connection 2/)
  })
})

describe('messages', () => {
  it('topic: only what the codec takes for this device', () => {
    expectVerdict('topic', run([up], every5s(3)), 'passed')
    expectFault(
      'topic',
      run([up], [message({ at: 0, topic: 'telemetry/x', decoded: nothingDecoded() })]),
      /telemetry\/x/,
    )
    expectFault('topic', run([up], [message({ at: 0, decoded: nothingDecoded('other') })]), /published to/)
  })

  it('payload: refusals, impossible values, size, and what Vigil itself refused', () => {
    expectVerdict('payload', run([up], every5s(3)), 'passed')
    const refused = { ...nothingDecoded(device), refusals: [{ code: 'time_invalid' as const, detail: 'at: "noon"' }] }
    expectFault('payload', run([up], [message({ at: 0, decoded: refused })]), /time_invalid \(at: "noon"\)/)
    expectFault('payload', run([up], [message({ at: 0, decoded: readingOf('spo2', 980, true) })]), /spo2 is 980/)
    expectFault('payload', run([up], [message({ at: 0, payload: Buffer.alloc(256 * 1024 + 1) })]), /262145 bytes/)
    const payload = JSON.stringify({ result: 'refused', at: '', topic: 't', code: 'point_refused', reason: 'no' })
    const downward = [{ at: start, id: 1, topic: topicOf(device, 'receipts'), qos: 1, payload }]
    expectFault('payload', run([{ ...up, downward }], every5s(1)), /Vigil refused a message: point_refused/)
  })

  it('delivery: nothing at QoS 0', () => {
    expectVerdict('delivery', run([up], [message({ at: 0, qos: 2 })]), 'passed')
    expectFault('delivery', run([up], [message({ at: 0, qos: 0 })]), /QoS 0/)
  })

  it('battery: in time, and not blamed before the time is over', () => {
    const battery = (at: number) => [message({ at, decoded: readingOf('battery', 80) })]
    expectVerdict('battery', run([up], battery(9 * minute)), 'passed')
    expectFault('battery', run([up], battery(11 * minute)), /after 11 min/)
    expectFault('battery', run([up]), /no report in 20 min/)
    expectVerdict('battery', run([up], [], { endedAt: start + 5 * minute }), 'not_observed')
  })

  it('message_rate: in any minute of looking on, however it lies', () => {
    const watch = { trials: [['watch', 0, 3 * minute]] as ['watch', number, number][] }
    const burst = (count: number, trial: Message['trial'] = 'watch') =>
      Array.from({ length: count }, (_, n) => message({ at: 30 * second + n * 900, seq: n, trial }))
    expectVerdict('message_rate', run([up], burst(60), watch), 'passed')
    expectFault('message_rate', run([up], burst(61), watch), /61 messages in one minute/)
    expectVerdict('message_rate', run([up], burst(500, 'cut'), watch), 'passed')
    const steady = Array.from({ length: 180 }, (_, n) => message({ at: n * second, seq: n }))
    expectVerdict('message_rate', run([up], steady, watch), 'passed')
    expectVerdict('message_rate', run([up], burst(5)), 'not_observed')
  })
})

describe('time and number', () => {
  const shifted = (by: number) => every5s(5, (n) => ({ measured: n * 5 * second + by }))

  it('clock: ahead, behind, absent, running backwards', () => {
    expectVerdict('clock', run([up], shifted(-59 * second)), 'passed')
    expectFault('clock', run([up], shifted(3_600_000)), /60 min ahead/)
    expectFault('clock', run([up], shifted(-2 * minute)), /2 min behind/)
    expectFault('clock', run([up], [message({ at: 0, entries: [{ seq: 1, digest: 'a' }] })]), /1 of 1 message without/)
    const stepped = every5s(4, (n) => ({ measured: n < 2 ? n * 5 * second : n * 5 * second - 30 * second }))
    expectFault('clock', run([up], stepped), /seq 3 is 25 s earlier than seq 2/)
  })

  it('clock: one message that was long under way says nothing against the clock', () => {
    const late = every5s(5, (n) => ({ measured: n === 0 ? -5 * minute : n * 5 * second }))
    expectVerdict('clock', run([up], late), 'passed')
  })

  it('sequence: a gap, a number used twice, none at all', () => {
    expectVerdict('sequence', run([up], every5s(5)), 'passed')
    expectFault(
      'sequence',
      run(
        [up],
        every5s(5, (n) => ({ seq: n < 2 ? n + 1 : n + 3 })),
      ),
      /2 numbers never came: seq 3 to 4/,
    )
    expectFault(
      'sequence',
      run(
        [up],
        every5s(3, () => ({ seq: 7 })),
      ),
      /2 numbers used twice/,
    )
    expectFault(
      'sequence',
      run(
        [up],
        every5s(3, () => ({ seq: 1 })),
      ),
      /2 numbers used twice/,
    )
    expectFault('sequence', run([up], [message({ at: 0 })]), /without `seq`/)
  })

  it('sequence: the same entry again, late arrival, a count for each topic, and a reboot are no fault', () => {
    const again = [...every5s(3), ...every5s(3).map((sent) => ({ ...sent, dup: true, line: 2 }))]
    expectVerdict('sequence', run([up], again), 'passed')
    expectVerdict('sequence', run([up], every5s(4).toReversed()), 'passed')
    const signals = every5s(2, (n) => ({
      topic: topicOf(device, 'signals'),
      measured: n + 1,
      decoded: signalOf('sos', n),
    }))
    expectVerdict('sequence', run([up], [...every5s(4), ...signals]), 'passed')
    const rebooted = every5s(4, (n) => ({ line: 2, measured: 100 * second + n }))
    expectVerdict('sequence', run([up], [...every5s(3), ...rebooted]), 'passed')
  })
})

describe('SOS until acknowledged', () => {
  const trials: { trials: ['signal', number, number][] } = { trials: [['signal', 0, minute]] }
  const sos = (on: number, sketch: Partial<Message> & { pressed?: number } = {}): Message => {
    const { pressed = 0, ...rest } = sketch
    const digest = `sos ${pressed}`
    const sent = { at: on * second, trial: 'signal' as const, line: on, digest, decoded: signalOf('sos', pressed) }
    const { acknowledgedAt: at, ...open } = message({ ...sent, withheld: on < 3, ...rest })
    return on < 3 || at === undefined ? open : { ...open, acknowledgedAt: at }
  }

  it('passes only over all cut lines and acknowledged at last', () => {
    expectVerdict('signal', run([up], [sos(1), sos(2), sos(3)], trials), 'passed')
    expectVerdict('signal', run([up], [sos(1), sos(2, { digest: 'other bytes' }), sos(3)], trials), 'passed')
    expectFault('signal', run([up], [sos(1), sos(3)], trials), /sent on 2 connections and given up/)
    expectFault('signal', run([up], [sos(1), sos(2)], trials), /sent on 2 connections and given up/)
    expectFault('signal', run([up], [sos(1), sos(1), sos(1)], trials), /sent on 1 connection and/)
    const { acknowledgedAt: _, ...never } = sos(3)
    expectFault('signal', run([up], [sos(1), sos(2), never], trials), /given up/)
  })

  it('is no repeat with another time, nor at QoS 0', () => {
    expectFault('signal', run([up], [sos(1), sos(2, { pressed: 2 }), sos(3, { pressed: 3 })], trials), /looks like 3/)
    expectFault('signal', run([up], [sos(1, { qos: 0 })], trials), /once, at QoS 0, and never again/)
  })

  it('is not observed where nobody pressed, and not tested where the trial was not held', () => {
    expectVerdict('signal', run([up], [], trials), 'not_observed')
    expectVerdict('signal', run([up]), 'not_tested')
  })
})

describe('the cut link', () => {
  const cut = { from: start + 10 * minute, to: start + 11 * minute }
  const back: LineSketch = { at: 11 * minute + 5 * second }
  const kept = (count: number, measured: (n: number) => number = (n) => 10 * minute + (n + 1) * 5 * second) =>
    Array.from({ length: count }, (_, n) =>
      message({ at: 11 * minute + 6 * second + n, trial: 'cut', line: 2, measured: measured(n), seq: 100 + n }),
    )
  const lines: LineSketch[] = [{ at: 0, until: 10 * minute }, back]
  const through = (messages: Message[], rhythm = every5s(60)) => run(lines, [...rhythm, ...messages], { cut })

  it('store_and_forward: all, none, too few, out of order, with the time of sending', () => {
    expectVerdict('store_and_forward', through(kept(12)), 'passed')
    expectFault('store_and_forward', through([]), /nothing that was measured/)
    expectFault('store_and_forward', through(kept(4)), /only 4 of about 12/)
    expectFault(
      'store_and_forward',
      through(kept(12, (n) => 11 * minute - n * second)),
      /11 of 12 messages came out of order/,
    )
    expectFault(
      'store_and_forward',
      through(kept(20, (n) => 11 * minute + 6 * second + n)),
      /20 messages came afterwards, none with a time/,
    )
  })

  it.each([1, -1])('store_and_forward: a clock that is %i hours ahead is the fault of another clause', (hours) => {
    const off = hours * 3_600_000
    const rhythm = every5s(60, (n) => ({ measured: n * 5 * second + off }))
    expectVerdict(
      'store_and_forward',
      through(
        kept(12, (n) => 10 * minute + (n + 1) * 5 * second + off),
        rhythm,
      ),
      'passed',
    )
  })

  it('store_and_forward: a device with nothing to measure is not observed', () => {
    expectVerdict('store_and_forward', through([], []), 'not_observed')
    expectVerdict('store_and_forward', through(kept(1), []), 'passed')
    expectVerdict('store_and_forward', run([up]), 'not_tested')
  })

  const attempts = (...pauses: number[]): LineSketch[] =>
    pauses.map((_, index) => ({
      at: 10 * minute + pauses.slice(0, index + 1).reduce((sum, pause) => sum + pause * second, 0),
      answer: { at: 0, code: 3, by: 'kit' as const },
      hello: undefined,
    }))
  const tried = (...pauses: number[]) =>
    run([{ at: 0, until: 10 * minute }, ...attempts(...pauses), { at: 11 * minute + 10 * second }], [], { cut })

  it('back_off: hammering, pauses that do not grow, and staying away', () => {
    expectVerdict('back_off', tried(1, 2, 4, 8, 16, 25), 'passed')
    expectVerdict('back_off', tried(30, 31), 'passed')
    expectFault('back_off', tried(...Array.from({ length: 50 }, () => 1)), /50 attempts to connect in one minute/)
    expectFault('back_off', tried(8, 8, 8, 8, 8, 8, 8), /do not grow/)
    expectFault('back_off', run([{ at: 0, until: 10 * minute }], [], { cut }), /did not come back within 5 min/)
  })

  it('back_off: the same first pause after each cut is no chance', () => {
    const cuts = (...pauses: number[]) => {
      let at = 0
      const held = pauses.map((pause): LineSketch => {
        const opened = at
        at = opened + minute + pause
        return { at: opened, until: opened + minute }
      })
      return run([...held, { at }], [], { cut: { from: start + at - second, to: start + at - second } })
    }
    expectVerdict('back_off', cuts(900, 1_300, 1_000), 'passed')
    expectFault('back_off', cuts(1_000, 1_005, 998), /always 1 s/)
  })

  it('refusal: asking again at once, or never', () => {
    const refused = (...pauses: number[]) => {
      let at = 0
      const lines = pauses.map((pause): LineSketch => {
        const opened = at
        at += pause
        return { at: opened, answer: { at: start + opened, code: 3, by: 'kit' } }
      })
      return [...lines, { at }]
    }
    expectVerdict('refusal', run(refused(1_000, 2_000, 4_000)), 'passed')
    expectFault('refusal', run(refused(100, 150, 9_000)), /after 150 ms in the median/)
    expectFault('refusal', run(refused(1_000, 2_000, 4_000).slice(0, 3)), /did not come back/)
    expectVerdict('refusal', run([up]), 'not_tested')
  })
})
