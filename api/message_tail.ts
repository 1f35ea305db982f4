import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { codecOf } from '../codecs/codecs.ts'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { idPattern } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import { consume } from '../journal/consume.ts'
import { type Journal, type Lane, lanes, type StoredRecord } from '../journal/journal.ts'
import { openReader, type Reader } from '../store/reader.ts'
import type { Db } from '../store/store.ts'
import { type Message, messageOf, partOf } from './message_shown.ts'
import { messagesMissed, watchers as watching } from './metrics.ts'

/** Records read at one time: some milliseconds of a process that has an SOS to look after. */
const recordsAtOnce = 200

/** Whose messages: its own, and what its gateway, if it has one, tells of it. */
export type Target = { device: string; gateway: string | null }

/** Where the end of each lane was: what came before it is looked for backwards, what comes after it is told live. */
export type Ends = Record<Lane, number>

export type Watch = {
  /** The newest messages of before, oldest first, and how many records of each lane were looked through. */
  lookBack(signal: AbortSignal): Promise<{ messages: Message[]; records: Ends }>
  /** What came since, at least one, and how many were left out before them; waits for it. Nothing only after `signal` aborted. */
  next(signal: AbortSignal): Promise<{ messages: Message[]; missed: number }>
  end(): void
}

/** The one reader of the journal for all who watch messages: it reads while somebody does, and is not there otherwise. */
export type MessageTail = {
  /** Throws `watchers_too_many`, `journal_unreadable`. */
  watch(target: Target): Promise<Watch>
  /** Ends the reading; resolves when the journal is closed. */
  close(): Promise<void>
}

/** `from`: undefined until it is told live. */
type Watcher = Target & { from: Ends | undefined; waiting: Message[]; missed: number; wake: PromiseWithResolvers<void> }
/** One time of reading, from the first watcher to the last. */
type Run = { journal: Journal; reader: Reader; at: Ends; over: AbortController; done: Promise<unknown> }
export type TailOptions = { openJournal: () => Promise<Journal>; db: Db; zone: string; clock: Clock; log: Logger }

export function createMessageTail(options: TailOptions): MessageTail {
  const watchers = new Set<Watcher>()
  let run: Promise<Run> | undefined
  let ending: Promise<unknown> = Promise.resolve()

  async function leave(watcher: Watcher): Promise<void> {
    if (!watchers.delete(watcher)) return
    watching.set(watchers.size)
    if (watchers.size === 0) await stop()
  }

  async function stop(): Promise<void> {
    const last = run
    run = undefined
    ending = Promise.all([ending, last?.then(endRun, () => {})])
    await ending
  }

  return {
    async watch(target) {
      if (watchers.size >= limits.watchers) throw new VigilError('watchers_too_many')
      const watcher: Watcher = { ...target, from: undefined, waiting: [], missed: 0, wake: Promise.withResolvers() }
      watchers.add(watcher)
      watching.set(watchers.size)
      run ??= ending.then(() => begin(options, watchers))
      const mine = run
      try {
        const { journal, at } = await mine
        // What is up to here is found by looking back, what comes is told live: nothing twice, and nothing not at all.
        const from = { ...at }
        watcher.from = from
        return {
          lookBack: (signal) => lookBack({ journal, target, from, signal }, openReader(options)),
          next: (signal) => nextOf(watcher, signal),
          end: () => void leave(watcher),
        }
      } catch (cause) {
        if (run === mine) run = undefined
        await leave(watcher)
        throw new VigilError('journal_unreadable', undefined, { cause })
      }
    },
    async close() {
      watchers.clear()
      await stop()
    },
  }
}

async function begin(options: TailOptions, watchers: Set<Watcher>): Promise<Run> {
  const { clock, log } = options
  const journal = await options.openJournal()
  const at = { urgent: await journal.head('urgent'), bulk: await journal.head('bulk') }
  const reader = openReader(options)
  const over = new AbortController()
  const follow = (lane: Lane) =>
    consume({
      ...{ journal, lane, after: at[lane], most: recordsAtOnce, signal: over.signal, clock, log },
      handle: async (records) => {
        for (const record of records) {
          at[lane] = record.seq
          await tell(record, watchers, reader)
        }
      },
    })
  return { journal, reader, at, over, done: Promise.all(lanes.map(follow)) }
}

async function endRun({ journal, over, done }: Run): Promise<void> {
  over.abort()
  await done
  await journal.close()
}

