import { expect, it } from 'vitest'
import { systemClock, turn, virtualClock } from './clock.ts'
import { seededRandom } from './random.ts'
import { follow, shiftedClock } from './shifted_clock.ts'

const start = Date.UTC(2026, 2, 2, 12)
const hour = 3_600_000

function setUp(offset = 0) {
  const base = virtualClock(start)
  const clock = shiftedClock(base, offset)
  const ran: string[] = []
  /** Sets a timer that tells its name and how many ms after the start it ran. */
  const set = (name: string, ms: number) => clock.after(ms, () => ran.push(`${name} ${clock.now() - start}`))
  const turns = async (count = 20) => {
    for (let i = 0; i < count; i++) await turn()
  }
  return { base, clock, ran, set, turns }
}

it('runs with its base, so far ahead of it', async () => {
  const { base, clock, ran, set } = setUp(hour)
  expect(clock.now()).toBe(start + hour)
  set('a', 100)
  await base.advance(99)
  expect(ran).toEqual([])
  await base.advance(1)
  expect(ran).toEqual([`a ${hour + 100}`])
})

it('a jump runs what fell due by it, in order of due time, and those of one instant in the order of setting', async () => {
  const { clock, ran, set, turns } = setUp()
  set('late', 3_000)
  set('beyond', 60_001)
  set('early', 1_000)
  set('early too', 1_000)
  clock.shiftTo(60_000)
  await turns()
  expect(ran).toEqual(['early 60000', 'early too 60000', 'late 60000'])
})

it('what is not yet due after a jump runs when the rest of its time has passed, or with the next jump', async () => {
  const { base, clock, ran, set, turns } = setUp()
  set('a', 1_000)
  set('b', 2_000)
  clock.shiftTo(900)
  await turns()
  await base.advance(99)
  expect(ran).toEqual([])
  await base.advance(1)
  expect(ran).toEqual(['a 1000'])
  clock.shiftTo(2_000)
  await turns()
  expect(ran).toEqual(['a 1000', 'b 2100'])
})

it('never goes back', async () => {
  const { clock } = setUp()
  clock.shiftTo(hour)
  for (const ms of [hour - 1, 0, -hour, Number.NaN]) clock.shiftTo(ms)
  expect(clock.offset()).toBe(hour)
})

it('what was cancelled does not run, also when what runs before it in the same jump cancels it', async () => {
  const { clock, ran, set, turns } = setUp()
  const cancel = set('cancelled', 10)
  cancel()
  cancel()
  const cancelLater = set('cancelled by its neighbour', 30)
  // The continuation of a sleep, as an abort in the house is.
  void clock.sleep(20).then(cancelLater)
  set('left', 40)
  clock.shiftTo(1_000)
  await turns()
  expect(ran).toEqual(['left 1000'])
})

it('what sets itself anew runs once in a jump, however far', async () => {
  const { clock, turns } = setUp()
  let looks = 0
  const look = () => {
    looks += 1
    clock.after(1_000, look)
  }
  clock.after(1_000, look)
  clock.shiftTo(hour)
  await turns()
  expect(looks).toBe(1)
})

it('a sleeper wakes by time, by a jump, and by its signal', async () => {
  const { base, clock, turns } = setUp()
  const woken: string[] = []
  const leaving = new AbortController()
  void clock.sleep(100).then(() => woken.push('time'))
  void clock.sleep(5_000).then(() => woken.push('jump'))
  void clock.sleep(hour, leaving.signal).then(() => woken.push('signal'))
  await base.advance(100)
  clock.shiftTo(5_000)
  await turns()
  leaving.abort()
  await turns()
  expect(woken).toEqual(['time', 'jump', 'signal'])
})

it('a timer set by what runs in a jump counts from the new time', async () => {
  const { base, clock, ran, set, turns } = setUp()
  clock.after(10, () => set('next', 50))
  clock.shiftTo(hour)
  await turns()
  await base.advance(49)
  expect(ran).toEqual([])
  await base.advance(1)
  expect(ran).toEqual([`next ${hour + 50}`])
})

it('a base timer that comes early is no harm', async () => {
  const { base, clock, ran, set } = setUp()
  set('a', 1_000)
  await base.hurry(2_000)
  await base.hurry(2_000)
  expect(ran).toEqual([])
  await base.advance(1_000)
  expect(ran).toEqual(['a 1000'])
  expect(clock.now()).toBe(start + 1_000)
})

it('a month is no longer than Node can wait for', async () => {
  const { base, ran, set } = setUp()
  const month = 31 * 24 * hour
  set('a', month)
  await base.advance(month - 1)
  expect(ran).toEqual([])
  await base.advance(1)
  expect(ran).toEqual([`a ${month}`])
})

it('ten thousand timers, a third of them cancelled, run in order and cost little', async () => {
  const { clock, turns } = setUp()
  const random = seededRandom(1)
  const due: number[] = []
  const ran: number[] = []
  for (let i = 0; i < 10_000; i++) {
    const ms = 1 + Math.floor(random() * 1_000_000)
    const cancel = clock.after(ms, () => ran.push(ms))
    if (i % 3 === 0) cancel()
    else due.push(ms)
  }
  clock.shiftTo(1_000_000)
  await turns(due.length + 10)
  expect(ran).toEqual(due.sort((a, b) => a - b))
})

it('follows a source, and keeps what it has where there is nothing to be read', async () => {
  const clock = shiftedClock(systemClock)
  const reads = [5_000, undefined, 4_000, 60_000]
  const stop = follow(clock, () => (reads.length > 1 ? reads.shift() : reads[0]))
  const began = systemClock.now()
  await clock.sleep(50_000)
  stop()
  expect(clock.offset()).toBe(60_000)
  expect(systemClock.now() - began).toBeLessThan(20_000)
})
