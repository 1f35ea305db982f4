import type { Clock } from '../../domain/clock.ts'

/** How long whoever is remembered waits for the registry, which needs milliseconds. */
const patienceMs = 1_000
/** How long a registry that did not answer is left alone by those who are remembered. */
const restMs = 1_000

/**
 * Asks the registry, and knows whether it answers. One whose packets are dropped refuses nothing: each look-up waits for
 * seconds, and thousands of devices that lost their line would wait behind one another for what memory can tell.
 */
export type Patience = {
  /** For whoever only the registry can tell: waits for as long as it takes. */
  ask<T>(work: () => Promise<T>): Promise<T>
  /**
   * For whoever memory can tell: undefined at once where the registry did not answer lately, and after a second where it
   * does not answer now; of those who come later, one at a time tries. What it says after that is told to `late`.
   */
  askBriefly<T>(work: () => Promise<T>, late: (answer: T) => void): Promise<T | undefined>
}

export function openPatience(clock: Clock): Patience {
  /** When the registry last did not answer; undefined where it has since. */
  let silentAt: number | undefined
  let isTrying = false

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work()
      silentAt = undefined
      return answer
    } catch (err) {
      silentAt = clock.now()
      throw err
    }
  }

  /** Asks as the only one, where the registry was silent. */
  function tried<T>(work: () => Promise<T>): Promise<T> {
    if (silentAt === undefined) return ask(work)
    isTrying = true
    return ask(work).finally(() => {
      isTrying = false
    })
  }

  return {
    ask,
    async askBriefly(work, late) {
      if (silentAt !== undefined && (isTrying || clock.now() - silentAt < restMs)) return undefined
      return new Promise((resolve, reject) => {
        let isLate = false
        const cancel = clock.after(patienceMs, () => {
          isLate = true
          silentAt = clock.now()
          resolve(undefined)
        })
        tried(work)
          .then((answer) => (isLate ? late(answer) : resolve(answer)), reject)
          .finally(cancel)
      })
    },
  }
}
