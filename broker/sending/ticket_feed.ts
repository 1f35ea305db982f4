import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Clock, isoTime } from '../../domain/clock.ts'
import type { LiveEvent } from '../../domain/ticket.ts'
import { allTickets, areaTickets } from '../../domain/topics.ts'
import { lastEvent, readEvents, type StoredEvent } from '../../store/events.ts'
import type { Db } from '../../store/store.ts'
import type { Areas } from '../identity/permission.ts'
import { ticketEventsFed } from '../metrics.ts'
import type { MqttBroker } from '../mqtt/mqtt.ts'

/** How often events are looked for; a subscriber waits this long at most, beside the work itself. */
const lookEveryMs = 50
const retryEveryMs = 1_000
const saveEveryMs = 1_000
const mostAtOnce = 100

type Options = {
  db: Db
  mqtt: Pick<MqttBroker, 'publish'>
  areas: Areas
  /** The folder in which the number of the last event that was handed on is kept, beside the sessions. */
  data: string
  clock: Clock
  log: Logger
}

export type TicketFeed = {
  /** Hands events on until `signal` aborts, and keeps how far it came. */
  work(signal: AbortSignal): Promise<void>
}

/**
 * Publishes every live event to the topics of its areas. Each broker does it for its own subscribers, so the number of the
 * last event is kept with what it keeps of them: the queues of sessions that are away have all events up to it, and after
 * a restart those from there on come in. After a crash some of the last second come again.
 *
 * To be opened before the first connection: without a number it begins with what comes from now on.
 */
export async function openTicketFeed(options: Options): Promise<TicketFeed> {
  const { db, mqtt, areas, clock, log } = options
  const path = join(options.data, 'ticket_feed.json')
  let position = await begin()
  let saved = position
  let savedAt = clock.now()

  async function begin(): Promise<number> {
    const newest = await lastEvent(db)
    const kept = await readPosition(path, log)
    // Ahead of all there is: the store is another one.
    return kept === undefined || kept > newest ? newest : kept
  }

  async function look(): Promise<boolean> {
    const events = await readEvents(db, position, mostAtOnce)
    for (const event of events) {
      if (event.seq !== position + 1)
        log.error({ from: position + 1, to: event.seq - 1 }, 'live events were gone before they could be handed on')
      await hand(event)
      position = event.seq
    }
    if (position !== saved && clock.now() - savedAt >= saveEveryMs) await save()
    return events.length === mostAtOnce
  }

  async function hand(event: StoredEvent): Promise<void> {
    const paths = [event.area_path, ...event.shared_with].filter((one) => one !== null)
    for (const one of paths) areas.learn(one)
    const body = liveEvent(event)
    await Promise.all(topicsOf(paths).map((topic) => mqtt.publish(topic, body)))
    ticketEventsFed.inc()
  }

  async function save(): Promise<void> {
    savedAt = clock.now()
    await writePosition(options.data, path, position)
    saved = position
  }

  async function worked(work: () => Promise<boolean>): Promise<number> {
    try {
      return (await work()) ? 0 : lookEveryMs
    } catch (err) {
      log.error({ err }, 'live events not handed on, trying again')
      return retryEveryMs
    }
  }

  return {
    async work(signal) {
      while (!signal.aborted) {
        const pauseMs = await worked(look)
        if (pauseMs > 0) await clock.sleep(pauseMs, signal)
      }
      if (position !== saved) await save().catch((err) => log.error({ err }, 'what was handed on will come again'))
    },
  }
}

/** As the API gives it to whoever sees the area. */
const liveEvent = ({ seq, type, at, body }: StoredEvent): LiveEvent => ({ seq, type, at: isoTime(at), ticket: body })

/** The topic of all tickets, and those of all areas that a path leads through. */
function topicsOf(paths: string[]): string[] {
  const ids = new Set(paths.flatMap((path) => path.split('/').filter((id) => id !== '')))
  return [allTickets, ...[...ids].map(areaTickets)]
}

async function readPosition(path: string, log: Logger): Promise<number | undefined> {
  try {
    const { seq } = JSON.parse(await readFile(path, 'utf8')) as { seq?: unknown }
    if (Number.isSafeInteger(seq)) return seq as number
    log.error({ path }, 'the number of the last live event is not readable; beginning with the newest')
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT')
      log.error({ err, path }, 'the number of the last live event is not readable; beginning with the newest')
  }
  return undefined
}

/** Whole or not at all, whenever the power fails. */
async function writePosition(folder: string, path: string, seq: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(JSON.stringify({ seq }))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}
