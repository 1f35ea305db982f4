import { type FindingCode, findingCodes } from '../alerts/auditor/finding.ts'
import { type AuditorOptions, startAuditor } from '../alerts/auditor/start.ts'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Ticket } from '../domain/ticket.ts'
import { type Journal, lanes } from '../journal/journal.ts'
import { beat, type Worker, workers } from '../store/beats.ts'
import { movePosition } from '../store/positions.ts'
import type { Store, Tx } from '../store/store.ts'
import { memoryJournal } from './memory_journal.ts'
import { noon, startTimeline, story, type Timeline } from './timeline.ts'

/** What goes on in a house by itself, each of which may stand still. `beats` are those of both workers. */
export type Part = 'timers' | 'notices' | 'receipts' | 'beats' | 'alerts' | 'ingest'
const consumers = ['alerts', 'ingest'] as const

/** The registry and the tickets of a timeline, and the real auditor beside it, which looks when the test says. */
export type AuditedHouse = {
  night: Timeline
  journal: Journal
  stopped: Set<Part>
  /** How far the clock of a worker is ahead of the auditor's (ms). */
  skew: Map<Worker, number>
  /** Lets `seconds` pass, with a turn of the auditor after every ten of them. */
  pass(seconds: number): Promise<void>
  /** Lets time pass in which nothing runs, not even the auditor: a machine that was asleep. */
  sleepThrough(seconds: number): Promise<void>
  /** Minutes since noon, for the timeline. */
  minutes(): number
  /** Ends the auditor's process and begins another. */
  restart(): Promise<void>
  systemTickets(): Promise<Ticket[]>
  /** Codes of what was found, in order; one system ticket each. */
  found(): Promise<FindingCode[]>
  close(): Promise<void>
}

/** Begins at noon and lets the auditor's first half minute pass, in which it is too early to judge. */
export async function openAuditedHouse(given: { store: Store; switchUrl?: string }): Promise<AuditedHouse> {
  const { store } = given
  const night = await startTimeline({ store })
  const journal = memoryJournal()
  const stopped = new Set<Part>()
  const skew = new Map<Worker, number>()
  let now = noon
  const minutes = () => (now - noon) / 60_000
  const options = { store, journal, log: night.log, consumers, switchUrl: given.switchUrl }
  let auditor = await startTurning(options, () => now)

  async function live(): Promise<void> {
    if (!stopped.has('timers')) await night.pass(minutes())
    const heads = new Map(await Promise.all(lanes.map(async (lane) => [lane, await journal.head(lane)] as const)))
    await store.write(async (tx) => {
      await letOut(tx, stopped, now)
      for (const worker of workers) if (!stopped.has('beats')) await beat(tx, worker, now + (skew.get(worker) ?? 0))
      for (const consumer of consumers.filter((name) => !stopped.has(name)))
        for (const [lane, head] of heads) await movePosition(tx, consumer, lane, head)
    })
  }

  async function pass(seconds: number): Promise<void> {
    for (const end = now + seconds * 1_000; now < end; ) {
      now += limits.auditEveryMs
      await live()
      await auditor.turn()
    }
  }
  const systemTickets = async () => (await night.tickets()).filter(({ kind }) => kind === 'system')
  await pass((limits.auditGraceMs + limits.auditEveryMs) / 1_000)

  return {
    night,
    journal,
    stopped,
    skew,
    minutes,
    pass,
    async sleepThrough(seconds) {
      now += seconds * 1_000
      await auditor.turn()
    },
    async restart() {
      await auditor.close()
      auditor = await startTurning(options, () => now)
    },
    systemTickets,
    found: async () => (await systemTickets()).map(codeOf),
    async close() {
      await auditor.close()
      await night.close()
    },
  }
}

/** The code that a system ticket was opened for; throws where it was opened for anything else. */
function codeOf(ticket: Ticket): FindingCode {
  const code = story(ticket)[0]?.replace('opened: ', '') ?? ''
  if (!Object.hasOwn(findingCodes, code)) throw new Error(`a system ticket was opened for ${code}`)
  return code as FindingCode
}

/** What waits in the outbox leaves the house. */
async function letOut(tx: Tx, stopped: ReadonlySet<Part>, at: number): Promise<void> {
  for (const [part, channel] of [['notices', 'notice'] as const, ['receipts', 'receipt'] as const])
    if (!stopped.has(part))
      await tx
        .updateTable('outbox')
        .set({ sent_at: at })
        .where('channel', '=', channel)
        .where('sent_at', 'is', null)
        .execute()
}

/** An auditor whose pauses end when `turn` is called, which resolves when it pauses again. Its attempts take no time. */
async function startTurning(options: Omit<AuditorOptions, 'clock'>, now: () => number) {
  let pausing = Promise.withResolvers<void>()
  let go = Promise.withResolvers<void>()
  const clock: Clock = {
    now,
    after: () => () => {},
    sleep(_, signal) {
      pausing.resolve()
      signal?.addEventListener('abort', () => go.resolve())
      return go.promise
    },
  }
  const { close } = startAuditor({ ...options, clock })
  await pausing.promise
  return {
    close,
    async turn() {
      const done = go
      pausing = Promise.withResolvers()
      go = Promise.withResolvers()
      done.resolve()
      await pausing.promise
    },
  }
}
