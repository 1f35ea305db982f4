import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { foldBatch } from '../../alerts/batch.ts'
import { currentRules } from '../../alerts/judge.ts'
import { type Admission, admit } from '../../broker/admission.ts'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { partitionOf } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { topicOf } from '../../domain/topics.ts'
import type { StoredRecord } from '../../journal/journal.ts'
import type { HomePlan, Output } from '../../simulators/home/home.ts'
import { recordsOf } from '../../simulators/registry/records.ts'
import { createArea } from '../../store/areas.ts'
import { createDevice } from '../../store/devices.ts'
import { createHome } from '../../store/homes.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { listTickets } from '../../store/tickets.ts'
import { nextWork, type Work, work } from './dispatcher.ts'
import { createLines, type Said } from './lines.ts'

/** Vigil without sockets, journal and processes: what homes say becomes tickets, in virtual time. */
export type Fold = {
  /** Takes what comes out of homes, in order of time. */
  take(outputs: readonly Output[]): Promise<void>
  /** Lets time pass to `at` (epoch ms), with what the dispatcher does on the way. */
  passUntil(at: number): Promise<void>
  /** All tickets, oldest first. */
  tickets(): Promise<Ticket[]>
  /** Messages that arrived, that devices without a line still keep, and that those had to drop. */
  account(): { arrived: number; kept: number; dropped: number }
  close(): Promise<void>
}

/** Bulk records of one batch, as in the alert service. They make no tickets, but whatever is in them is judged. */
const BATCH = 500

const memoryFolder = '/dev/shm'

/** A folder in memory where this machine has room there: what is thrown away need not wait for a disk. */
async function scratchFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(memoryFolder).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize >= 512 * 1024 ** 2 ? memoryFolder : tmpdir()
}

async function register(store: Store, plans: readonly HomePlan[], now: number): Promise<void> {
  const area = { id: 'bench', name: 'Bench' }
  const records = recordsOf(
    [area],
    plans.map((plan) => ({ plan, area: area.id })),
  )
  await store.write(async (tx) => {
    await createArea(tx, area)
    for (const home of records.homes) await createHome(tx, home)
    for (const device of records.devices) await createDevice(tx, device, now)
  })
}

/** As the front door takes it: at once, from the device itself. */
function admitted({ at, home, device, message }: Said): Admission {
  const principal = { kind: 'device', id: device.id, partition: partitionOf(home.id) } as const
  const payload = Buffer.from(JSON.stringify(message.payload))
  return admit(principal, { topic: topicOf(device.id, message.kind), payload, retained: false, receivedAt: at })
}

async function allTickets({ db }: Store): Promise<Ticket[]> {
  const all: Ticket[] = []
  let next: string | null = null
  do {
    const after: string | null = next
    const page = await listTickets(db, { most: limits.pageSizeMost, ...(after !== null && { after }) })
    all.push(...page.items)
    next = page.next
  } while (next !== null)
  return all.reverse()
}

/**
 * Opens an empty Vigil in which these homes are registered, at `from` (epoch ms). What follows the front door is
 * Vigil's own: its lanes, its codecs, its rules, its tickets in an embedded store. Every message is decoded. Urgent
 * ones are folded one by one at their instant, bulk ones in batches, before the next urgent one.
 */
export async function openFold(plans: readonly HomePlan[], from: number): Promise<Fold> {
  const data = await mkdtemp(join(await scratchFolder(), 'vigil-detection-'))
  let now = from
  const clock: Clock = { ...systemClock, now: () => now }
  const store = await openStore({ data, clock })
  await register(store, plans, from)
  const folding = { store, clock, log: pino({ level: 'silent' }), rules: currentRules }
  const lines = createLines()
  const seqs = { urgent: 0, bulk: 0 }
  let bulk: StoredRecord[] = []
  let next: Work | undefined

  async function passUntil(end: number): Promise<void> {
    while (next && next.at <= end) {
      now = Math.max(now, next.at)
      await work(store, next)
      next = await nextWork(store)
    }
    now = Math.max(now, end)
  }

  async function fold(records: StoredRecord[]): Promise<void> {
    await foldBatch(folding, records)
    next = await nextWork(store)
  }

  async function flush(): Promise<void> {
    const records = bulk
    bulk = []
    if (records.length > 0) await fold(records)
  }

  async function arrive(said: Said): Promise<void> {
    const { lane, record } = admitted(said)
    const stored = { ...record, lane, seq: ++seqs[lane] }
    if (lane === 'bulk') bulk.push(stored)
    if (lane === 'bulk' && bulk.length < BATCH) return
    await passUntil(said.at)
    await flush()
    if (lane === 'urgent') await fold([stored])
  }

  return {
    async take(outputs) {
      for (const output of outputs) for (const said of lines.carry(output)) await arrive(said)
    },
    passUntil: async (at) => {
      await flush()
      await passUntil(at)
    },
    tickets: () => allTickets(store),
    account: () => ({ arrived: seqs.urgent + seqs.bulk, kept: lines.kept(), dropped: lines.dropped() }),
    async close() {
      await store.close()
      await rm(data, { recursive: true, force: true })
    },
  }
}
