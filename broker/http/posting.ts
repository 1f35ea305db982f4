import type { Clock } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import type { JournalRecord } from '../../journal/journal.ts'
import { type Admission, admit } from '../admission.ts'
import type { Door } from '../door.ts'
import { keyOf, type Principal } from '../identity/principal.ts'
import { slowed } from '../metrics.ts'
import type { Purse, Quotas } from '../quotas/quotas.ts'
import type { Idempotency, Keyed } from './idempotency.ts'

/** A message that came by HTTP. `key`: its `Idempotency-Key` as it was sent. */
export type Post = {
  principal: Principal
  address: string
  topic: string
  payload: Buffer
  key: string | undefined
}

/** What `quota_exceeded` says besides: how long to wait, s. */
export type Overdrawn = VigilError & { retryAfter: number }

type Options = { door: Door; quotas: Quotas; idempotency: Idempotency; clock: Clock }

/**
 * Takes what comes by HTTP. Resolves with the record when it is durable; a repeat of telemetry that is journalled already
 * is not journalled again, and gives the same record. A signal is always journalled, whatever its key and its quota.
 */
export function openPosting({ door, quotas, idempotency, clock }: Options): (post: Post) => Promise<JournalRecord> {
  function spendFrom(purse: Purse): (admission: Admission) => void {
    return ({ lane, record }) => {
      if (lane === 'urgent') return
      const now = clock.now()
      const debtor = purse.debtor(now)
      if (debtor) {
        purse.refused()
        slowed.inc({ by: debtor.kind })
        throw overdrawn(debtor.debtMs(now))
      }
      purse.spendOnMessage(record, now)
    }
  }

  /** A signal comes in at once, whatever became of the attempt to note it. */
  async function timeOfSignal(keyed: Keyed | undefined, now: number): Promise<number> {
    const first = keyed && (await idempotency.first(keyed, now).catch(() => undefined))
    return first?.isSame ? first.receivedAt : now
  }

  return async ({ principal, address, topic, payload, key }) => {
    const now = clock.now()
    const spend = spendFrom(await quotas.purseOf(principal, address))
    const message = { topic, payload, retained: false, receivedAt: now }
    const admission = admit(principal, message)
    const isSignal = admission.lane === 'urgent'
    const keyed = keyedBy(key, isSignal, { who: keyOf(principal), content: [topic, payload] })
    if (isSignal) {
      const receivedAt = await timeOfSignal(keyed, now)
      return (await door.enter(principal, { ...message, receivedAt }, 'http', spend)).record
    }
    if (!keyed) return (await door.enter(principal, message, 'http', spend)).record
    // Paid for before anything is written.
    spend(admission)
    const first = await idempotency.first(keyed, now)
    if (!first.isSame) throw new VigilError('idempotency_key_reused')
    const again = { ...message, receivedAt: first.receivedAt }
    if (first.isKnown) return admit(principal, again).record
    const { record } = await door.enter(principal, again, 'http')
    idempotency.journalled(keyed)
    return record
  }
}

const overdrawn = (debtMs: number): Overdrawn =>
  Object.assign(new VigilError('quota_exceeded'), { retryAfter: Math.max(1, Math.ceil(debtMs / 1_000)) })

/** The key is a string in quotes (RFC 9651), which many leave away. A wrong one stops no signal. */
function keyedBy(key: string | undefined, isSignal: boolean, rest: Omit<Keyed, 'key'>): Keyed | undefined {
  if (key === undefined) return undefined
  const bare = /^"(.*)"$/.exec(key.trim())?.[1] ?? key.trim()
  if (/^[\x20-\x7e]+$/.test(bare) && bare.length <= limits.idempotencyKeyLength) return { ...rest, key: bare }
  if (isSignal) return undefined
  throw new VigilError('idempotency_key_invalid')
}
