import { describe, expect, test } from 'vitest'
import { isoTime, parseTime, virtualClock } from './clock.ts'

describe('a virtual clock', () => {
  test('moves only when told', async () => {
    const clock = virtualClock(1_000)
    expect(clock.now()).toBe(1_000)
    await clock.advance(250)
    expect(clock.now()).toBe(1_250)
  })

  test('runs timers in order of their time, each at its own time, equal ones in order of their making', async () => {
    const clock = virtualClock(0)
    const ran: [string, number][] = []
    const note = (name: string) => () => void ran.push([name, clock.now()])
    clock.after(30, note('late'))
    clock.after(10, note('early'))
    clock.after(10, note('early too'))
    await clock.advance(29)
    expect(ran).toEqual([
      ['early', 10],
      ['early too', 10],
    ])
    await clock.advance(1)
    expect(ran.at(-1)).toEqual(['late', 30])
  })

  test('runs a timer that a timer sets, within the same advance', async () => {
    const clock = virtualClock(0)
    const ran: number[] = []
    const again = () => {
      ran.push(clock.now())
      if (ran.length < 3) clock.after(5, again)
    }
    clock.after(5, again)
    await clock.advance(15)
    expect(ran).toEqual([5, 10, 15])
  })

  test('leaps to a time at once: who looks every few milliseconds looks once', async () => {
    const clock = virtualClock(0)
    const looked: number[] = []
    const look = () => {
      looked.push(clock.now())
      clock.after(5, look)
    }
    clock.after(5, look)
    clock.after(3_600_001, () => looked.push(-1))
    await clock.leap(3_600_000)
    expect([clock.now(), looked]).toEqual([3_600_000, [3_600_000]])
    await clock.leap(5)
    expect(looked).toEqual([3_600_000, -1, 3_600_005])
  })

  test('hurries what falls due soon while time stands still', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    clock.after(200, () => ran.push('soon'))
    clock.after(100, () => ran.push('sooner'))
    clock.after(300, () => ran.push('later'))
    await clock.hurry(200)
    expect([clock.now(), ran]).toEqual([0, ['sooner', 'soon']])
  })

  test('a timer that is cancelled by one before it does not run in a leap', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    let cancel = () => {}
    clock.after(1, () => cancel())
    cancel = clock.after(2, () => void ran.push('cancelled'))
    await clock.leap(10)
    expect(ran).toEqual([])
  })

  test('a cancelled timer never runs, and cancelling twice or too late harms nothing', async () => {
    const clock = virtualClock(0)
    const ran: string[] = []
    const cancel = clock.after(5, () => void ran.push('cancelled'))
    const late = clock.after(5, () => void ran.push('kept'))
    cancel()
    cancel()
    await clock.advance(10)
    late()
    expect(ran).toEqual(['kept'])
  })

  test('sleep ends at its time, or at once when aborted, and leaves no timer behind', async () => {
    const clock = virtualClock(0)
    const abort = new AbortController()
    let slept = false
    const sleeping = clock.sleep(50).then(() => {
      slept = true
    })
    const aborted = clock.sleep(1_000_000, abort.signal)
    await clock.advance(49)
    expect(slept).toBe(false)
    await clock.advance(1)
    await sleeping
    expect(slept).toBe(true)
    abort.abort()
    await aborted
    await clock.sleep(1_000_000, abort.signal)
    expect(clock.now()).toBe(50)
  })
})

describe('parseTime', () => {
  const noon = Date.UTC(2026, 10, 22, 12, 0, 0)

  test.each([
    ['2026-11-22T12:00:00.000Z', noon],
    ['2026-11-22T12:00:00Z', noon],
    ['2026-11-22T12:00Z', noon],
    ['2026-11-22t12:00:00z', noon],
    ['2026-11-22 12:00:00Z', noon],
    ['2026-11-22T20:00:00+08:00', noon],
    ['2026-11-22T20:00:00+0800', noon],
    ['2026-11-22T08:30:00-03:30', noon],
    ['2026-11-22T12:00:00.5Z', noon + 500],
    ['2026-11-22T12:00:00.25Z', noon + 250],
    ['2026-11-22T12:00:00.007Z', noon + 7],
    ['2026-11-22T12:00:00.123456789+00:00', noon + 123],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    [noon, noon],
    [noon + 0.6, noon + 1],
    [0, 0],
  ])('reads %s', (written, expected) => {
    expect(parseTime(written)).toBe(expected)
  })

  test.each([
    '2026-11-22T12:00:00', // no zone
    '2026-11-22',
    '2026-02-29T00:00:00Z', // no leap year
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T12:60:00Z',
    '2026-11-22T12:00:60Z',
    '2026-11-22T12:00:00+24:00',
    '2026-11-22T12:00:00+08:75',
    '22 Nov 2026 12:00 GMT',
    '1795335330250',
    'yesterday',
    '',
    8.65e15,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    true,
    {},
    [noon],
  ])('refuses %s', (written) => {
    expect(parseTime(written)).toBeUndefined()
  })

  test('whatever it reads can be written again, and means the same', () => {
    for (const at of [-8.64e15, -1, 0, 1, noon, 8.64e15]) {
      expect(Date.parse(isoTime(parseTime(at) ?? Number.NaN))).toBe(at)
    }
    for (const at of [0, noon, noon + 1, noon + 999]) expect(parseTime(isoTime(at))).toBe(at)
  })
})