/** Hands a record to all whom it concerns, decoded once. Never rejects: what cannot be decoded now is counted as missed. */
async function tell(record: StoredRecord, watchers: Set<Watcher>, reader: Reader): Promise<void> {
  const concerned = [...watchers].filter(
    (watcher) => record.seq > (watcher.from?.[record.lane] ?? Number.POSITIVE_INFINITY) && concerns(watcher, record),
  )
  if (concerned.length === 0) return
  const decoded = await reader(record).catch(() => undefined)
  for (const watcher of concerned) {
    const message = decoded && seenBy(watcher, record, decoded)
    if (message) watcher.waiting.push(message)
    const tooMany = watcher.waiting.length - limits.watchedWaiting
    if (tooMany > 0) watcher.waiting.splice(0, tooMany)
    const missed = Math.max(tooMany, 0) + (decoded ? 0 : 1)
    watcher.missed += missed
    messagesMissed.inc(missed)
    if (message || missed > 0) watcher.wake.resolve()
  }
}

/** Whether a record may speak of the device: it says so itself, or comes of somebody who may and has to be decoded first. */
const concerns = (target: Target, record: StoredRecord): boolean => isOwn(target, record) || mayTell(target, record)

const isOwn = ({ device }: Target, record: StoredRecord): boolean =>
  record.device === device || record.principal === device

/** Its gateway, and accounts, who speak for thousands; Vigil's own topics name the device. */
function mayTell({ gateway }: Target, { topic, principal }: StoredRecord): boolean {
  const codec = codecOf(topic)
  if (!codec || codec.device) return false
  return principal === undefined || principal === gateway || !idPattern.test(principal)
}

/** The message as it is of this device; undefined where it turns out to say nothing of it. */
function seenBy(target: Target, record: StoredRecord, decoded: Decoded): Message | undefined {
  if (isOwn(target, record)) return messageOf(record, decoded, { device: target.device, isOwn: true })
  const part = partOf(decoded, target.device)
  return part && messageOf(record, part, { device: target.device, isOwn: false })
}

async function nextOf(watcher: Watcher, signal: AbortSignal): ReturnType<Watch['next']> {
  const left = () => watcher.wake.resolve()
  signal.addEventListener('abort', left, { once: true })
  if (watcher.waiting.length === 0 && watcher.missed === 0 && !signal.aborted) await watcher.wake.promise
  signal.removeEventListener('abort', left)
  const { waiting: messages, missed } = watcher
  Object.assign(watcher, { waiting: [], missed: 0, wake: Promise.withResolvers() })
  return { messages, missed }
}

type Looking = { journal: Journal; target: Target; from: Ends; signal: AbortSignal }

/** It has a reader of its own, because what old messages teach must not be taken for new by the one that reads on. */
async function lookBack(looking: Looking, reader: Reader): ReturnType<Watch['lookBack']> {
  const found: Message[] = []
  const records = { urgent: 0, bulk: 0 }
  for (const lane of lanes) {
    const { messages, looked } = await lookBackIn(lane, looking, reader)
    found.push(...messages)
    records[lane] = looked
  }
  const byTime = (a: Message, b: Message) => a.received_at.localeCompare(b.received_at) || a.seq - b.seq
  return { messages: found.sort(byTime).slice(-limits.lookBackMessages), records }
}

async function lookBackIn(lane: Lane, { journal, target, from, signal }: Looking, reader: Reader) {
  const lowest = Math.max(0, from[lane] - limits.lookBackRecords)
  let messages: Message[] = []
  let end = from[lane]
  while (end > lowest && messages.length < limits.lookBackMessages && !signal.aborted) {
    const after = Math.max(lowest, end - recordsAtOnce)
    const some: Message[] = []
    for (const record of await between(journal, lane, [after, end])) {
      const message = concerns(target, record) && seenBy(target, record, await reader(record))
      if (message) some.push(message)
    }
    messages = [...some, ...messages]
    end = after
    await turn()
  }
  return { messages, looked: from[lane] - end }
}

/** The records with `after < seq <= end`. One read may give fewer than there are. */
async function between(journal: Journal, lane: Lane, [after, end]: [number, number]): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  for (let last = after; last < end; ) {
    const page = (await journal.read(lane, last, end - last)).filter(({ seq }) => seq <= end)
    if (page.length === 0) break
    records.push(...page)
    last = page.at(-1)?.seq ?? end
  }
  return records
}
