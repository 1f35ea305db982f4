import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Journal } from '../journal/journal.ts'
import { type Admission, type Arrival, admit } from './admission.ts'
import type { Principal } from './identity/principal.ts'
import { ackSeconds, admitted, withheld } from './metrics.ts'

export type Door = {
  /**
   * Decides about a message and journals it. Resolves when it is durable; rejects with `journal_full` or
   * `journal_unwritable`, or with what `spend` throws: then it is not stored and must not be acknowledged. The append
   * begins before this returns, so calls in order are records in order.
   */
  enter(principal: Principal, message: Message, via: 'mqtt' | 'http', spend?: Spend): Promise<Admission>
  /** Resolves when nothing is on its way to the journal any more. */
  idle(): Promise<void>
}

/** Pays for a message; throws `quota_exceeded` where it is not to be stored. */
export type Spend = (admission: Admission) => void

/** `receivedAt`: epoch ms; absent: now. */
export type Message = Omit<Arrival, 'receivedAt'> & { receivedAt?: number }

/** The way of every message into the journal. */
export function openDoor(journal: Journal, clock: Clock, log: Logger): Door {
  const underWay = new Set<Promise<unknown>>()
  let quietUntil = 0
  let unsaid = 0

  /** Once a second at most: a line for each of thousands would take the time that an SOS needs, and the rest of the disk. */
  function complain(about: { err: unknown; lane: string; topic: string }): void {
    unsaid++
    if (clock.now() < quietUntil) return
    log.error({ ...about, messages: unsaid }, 'not journalled, therefore not acknowledged')
    unsaid = 0
    quietUntil = clock.now() + 1_000
  }

  async function append(admission: Admission, via: 'mqtt' | 'http'): Promise<Admission> {
    const { lane, record } = admission
    const begun = clock.now()
    try {
      await journal.append(lane, record)
    } catch (err) {
      const code = err instanceof VigilError ? err.code : 'internal'
      withheld.inc({ lane, code })
      complain({ err, lane, topic: record.topic })
      throw err
    }
    ackSeconds.observe({ lane }, (clock.now() - begun) / 1000)
    admitted.inc({ lane, via, refused: record.refused ?? 'none' })
    return admission
  }

  return {
    enter(principal, message, via, spend) {
      const admission = admit(principal, { ...message, receivedAt: message.receivedAt ?? clock.now() })
      try {
        spend?.(admission)
      } catch (err) {
        return Promise.reject(err)
      }
      const entered = append(admission, via)
      const settled = entered.catch(() => {}).finally(() => underWay.delete(settled))
      underWay.add(settled)
      return entered
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
