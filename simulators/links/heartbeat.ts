import type { Clock } from '../../domain/clock.ts'

/** Something that must now and then be looked at, such as a connection that may have to say that it lives. */
export type Beating = { beat(now: number): void }

/** One timer for any number of connections: ten thousand of them do not need ten thousand timers. */
export type Heartbeat = { add(beating: Beating): void; remove(beating: Beating): void }

/** How often each is looked at, ms. */
const BEAT = 5_000

/** The timer runs only while somebody is there to be looked at. */
export function createHeartbeat(clock: Clock): Heartbeat {
  const members = new Set<Beating>()
  let cancel: (() => void) | undefined
  function tick(): void {
    cancel = clock.after(BEAT, tick)
    const now = clock.now()
    for (const member of members) member.beat(now)
  }
  return {
    add(beating) {
      members.add(beating)
      cancel ??= clock.after(BEAT, tick)
    },
    remove(beating) {
      members.delete(beating)
      if (members.size > 0) return
      cancel?.()
      cancel = undefined
    },
  }
}
