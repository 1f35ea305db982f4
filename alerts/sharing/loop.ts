import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { nextSharingAt } from '../../store/grants.ts'
import type { Store } from '../../store/store.ts'
import { workSharings } from './work.ts'

/** How often sharings are looked at: what was just made begins by then. Ends are met to the millisecond. */
const lookEveryMs = 1_000

/** Works sharings as they fall due, turn after turn while something is. Nothing stops it but `signal`. */
export async function sharingLoop(
  { store, clock, log }: { store: Store; clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let pause = lookEveryMs
    try {
      const next = await nextSharingAt(store.db)
      const wait = next === undefined ? lookEveryMs : next - clock.now()
      if (wait <= 0) await store.write((tx) => workSharings(tx, clock.now()))
      pause = Math.max(0, Math.min(wait, lookEveryMs))
    } catch (err) {
      log.error({ err }, 'alerts: sharings could not be worked, trying again')
    }
    if (pause > 0) await clock.sleep(pause, signal)
  }
}
