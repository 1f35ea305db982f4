import { isDeepStrictEqual } from 'node:util'
import type { Selectable } from 'kysely'
import { isoTime } from '../domain/clock.ts'
import type { Command, CommandAnswer, CommandInput, CommandState, SentCommand } from '../domain/commands.ts'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { newId } from '../domain/random.ts'
import { announce } from './changes.ts'
import type { FamilyName } from './devices.ts'
import { deleteOldest } from './oldest.ts'
import { type Listed, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/**
 * Commands to devices. This table is the queue: whatever happens to connections, sessions and brokers, a command is sent
 * until somebody acknowledged it or it expired.
 */
type Row = Selectable<Database['commands']>

/** `by`: an operator's id or a principal's key; `now` epoch ms. */
export type Queued = { device: string; input: CommandInput; by: string; now: number }

/**
 * Queues a command for a device, which must be registered, and tells the brokers. The same command with the same id again
 * changes nothing and gives it as it is now. Throws `id_taken` where the id is another command's, `commands_full` where
 * the most that may wait for one device do.
 */
export async function queueCommand(
  tx: Tx,
  { device, input, by, now }: Queued,
): Promise<{ command: Command; isNew: boolean }> {
  const { id = newId('command'), expires_in_s, ...body } = input
  const lifetime = expires_in_s === undefined ? limits.commandExpiresMs : Math.round(expires_in_s * 1_000)
  const known = await rowOf(tx, device, id)
  if (known) {
    if (!isSame(known, body, lifetime)) throw new VigilError('id_taken', `${id} is another command of this device`)
    return { command: commandOf(known, now), isNew: false }
  }
  await mustHaveRoom(tx, device, now)
  const row = { id, device, body: JSON.stringify(body), created_by: by, created_at: now, expires_at: now + lifetime }
  await tx.insertInto('commands').values(row).execute()
  await announce(tx, { kind: 'command', subject: `device:${device}`, at: now })
  const made = await rowOf(tx, device, id)
  if (!made) throw new Error(`command ${id} is not there`)
  return { command: commandOf(made, now), isNew: true }
}

/** Asked with what JSON makes of the new one, since that is what was kept of the old one. */
const isSame = ({ body, created_at, expires_at }: Row, given: object, lifetime: number): boolean =>
  expires_at - created_at === lifetime && isDeepStrictEqual(JSON.parse(body), JSON.parse(JSON.stringify(given)))

async function mustHaveRoom(tx: Tx, device: string, now: number): Promise<void> {
  const { waiting } = await tx
    .selectFrom('commands')
    .select((e) => e.fn.countAll<number>().as('waiting'))
    .where('device', '=', device)
    .where('delivered_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  if (Number(waiting) >= limits.commandsWaiting)
    throw new VigilError('commands_full', `${waiting} commands wait for ${device}`)
}

export async function getCommand(db: Db, device: string, id: string, now: number): Promise<Command | undefined> {
  const row = await rowOf(db, device, id)
  return row && commandOf(row, now)
}

/** A device's commands, newest first. */
export async function listCommands(
  db: Db,
  device: string,
  now: number,
  { after, most }: Pick<Page, 'after' | 'most'>,
): Promise<Listed<Command>> {
  const cursor = /^\d{1,15}$/.exec(after ?? '')?.[0]
  const rows = await db
    .selectFrom('commands')
    .selectAll()
    .where('device', '=', device)
    .$if(cursor !== undefined, (query) => query.where('seq', '<', Number(cursor)))
    .orderBy('seq', 'desc')
    .limit(most + 1)
    .execute()
  return pageOf(
    rows,
    most,
    (row) => String(row.seq),
    (row) => commandOf(row, now),
  )
}

/** The devices of a family for which something waits. */
export async function devicesWaiting(db: Db, family: FamilyName, now: number): Promise<string[]> {
  const [column, owner] = Object.entries(family)[0] as ['gateway' | 'vendor', string]
  const rows = await db
    .selectFrom('commands')
    .innerJoin('devices', 'devices.id', 'commands.device')
    .select('commands.device')
    .distinct()
    .where(`devices.${column}`, '=', owner)
    .where('commands.delivered_at', 'is', null)
    .where('commands.expires_at', '>', now)
    .execute()
  return rows.map(({ device }) => device)
}

/** A command on its way; `sent` is what the device gets. */
export type PendingCommand = {
  seq: number
  device: string
  gateway: string | null
  vendor: string | null
  sent: SentCommand
}

/** What waits for these devices, in the order in which it was queued. */
export async function pendingCommands(db: Db, devices: string[], now: number): Promise<PendingCommand[]> {
  if (devices.length === 0) return []
  const rows = await db
    .selectFrom('commands')
    .innerJoin('devices', 'devices.id', 'commands.device')
    .selectAll('commands')
    .select(['devices.gateway', 'devices.vendor'])
    .where('commands.device', 'in', devices)
    .where('commands.delivered_at', 'is', null)
    .where('commands.expires_at', '>', now)
    .execute()
  rows.sort((a, b) => a.seq - b.seq)
  return rows.map(({ gateway, vendor, ...row }) => {
    const { seq, device } = row
    return { seq, device, gateway, vendor, sent: sentOf(row) }
  })
}

/** Notes that these were acknowledged at `now`. Gives how many were not yet. */
export async function markDelivered(tx: Tx, seqs: number[], now: number): Promise<number> {
  if (seqs.length === 0) return 0
  const { numUpdatedRows } = await tx
    .updateTable('commands')
    .set({ delivered_at: now })
    .where('seq', 'in', seqs)
    .where('delivered_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** What a device said of a command; `at` epoch ms, the other fields as they came. */
export type GivenAnswer = { command: string; at: number; result: CommandAnswer['result'] } & Record<string, unknown>

/**
 * Notes answers of a device that were received at `receivedAt` (epoch ms). The first answer to a command stands, also
 * after its expiry; it proves the delivery. Gives how many were the first, and the ids that are no commands of the device.
 */
export async function markAnswered(
  tx: Tx,
  device: string,
  answers: readonly GivenAnswer[],
  receivedAt: number,
): Promise<{ answered: number; unknown: string[] }> {
  const first = new Map<string, GivenAnswer>()
  for (const answer of answers) if (!first.has(answer.command)) first.set(answer.command, answer)
  if (first.size === 0) return { answered: 0, unknown: [] }
  const rows = await tx
    .selectFrom('commands')
    .select(['seq', 'id', 'answered_at'])
    .where('device', '=', device)
    .where('id', 'in', [...first.keys()])
    .execute()
  const open = rows.filter(({ answered_at }) => answered_at === null)
  for (const { seq, id } of open) await keepAnswer(tx, seq, first.get(id), receivedAt)
  for (const { id } of rows) first.delete(id)
  return { answered: open.length, unknown: [...first.keys()] }
}

async function keepAnswer(tx: Tx, seq: number, given: GivenAnswer | undefined, receivedAt: number): Promise<void> {
  if (!given) return
  const { command: _, at, ...rest } = given
  await tx
    .updateTable('commands')
    .set((e) => ({
      answered_at: receivedAt,
      answer: JSON.stringify({ ...rest, at: isoTime(at) }),
      delivered_at: e.fn.coalesce('delivered_at', e.val(receivedAt)),
    }))
    .where('seq', '=', seq)
    .execute()
}

/** Removes commands that expired before `before` (epoch ms), at most `most` of them. Gives how many. */
export const trimCommands = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'commands', key: 'seq', time: 'expires_at' }, before, most)

/** How many commands wait now, and how many of those kept expired before anybody had them. */
export async function countUndelivered(db: Db, now: number): Promise<{ waiting: number; expired: number }> {
  const of = (op: '>' | '<=') =>
    db
      .selectFrom('commands')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('delivered_at', 'is', null)
      .where('expires_at', op, now)
      .executeTakeFirstOrThrow()
  const [waiting, expired] = [await of('>'), await of('<=')]
  return { waiting: Number(waiting.count), expired: Number(expired.count) }
}

const rowOf = (db: Db, device: string, id: string): Promise<Row | undefined> =>
  db.selectFrom('commands').selectAll().where('device', '=', device).where('id', '=', id).executeTakeFirst()

const bodyOf = ({ body }: Row) => JSON.parse(body) as Pick<CommandInput, 'kind' | 'text'>

function stateOf({ answered_at, delivered_at, expires_at }: Row, now: number): CommandState {
  if (answered_at !== null) return 'answered'
  if (delivered_at !== null) return 'delivered'
  return expires_at > now ? 'queued' : 'expired'
}

/** Vigil's own fields come after the sender's, so that none of those can pass for one. */
const commandOf = (row: Row, now: number): Command => ({
  ...bodyOf(row),
  id: row.id,
  device: row.device,
  state: stateOf(row, now),
  queued_by: row.created_by,
  queued_at: isoTime(row.created_at),
  expires_at: isoTime(row.expires_at),
  delivered_at: row.delivered_at === null ? null : isoTime(row.delivered_at),
  answered_at: row.answered_at === null ? null : isoTime(row.answered_at),
  answer: row.answer === null ? null : (JSON.parse(row.answer) as CommandAnswer),
})

const sentOf = (row: Row): SentCommand => ({
  ...bodyOf(row),
  id: row.id,
  queued_at: isoTime(row.created_at),
  expires_at: isoTime(row.expires_at),
})
