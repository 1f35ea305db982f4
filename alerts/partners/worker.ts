import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { claimNotices, type DueNotice, endNotice, isNoticeDue } from '../../store/notices.ts'
import { partnerRow } from '../../store/partners.ts'
import type { Store } from '../../store/store.ts'
import { settleAttempt } from './outcome.ts'
import { send } from './send.ts'

/** How often the outbox is looked at; what is released when a message is over goes at once. */
const lookEveryMs = 250
/** Longer than an attempt: nobody else makes it meanwhile, and soon after a crash somebody does. */
const leaseMs = 3 * limits.partnerWithinMs

type Options = { store: Store; clock: Clock; log: Logger }
type Work = Options & {
  signal: AbortSignal
  onItsWay: Map<string, number>
  running: Set<Promise<void>>
  wake: () => void
}

/**
 * Tells partners what is new until `signal` aborts: at least once each, in order for each ticket and partner, because a message
 * becomes due only when the one before it is over. Several processes may do so; each claims what it sends.
 */
export async function tellingLoop(options: Options, signal: AbortSignal): Promise<void> {
  let waking = new AbortController()
  const work: Work = { ...options, signal, onItsWay: new Map(), running: new Set(), wake: () => waking.abort() }
  while (!signal.aborted) {
    waking = new AbortController()
    try {
      for (const notice of await claim(work)) launch(work, notice)
    } catch (err) {
      options.log.error({ err }, 'partners: the outbox could not be worked, trying again')
    }
    await options.clock.sleep(lookEveryMs, AbortSignal.any([signal, waking.signal]))
  }
  await Promise.all(work.running)
}

/** Takes what is due, as far as there is room; takes the place of a writer only when something is. */
async function claim({ store, clock, onItsWay, running }: Work): Promise<DueNotice[]> {
  const most = limits.partnersAtOnce - running.size
  const now = clock.now()
  if (most <= 0 || !(await isNoticeDue(store.db, 'partner', now))) return []
  const passOver = [...onItsWay].flatMap(([target, count]) => (count >= limits.partnersAtOncePerTarget ? [target] : []))
  const share = Math.min(most, limits.partnersAtOncePerTarget)
  return store.write((tx) => claimNotices(tx, 'partner', { now, most: share, retryAt: now + leaseMs, passOver }))
}

function launch(work: Work, notice: DueNotice): void {
  const { onItsWay, running, log } = work
  const count = (by: number) => onItsWay.set(notice.target, (onItsWay.get(notice.target) ?? 0) + by)
  count(1)
  const done = tellOne(work, notice)
    .catch((err: unknown) => log.error({ err, notice: notice.stable_id }, 'partners: an attempt could not be kept'))
    .finally(() => {
      count(-1)
      running.delete(done)
      work.wake()
    })
  running.add(done)
}

async function tellOne({ store, clock, signal }: Work, notice: DueNotice): Promise<void> {
  const partner = await partnerRow(store.db, notice.target)
  if (!partner) {
    await store.write((tx) => endNotice(tx, notice.id, 'cancelled', clock.now()))
    return
  }
  const began = clock.now()
  const sent = await send(partner, notice, clock, signal)
  // The end of this process is not the partner's fault; another makes the attempt when the claim runs out.
  if (signal.aborted && sent.result === 'failed') return
  await store.write((tx) => settleAttempt(tx, { partner, notice, sent, began, at: clock.now() }))
}
