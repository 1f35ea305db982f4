import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { act } from '../alerts/actions.ts'
import { foldBatch } from '../alerts/batch.ts'
import { currentRules, type Rules } from '../alerts/judge.ts'
import { workTimers } from '../alerts/timers.ts'
import type { Clock } from '../domain/clock.ts'
import { partitionOf } from '../domain/ids.ts'
import type { Receipt, Ticket, TicketAction } from '../domain/ticket.ts'
import { topicOf } from '../domain/topics.ts'
import type { Lane, StoredRecord } from '../journal/journal.ts'
import { readEvents, type StoredEvent } from '../store/events.ts'
import { openStore } from '../store/open.ts'
import { pending } from '../store/outbox.ts'
import type { Store, Tx } from '../store/store.ts'
import { nextTimerAt } from '../store/ticket_rows.ts'
import { listTickets } from '../store/tickets.ts'

/**
 * A night in the alarm centre, in virtual time: `await night.at(1).publish('watch', { signal: 'sos' })`. Times are
 * minutes after noon of a day in March. The registry: home `elm` (watch, radar, detector) and home `oak` (pendant) in
 * the area of Hill Street; `stray` is registered but in no home; every other device is unknown.
 */
export const noon = Date.UTC(2026, 2, 2, 12)
export const time = (minutes: number): number => noon + minutes * 60_000
export const iso = (minutes: number): string => new Date(time(minutes)).toISOString()
export const day = 24 * 60
/** By whose clock plans and rotas go: noon of the timeline is noon there. */
export const zone = 'UTC'

export const operators = {
  ann: { id: 'ann', name: 'Ann', role: 'dispatcher' },
  bob: { id: 'bob', name: 'Bob', role: 'dispatcher' },
  sue: { id: 'sue', name: 'Sue', role: 'supervisor' },
  root: { id: 'root', name: 'Root', role: 'administrator' },
} as const
export type OperatorName = keyof typeof operators

export const hillStreet = '/city/hill/'
const areas = [
  { id: 'city', name: 'City', parent: null, path: '/city/' },
  { id: 'hill', name: 'Hill Street', parent: 'city', path: hillStreet },
  { id: 'lake', name: 'Lake Street', parent: 'city', path: '/city/lake/' },
]
const homeOf = { watch: 'elm', radar: 'elm', detector: 'elm', pendant: 'oak', stray: null }

/** What a message says beside its payload; `lane` is urgent and the principal the device itself, unless told. */
export type Envelope = Partial<Omit<StoredRecord, 'payload' | 'seq'>>
export type ActDetails = {
  ticket?: string
  reason?: string
  outcome?: NonNullable<Ticket['outcome']>
  assignee?: string
  confirm?: boolean
  areaPath?: string
  until?: number
  partner?: string
  contact?: string
  reached?: boolean
}

export type Moment = {
  /** Publishes on the device's signals topic. Objects go as JSON, strings as they are. Gives the journal record. */
  publish(device: string, payload: unknown, envelope?: Envelope): Promise<StoredRecord>
  /** Hands a record to the alert service once more, as after a crash before its position was read. */
  redeliver(record: StoredRecord): Promise<void>
  /** Takes a step on a ticket: the one named, or the newest. */
  does(operator: OperatorName, action: TicketAction, details?: ActDetails): Promise<Ticket>
}

export type Timeline = {
  store: Store
  clock: Clock
  log: pino.Logger
  /** Lets time pass to `minutes` after noon, working what falls due on the way. */
  at(minutes: number): Moment
  /** The same, and nothing is done then. */
  pass(minutes: number): Promise<void>
  /** All tickets, oldest first. */
  tickets(): Promise<Ticket[]>
  /** The only ticket; throws where there are more or none. */
  ticket(): Promise<Ticket>
  events(): Promise<StoredEvent[]>
  receipts(): Promise<{ to: string; receipt: Receipt }[]>
  close(): Promise<void>
}

/** `store`: an empty one, closed by whoever opened it; absent, an embedded one is made and closed with the timeline. */
export type TimelineOptions = { store?: Store; rules?: Partial<Rules> }

