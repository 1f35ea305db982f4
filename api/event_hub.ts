import type { Logger } from 'pino'
import { type Clock, isoTime } from '../domain/clock.ts'
import { lastEvent, readEvents } from '../store/events.ts'
import type { Db } from '../store/store.ts'

/** How often the table of events is read while anybody listens: a tenth of the 100 ms that an SOS may take to the screen. */
const pollMs = 10
/** Wait after a failed read, so that a database that is away is not asked a hundred times a second. */
const afterFailureMs = 1_000
/** Events of one read. */
const pageSize = 500
/** Newest events kept in memory for all streams; who is further behind reads from the database. */
const ringSize = 1_000

/** One live event with both of its faces as JSON, made once for all streams. */
export type HubEvent = {
  seq: number
  areaPath: string | null
  sharedWith: string[]
  whole: string
  elsewhere: string
}

/**
 * The one reader of events for all streams. A stream asks `after(cursor)` again and again, so it takes no more memory
 * than the page in its hand, however slow it is.
 */
export type EventHub = {
  /** Keeps the reading going while there is a subscriber; the returned function ends the subscription. */
  subscribe(): () => void
  /** The newest sequence number. */
  head(): Promise<number>
  /**
   * The events that follow `cursor`, without a gap, at least one; waits for them. `reset` where that is impossible:
   * the next is no longer kept, or the cursor is ahead of all there is. Empty only after `signal` aborted.
   */
  after(cursor: number, signal: AbortSignal): Promise<HubEvent[] | 'reset'>
  close(): void
}

type Row = Awaited<ReturnType<typeof readEvents>>[number]

function hubEvent({ seq, type, at, area_path, shared_with, body }: Row): HubEvent {
  const time = isoTime(at)
  return {
    seq,
    areaPath: area_path,
    sharedWith: shared_with,
    whole: JSON.stringify({ seq, type, at: time, ticket: body }),
    elsewhere: JSON.stringify({ seq, type: 'elsewhere', at: time, ticket: null }),
  }
}

export function createEventHub({ db, clock, log }: { db: Db; clock: Clock; log: Logger }): EventHub {
  const closing = new AbortController()
  let ring: HubEvent[] = []
  let subscribers = 0
  let polling = false
  let wake = Promise.withResolvers<void>()

  const read = async (after: number) => (await readEvents(db, after, pageSize)).map(hubEvent)

  /** Reads what is new into the ring. Gives whether the page was full, so that more is waiting. */
  async function pollOnce(): Promise<boolean> {
    const known = ring.at(-1)?.seq ?? (await lastEvent(db)) - 1
    const fresh = await read(known)
    if (fresh.length === 0) return false
    // After a hole (everything unread was trimmed) the ring starts anew, so that it never hides one.
    ring = fresh[0]!.seq === known + 1 ? [...ring, ...fresh].slice(-ringSize) : fresh
    wake.resolve()
    wake = Promise.withResolvers()
    return fresh.length === pageSize
  }

  async function poll(): Promise<void> {
    while (subscribers > 0 && !closing.signal.aborted) {
      try {
        if (!(await pollOnce())) await clock.sleep(pollMs, closing.signal)
      } catch (err) {
        log.error({ err }, 'live events cannot be read, trying again')
        await clock.sleep(afterFailureMs, closing.signal)
      }
    }
    ring = []
    polling = false
  }

  async function after(cursor: number, signal: AbortSignal): Promise<HubEvent[] | 'reset'> {
    while (!signal.aborted) {
      const woken = wake.promise
      const head = ring.at(-1)?.seq
      if (head !== undefined && cursor === head) {
        await either(woken, signal)
        continue
      }
      // The ring has no holes, so a place in it follows from the number.
      const from = cursor + 1 - (ring[0]?.seq ?? Number.POSITIVE_INFINITY)
      if (from >= 0 && from < ring.length) return ring.slice(from, from + pageSize)
      const page = await read(cursor)
      if (page[0]) return page[0].seq === cursor + 1 ? page : 'reset'
      if (cursor > (await lastEvent(db))) return 'reset'
      await either(woken, signal)
    }
    return []
  }

  return {
    subscribe() {
      subscribers += 1
      if (!polling) {
        polling = true
        void poll()
      }
      let ended = false
      return () => {
        if (!ended) subscribers -= 1
        ended = true
      }
    },
    head: () => lastEvent(db),
    after,
    close: () => closing.abort(),
  }
}

/** Resolves with the promise, or when `signal` aborts. Leaves no listener behind. */
function either(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    void promise.then(done)
  })
}
