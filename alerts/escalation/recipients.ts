import type { Target, Way } from '../../domain/dispatch.ts'
import type { Language } from '../../domain/notices.ts'
import { onDutyBy } from '../../domain/rota.ts'
import { rotasOf, teams } from '../../store/dispatch.ts'
import { operatorsById, operatorsOf } from '../../store/operators.ts'
import { listContacts } from '../../store/people.ts'
import type { Db } from '../../store/store.ts'
import { areasFrom } from './plan_choice.ts'

/** Somebody to be told. `key`: `operator:{id}`, `contact:{id}`, `team:{id}/{n}`, `channel:{id}`; `phone`: where a person may call. */
export type Recipient = {
  key: string
  name: string
  ways: readonly Way[]
  language: Language | null
  phone?: string
}

/** Where and when: what decides who is on duty. `at`: epoch ms; `zone`: IANA name. */
export type Scene = { home: string | null; areaPath: string | null; at: number; zone: string }

/** `above`: the id of the area in which people were found where the nearest had none; '' is beyond all areas. */
export type Found = { people: Recipient[]; above: string | undefined }

const here = (people: Recipient[]): Found => ({ people, above: undefined })

/** Whom a target means now. Nobody is an answer too: what then, decides the caller. */
export async function recipientsOf(db: Db, target: Exclude<Target, { to: 'emergency' }>, scene: Scene): Promise<Found> {
  switch (target.to) {
    case 'duty':
      return onDuty(db, target.role, scene)
    case 'operator':
      return here((await operatorsById(db, [target.operator])).map(asRecipient))
    case 'contacts':
      return here(await contactsOf(db, scene.home))
    case 'team':
      return here(await membersOf(db, target.team))
    case 'channel':
      return here([
        { key: `channel:${target.channel}`, name: '', ways: [{ channel: target.channel, to: '' }], language: null },
      ])
  }
}

/**
 * The operators on duty in the nearest area that has some: by its rotas for that role, or all of that role where it has no
 * such rota. Beyond the last area those who belong to none.
 */
export async function onDuty(db: Db, role: 'dispatcher' | 'supervisor', scene: Scene): Promise<Found> {
  const areas = areasFrom(scene.areaPath)
  for (const [distance, area] of areas.entries()) {
    const people = await onDutyIn(db, area, role, scene)
    if (people.length > 0) return { people, above: distance === 0 ? undefined : area }
  }
  const people = (await operatorsOf(db, null, role)).map(asRecipient)
  return { people, above: areas.length > 0 && people.length > 0 ? '' : undefined }
}

async function onDutyIn(
  db: Db,
  area: string,
  role: 'dispatcher' | 'supervisor',
  { at, zone }: Scene,
): Promise<Recipient[]> {
  const rotas = (await rotasOf(db, area)).filter((rota) => rota.role === role)
  if (rotas.length === 0) return (await operatorsOf(db, area, role)).map(asRecipient)
  const ids = new Set(rotas.flatMap((rota) => onDutyBy(rota, at, zone)))
  return (await operatorsById(db, [...ids])).map(asRecipient)
}

type Person = { id: string; name: string; ways: Way[]; language: Language | null }
export const asRecipient = ({ id, name, ways, language }: Person): Recipient => ({
  key: `operator:${id}`,
  name,
  ways,
  language,
})

/** More than any home has. */
const contactsMost = 100

async function contactsOf(db: Db, home: string | null): Promise<Recipient[]> {
  if (home === null) return []
  const { items } = await listContacts(db, { home, most: contactsMost })
  return items.map(({ id, name, ways, language, phone }) => ({ key: `contact:${id}`, name, ways, language, phone }))
}

async function membersOf(db: Db, id: string): Promise<Recipient[]> {
  const team = await teams.get(db, id)
  return (team?.members ?? []).map(({ name, ways, language = null }, n) => ({
    key: `team:${id}/${n + 1}`,
    name,
    ways,
    language,
  }))
}
