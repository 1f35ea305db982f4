import { onDutyBy } from '../../domain/rota.ts'
import { rotasOf } from '../../store/dispatch.ts'
import type { Db } from '../../store/store.ts'
import { onDuty, type Recipient, type Scene } from './recipients.ts'

/**
 * Why these people are on duty in an area: a rota has them, everybody of that role is because there is no rota, those of an
 * area above are because this one has nobody, or there is nobody at all.
 */
export const dutyReasons = ['rota', 'everybody', 'above', 'nobody'] as const
export type DutyReason = (typeof dutyReasons)[number]

/** `above`: the id of the area that they are of, '' beyond all areas; null where it is this one. */
export type AreaDuty = { people: Recipient[]; reason: DutyReason; rotas: string[]; above: string | null }

/** Who is on duty for an area as a target of a plan would find them, and why. */
export async function dutyIn(
  db: Db,
  area: string,
  { role, ...scene }: Scene & { role: 'dispatcher' | 'supervisor' },
): Promise<AreaDuty> {
  const { people, above = null } = await onDuty(db, role, scene)
  const own = (await rotasOf(db, area)).filter((rota) => rota.role === role)
  const rotas = own.filter((rota) => onDutyBy(rota, scene.at, scene.zone).length > 0).map(({ id }) => id)
  return { people, reason: reasonOf(people.length, above, own.length), rotas, above }
}

function reasonOf(people: number, above: string | null, rotas: number): DutyReason {
  if (people === 0) return 'nobody'
  if (above !== null) return 'above'
  return rotas > 0 ? 'rota' : 'everybody'
}
