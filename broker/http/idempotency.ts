import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import type { Clock } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import { causeOf } from '../../journal/group_commit.ts'

/** A request that came under a key. `isKnown`: it was journalled before, as far as that is noted. */
export type FirstTime = { receivedAt: number; isSame: boolean; isKnown: boolean }

/**
 * What came under an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), for a day, so that a request that is
 * sent again is the same piece of evidence: it has the time of receipt of the first. Kept on disk, for a restart may be
 * why it is sent again.
 */
export type Idempotency = {
  /**
   * Notes a request, and gives when one with its key came first. It is durable when this resolves. Rejects with
   * `journal_unwritable` where it cannot be written.
   */
  first(request: Keyed, now: number): Promise<FirstTime>
  /** Notes that it is journalled; soon durable, and no harm is done where it never is. */
  journalled(request: Keyed): void
  close(): Promise<void>
}

/** `who`: the key of the principal. `content`: all that makes it the same request. */
export type Keyed = { who: string; key: string; content: readonly (string | Uint8Array)[] }

type Row = [receivedAt: number, fingerprint: string, isJournalled: boolean]
/** `k` rows are found by key; `o` rows, of the same, come in the order of time. */
type Db = RootDatabase<Row, string>

const none: Row = [0, '', false]

const walkEveryMs = 1_000
const walkedAtOnce = 1_000
const end = '\uffff'

export async function openIdempotency({ path, clock }: { path: string; clock: Clock }): Promise<Idempotency> {
  await mkdir(dirname(path), { recursive: true })
  const db: Db = open({ path, noSubdir: true, overlappingSync: false, eventTurnBatching: false, noMemInit: true })
  const counts = new Map<string, number>()
  /** Of one key only one is under way, so that of two at the same time one is the first. */
  const underWay = new Map<string, Promise<unknown>>()
  let walkedTo = 'o'
  let cancelWalk = clock.after(walkEveryMs, walk)
  let closing = false

  /** Takes away what is older than a day, a part at a time. */
  function walk(): void {
    const latest = clock.now() - limits.idempotencyKeepMs
    const keys = [...db.getKeys({ start: walkedTo, end: `o${end}`, limit: walkedAtOnce })]
    const old = keys.filter((key) => timeOf(key) < latest)
    walkedTo = keys.length < walkedAtOnce ? 'o' : (keys.at(-1) ?? 'o')
    if (old.length > 0) write(() => old.forEach(remove)).catch(() => {})
    if (!closing) cancelWalk = clock.after(walkEveryMs, walk)
  }

  function remove(ofOrder: string): void {
    const [who = '', , hash = ''] = ofOrder.slice(1).split('\n')
    counts.set(who, Math.max(0, countOf(who) - 1))
    void db.remove(ofOrder)
    void db.remove(`k${who}\n${hash}`)
  }

  function countOf(who: string): number {
    const known = counts.get(who)
    if (known !== undefined) return known
    if (counts.size > limits.metersKept) counts.clear()
    return db.getKeysCount({ start: `o${who}\n`, end: `o${who}\n${end}` })
  }

  async function write(work: () => void): Promise<void> {
    try {
      await db.batch(work)
    } catch (err) {
      const cause = await causeOf(err)
      throw new VigilError('journal_unwritable', String(cause), { cause })
    }
  }

  /** `expired`: when a request with the same key came more than a day ago. */
  async function add({ who, hash, fingerprint }: Hashed, now: number, expired?: number): Promise<FirstTime> {
    counts.set(who, countOf(who) + 1)
    const oldest = expired ?? (countOf(who) > limits.idempotencyKeys ? oldestOf(who) : undefined)
    await write(() => {
      if (oldest !== undefined) remove(typeof oldest === 'number' ? orderKey(who, oldest, hash) : oldest)
      void db.put(`k${who}\n${hash}`, [now, fingerprint, false])
      void db.put(orderKey(who, now, hash), none)
    })
    return { receivedAt: now, isSame: true, isKnown: false }
  }

  const oldestOf = (who: string): string | undefined =>
    [...db.getKeys({ start: `o${who}\n`, end: `o${who}\n${end}`, limit: 1 })][0]

  async function look(request: Keyed, now: number): Promise<FirstTime> {
    const { who, key, content } = request
    const hashed = { who, hash: digest([key]), fingerprint: digest(content) }
    const { hash, fingerprint } = hashed
    const known = db.get(`k${who}\n${hash}`)
    if (!known) return add(hashed, now)
    if (known[0] < now - limits.idempotencyKeepMs) return add(hashed, now, known[0])
    const [receivedAt, before, isJournalled] = known
    return { receivedAt, isSame: before === fingerprint, isKnown: isJournalled }
  }

  /** Unless another one came after it. */
  function forget(id: string, settled: Promise<void>): void {
    if (underWay.get(id) === settled) underWay.delete(id)
  }

  return {
    async first(request, now) {
      const id = `${request.who}\n${request.key}`
      const before = underWay.get(id) ?? Promise.resolve()
      const looked = before.then(() => look(request, now))
      const settled: Promise<void> = looked.then(
        () => forget(id, settled),
        () => forget(id, settled),
      )
      underWay.set(id, settled)
      return looked
    },
    journalled({ who, key }) {
      const id = `k${who}\n${digest([key])}`
      const row = db.get(id)
      if (row) write(() => void db.put(id, [row[0], row[1], true])).catch(() => {})
    },
    async close() {
      closing = true
      cancelWalk()
      await Promise.all(underWay.values())
      await db.close()
    },
  }
}

type Hashed = { who: string; hash: string; fingerprint: string }

const orderKey = (who: string, at: number, hash: string): string => `o${who}\n${String(at).padStart(15, '0')}\n${hash}`
const timeOf = (ofOrder: string): number => Number(ofOrder.split('\n')[1])

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64url').slice(0, 32)
}
