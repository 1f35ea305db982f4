import { limits } from '../domain/limits.ts'
import type { Announced } from '../domain/message.ts'
import { principalKey } from '../domain/principals.ts'
import { recordAudit } from './audit.ts'
import { announce } from './changes.ts'
import { deviceKey } from './devices.ts'
import type { Tx } from './store.ts'

/** A device that a gateway was heard to speak of. */
export type Child = Omit<Announced, 'source'> & { id: string; gateway: string }

/**
 * Registers the devices behind gateways that are not registered yet, each in its gateway's home and of its vendor, so that what
 * a gateway finds need not be typed. What is entered stays as it is, whoever did it; only what is empty is filled in. A gateway that is not registered, is
 * itself behind another, or has as many as may be, brings none. Gives the ids of those that are new. `now`: epoch ms.
 */
export async function provision(tx: Tx, children: readonly Child[], now: number): Promise<string[]> {
  const made: string[] = []
  for (const [gateway, some] of Map.groupBy(children, (child) => child.gateway)) {
    const seat = await tx
      .selectFrom('devices')
      .select(['home', 'vendor', 'gateway'])
      .where('id', '=', gateway)
      .executeTakeFirst()
    if (!seat || seat.gateway !== null) continue
    let room = limits.childrenProvisioned - (await countChildren(tx, gateway))
    for (const child of some) {
      if (room <= 0) break
      if (!(await insertChild(tx, child, seat, now))) continue
      made.push(child.id)
      room--
    }
  }
  return made
}

async function countChildren(tx: Tx, gateway: string): Promise<number> {
  const { count } = await tx
    .selectFrom('devices')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('gateway', '=', gateway)
    .executeTakeFirstOrThrow()
  return count
}

type Seat = { home: string | null; vendor: string | null }

async function insertChild(tx: Tx, child: Child, { home, vendor }: Seat, now: number): Promise<boolean> {
  const { id, gateway, model = null, category = null, place = null } = child
  const row = { id, home, vendor, gateway, model, category, place, sos_press: null, created_at: now }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('devices')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) {
    await fillIn(tx, child)
    return false
  }
  for (const subject of [deviceKey(id), deviceKey(gateway)]) await announce(tx, { kind: 'access', subject, at: now })
  if (vendor !== null)
    await announce(tx, { kind: 'access', subject: principalKey({ kind: 'vendor', id: vendor }), at: now })
  await recordAudit(tx, {
    at: now,
    who: deviceKey(gateway),
    what: 'created',
    subject: deviceKey(id),
    detail: 'by its gateway',
  })
  return true
}

/** What a gateway tells later of a device that it was heard to speak of before; what is entered already stays. */
async function fillIn(tx: Tx, { id, gateway, model, category, place }: Child): Promise<void> {
  const told = Object.entries({ model, category, place }).filter(([, value]) => value !== undefined)
  for (const [column, value] of told as ['model' | 'category' | 'place', string][])
    await tx
      .updateTable('devices')
      .set({ [column]: value })
      .where('id', '=', id)
      .where('gateway', '=', gateway)
      .where(column, 'is', null)
      .execute()
}
