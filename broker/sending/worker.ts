import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'

/** How long after a failure the work is tried again. */
const pauseMs = 1_000

export type Worker = {
  /** There may be work: it is begun, unless it is being done already. */
  wake(): void
  /** Resolves when the work is done, or has failed once more. */
  close(): Promise<void>
}

type Options = { clock: Clock; log: Logger; name: string; hasWork(): boolean; work(signal: AbortSignal): Promise<void> }

/** Calls `work` over and over while there is something to do, and tries again after a failure. Its signal aborts when the
 *  worker is closed: then nothing is to be waited for any more. */
export function openWorker({ clock, log, name, hasWork, work }: Options): Worker {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (hasWork()) {
      try {
        await work(signal)
      } catch (err) {
        log.error({ err, name }, 'not done, trying again')
        if (signal.aborted) return
        await clock.sleep(pauseMs, signal)
      }
    }
  }

  function wake(): void {
    if (signal.aborted) return
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined
        // Woken between the last look and now.
        if (hasWork()) wake()
      })
  }

  return {
    wake,
    async close() {
      stopping.abort()
      await running
    },
  }
}
