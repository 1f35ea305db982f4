import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { beat } from '../../store/beats.ts'
import { type ClaimRule, claimNotices, type DueNotice, isNoticeDue } from '../../store/notices.ts'
import type { Store } from '../../store/store.ts'
import { breakersOpen } from '../metrics.ts'
import { type Breakers, createBreakers } from './breaker.ts'
import { type Delivering, deliver } from './deliver.ts'

/** How often the outbox is looked at: the wait of a notice beside the work itself. */
const lookEveryMs = 100
/** A claimed notice is another process's again after this, should this one die: longer than an attempt may take. */
const claimMs = 2 * limits.noticeWithinMs

export type OutboxOptions = Omit<Delivering, 'breakers' | 'signal'> & { store: Store; clock: Clock; log: Logger }

/**
 * Sends what waits in the outbox for people and programs until `signal` aborts, the most urgent first, many at a time, and to a
 * target that fails again and again only one now and then. Any number of processes may do so on one store.
 */
export async function workNotices(options: OutboxOptions, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = options
  const breakers = createBreakers()
  const flight = new Map<number, { target: string; done: Promise<void> }>()
  let beatAt = Number.NEGATIVE_INFINITY
  const delivering: Delivering = { ...options, breakers, signal }

  while (!signal.aborted) {
    let claimed: DueNotice[] = []
    try {
      claimed = await claim(store, clock.now(), { breakers, flight })
      if (clock.now() - beatAt >= limits.beatEveryMs) {
        beatAt = clock.now()
        await store.write((tx) => beat(tx, 'notices', beatAt))
      }
    } catch (err) {
      log.error({ err }, 'alerts: the outbox could not be read, trying again')
    }
    for (const notice of claimed) {
      const done = deliver(notice, delivering)
        .catch((err: unknown) => log.error({ err }, 'alerts: a notice could not be worked; it is tried again'))
        .finally(() => flight.delete(notice.id))
      flight.set(notice.id, { target: notice.target, done })
    }
    breakersOpen.set(breakers.broken(clock.now()).open.length)
    if (claimed.length === 0) await clock.sleep(lookEveryMs, signal)
  }
  await Promise.all([...flight.values()].map(({ done }) => done))
}

type Flight = ReadonlyMap<number, { target: string }>

/** Takes what may be tried now: not more at a time than is good, in all and for each target. */
async function claim(
  store: Store,
  now: number,
  { breakers, flight }: { breakers: Breakers; flight: Flight },
): Promise<DueNotice[]> {
  const room = limits.noticesAtOnce - flight.size
  if (room <= 0 || !(await isNoticeDue(store.db, 'notice', now))) return []
  const { open, trying } = breakers.broken(now)
  const busy = busyTargets(flight)
  const rules: Partial<ClaimRule>[] = [
    { most: Math.min(room, limits.noticesAtOncePerTarget), passOver: [...open, ...trying, ...busy] },
    ...trying
      .filter((target) => ![...flight.values()].some((one) => one.target === target))
      .map((only) => ({ most: 1, only })),
  ]
  return store.write(async (tx) => {
    const claimed: DueNotice[] = []
    for (const rule of rules)
      claimed.push(...(await claimNotices(tx, 'notice', { now, most: 1, retryAt: now + claimMs, ...rule })))
    return claimed
  })
}

function busyTargets(flight: Flight): string[] {
  const counts = Map.groupBy(flight.values(), ({ target }) => target)
  return [...counts].filter(([, of]) => of.length >= limits.noticesAtOncePerTarget).map(([target]) => target)
}
