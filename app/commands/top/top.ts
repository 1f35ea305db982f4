import type { Clock } from '../../../domain/clock.ts'
import { FrontDoor } from '../../../domain/front_door.ts'
import type { Client } from '../client.ts'
import { screenOf } from './table.ts'

/** Back to the first line, and away with what is below: the screen is drawn anew without flicker. */
const home = '\x1b[H\x1b[J'

type Options = { clock: Clock; everyMs: number; once: boolean; signal: AbortSignal; write(text: string): void }

/**
 * Draws the front door until `signal` aborts, or once after two looks. On a screen each picture takes the place of the one
 * before; `write` gets it whole.
 */
export async function top(api: Client, { clock, everyMs, once, signal, write }: Options): Promise<void> {
  let before: FrontDoor | undefined
  while (!signal.aborted) {
    const now = await api.get('/front-door', FrontDoor)
    const isFirst = before === undefined
    if (!once) write(`${home}${screenOf(now, before).join('\n')}\n`)
    else if (!isFirst) return write(`${screenOf(now, before).join('\n')}\n`)
    before = now
    await clock.sleep(everyMs, signal)
  }
}
