import type { Publisher } from './publisher.ts'

/** How often the load looks what is due, ms. Also the most that the load bunches by itself. */
const TICK = 2

export type Pace = {
  /** Messages a second over all publishers; 0: as many as the windows take. */ rate: number
  seconds: number
}

/**
 * Lets the publishers send for `seconds`: at an open, even rate, round robin, whoever has room; or, at rate 0, each as fast
 * as it is acknowledged. What is due and finds no room stays due. Resolves when the time is over.
 */
export function runAtPace(publishers: readonly Publisher[], pace: Pace): Promise<void> {
  return pace.rate > 0 ? runAtRate(publishers, pace) : runFlatOut(publishers, pace.seconds)
}

function runAtRate(publishers: readonly Publisher[], { rate, seconds }: Pace): Promise<void> {
  const start = performance.now()
  const deal = dealer(publishers)
  let sent = 0
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = (performance.now() - start) / 1_000
      sent += deal(Math.floor(Math.min(elapsed, seconds) * rate) - sent)
      if (elapsed < seconds) return
      clearInterval(timer)
      resolve()
    }, TICK)
  })
}

/**
 * Gives out messages in turn, going on where it stopped; gives how many found room. After a stall, or with few devices,
 * more than one message each is due: then a write carries several, as a device does that has fallen behind.
 */
function dealer(publishers: readonly Publisher[]): (due: number) => number {
  let turn = 0
  const dealRound = (due: number): number => {
    const each = Math.max(1, Math.floor(due / publishers.length))
    let dealt = 0
    for (let n = 0; n < publishers.length && dealt < due; n++) {
      dealt += publishers[turn++ % publishers.length]!.send(each)
    }
    return dealt
  }
  return (due) => {
    let sent = 0
    while (sent < due) {
      const dealt = dealRound(due - sent)
      if (dealt === 0) break
      sent += dealt
    }
    return sent
  }
}

function runFlatOut(publishers: readonly Publisher[], seconds: number): Promise<void> {
  const fill = (publisher: Publisher) => void publisher.send(publisher.room)
  for (const publisher of publishers) {
    publisher.refill = fill
    fill(publisher)
  }
  return new Promise((resolve) => {
    setTimeout(() => {
      for (const publisher of publishers) publisher.refill = undefined
      resolve()
    }, seconds * 1_000)
  })
}