/** Begins at noon with the registry and no ticket. */
export async function startTimeline(options: TimelineOptions = {}): Promise<Timeline> {
  const log = pino({ level: 'silent' })
  let now = noon
  const clock: Clock = { ...neverWaits, now: () => now }
  const { store, close } = options.store ? { store: options.store, close: async () => {} } : await ownStore(clock)
  await store.write(fillRegistry)
  const seqs = { urgent: 0, bulk: 0 }
  const folding = { store, clock, log, rules: { ...currentRules, ...options.rules } }

  async function passUntil(end: number): Promise<void> {
    for (let due = await nextTimerAt(store.db); due !== undefined && due <= end; due = await nextTimerAt(store.db)) {
      now = Math.max(now, due)
      await store.write((tx) => workTimers(tx, now, zone))
    }
    now = end
  }
  const newest = async () => (await listTickets(store.db, { most: 1 })).items[0]?.id ?? 'none'

  return {
    store,
    clock,
    log,
    at: (minutes) => ({
      async publish(device, payload, envelope = {}) {
        await passUntil(time(minutes))
        const { lane = 'urgent' } = envelope
        const record = { ...recordOf(device, payload, now, ++seqs[lane]), ...envelope }
        await foldBatch(folding, [record])
        return record
      },
      async redeliver(record) {
        await passUntil(time(minutes))
        await foldBatch(folding, [record])
      },
      async does(operator, action, { ticket, ...details } = {}) {
        await passUntil(time(minutes))
        const id = ticket ?? (await newest())
        return store.write((tx) => act(tx, { ticket: id, action, operator: operators[operator], at: now, ...details }))
      },
    }),
    pass: (minutes) => passUntil(time(minutes)),
    tickets: () => allTickets(store),
    async ticket() {
      const [only, ...others] = await allTickets(store)
      if (!only || others.length > 0) throw new Error(`one ticket expected, not ${others.length + (only ? 1 : 0)}`)
      return only
    },
    events: () => readEvents(store.db, 0, 10_000),
    async receipts() {
      const rows = await pending(store.db, 'receipt', 10_000)
      return rows.map(({ target, body }) => ({ to: target, receipt: body as Receipt }))
    },
    close,
  }
}

async function ownStore(clock: Clock): Promise<{ store: Store; close(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-timeline-'))
  const store = await openStore({ data, clock })
  return {
    store,
    async close() {
      await store.close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** The store waits on its clock only for locks that nobody else holds here. */
const neverWaits: Clock = {
  now: () => noon,
  after: (_, fn) => {
    setImmediate(fn)
    return () => {}
  },
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
}

/** A record as the front door journals what `device` publishes on its signals topic. */
export function recordOf(
  device: string,
  payload: unknown,
  receivedAt: number,
  seq: number,
  lane: Lane = 'urgent',
): StoredRecord {
  return {
    lane,
    seq,
    receivedAt,
    topic: topicOf(device, 'signals'),
    principal: device,
    device,
    partition: partitionOf(device),
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    retained: false,
    refused: undefined,
    replayOf: undefined,
  }
}

/** All tickets of a store, oldest first. */
export async function allTickets({ db }: Store): Promise<Ticket[]> {
  return (await listTickets(db, { most: 10_000 })).items.reverse()
}

/** What happened on a ticket, a line a step: `opened: no_ticket_within_gap`. */
export const story = ({ timeline }: Ticket): string[] =>
  timeline.map(({ what, reason }) => (reason === null ? what : `${what}: ${reason}`))

/** Signals that a ticket accounts for: its evidence and their repeats. */
export const countedSignals = ({ evidence }: Ticket): number =>
  evidence.reduce((sum, { repeats }) => sum + 1 + repeats, 0)

export async function fillRegistry(tx: Tx): Promise<void> {
  await tx.insertInto('areas').values(areas).execute()
  const nowhere = { lat: null, lon: null, notes: null }
  const home = (id: string) => ({ id, area: 'hill', address: `${id} house, Hill Street`, ...nowhere })
  await tx
    .insertInto('homes')
    .values([home('elm'), home('oak')])
    .execute()
  const devices = Object.entries(homeOf).map(([id, of]) => ({ id, home: of, created_at: noon }))
  const unsaid = { model: null, category: null, place: null }
  await tx
    .insertInto('devices')
    .values(devices.map((device) => ({ ...device, ...unsaid })))
    .execute()
  const people = Object.values(operators).map((operator) => ({ ...operator, password_hash: '', area: null }))
  await tx.insertInto('operators').values(people).execute()
}
