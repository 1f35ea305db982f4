import type { z } from 'zod'
import { channels as kinds } from '../alerts/channels/list.ts'
import * as dispatch from '../domain/dispatch.ts'
import { VigilError } from '../domain/errors.ts'
import { pathOfArea } from '../store/areas.ts'
import { channels, mustBeUnnamed, rotas, teams } from '../store/dispatch.ts'
import * as plans from '../store/plans.ts'
import type { Db, Tx } from '../store/store.ts'
import { creating, inArea, pathBy, resource, updating, withoutId } from './resource.ts'
import type { Place } from './scope.ts'

/** Who is told of tickets, when and how: plans, rotas, teams, channels. */

type Attached = {
  area?: string | null | undefined
  home?: string | null | undefined
  resident?: string | null | undefined
}

/** Where a plan is put; nowhere named is everywhere. A change that names none leaves it. */
function placeOfPlan(given: Attached): Place {
  if (given.resident) return { table: 'residents', id: given.resident }
  if (given.home) return { table: 'homes', id: given.home }
  const isMoved = 'area' in given || 'home' in given || 'resident' in given
  return { table: 'areas', id: isMoved ? (given.area ?? null) : undefined }
}

export const plan = resource({
  noun: 'a plan',
  plural: 'plans',
  item: dispatch.Plan,
  input: dispatch.PlanInput,
  change: dispatch.PlanInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_plans',
  filters: ['area'],
  placeOf: placeOfPlan,
  pathOf: plans.pathOfPlan,
  subjectOf: (id) => `plan:${id}`,
  list: plans.listPlans,
  get: plans.getPlan,
  create: creating(plans.createPlan),
  update: updating(plans.updatePlan),
  remove: plans.deletePlan,
})

export const rota = resource({
  noun: 'a rota',
  plural: 'rotas',
  item: dispatch.Rota,
  input: dispatch.RotaInput,
  change: dispatch.RotaInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_plans',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(rotas.get, rotas.areaOf, pathOfArea),
  subjectOf: (id) => `rota:${id}`,
  list: rotas.list,
  get: rotas.get,
  create: creating(rotas.create),
  update: updating(rotas.update),
  remove: rotas.remove,
})

export const team = resource({
  noun: 'a team',
  plural: 'teams',
  item: dispatch.Team,
  input: dispatch.TeamInput,
  change: dispatch.TeamInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_plans',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(teams.get, teams.areaOf, pathOfArea),
  subjectOf: (id) => `team:${id}`,
  list: teams.list,
  get: teams.get,
  create: creating(teams.create),
  update: updating(teams.update),
  remove: async (tx, id) => {
    await mustBeUnnamed(tx, 'team', id)
    await teams.remove(tx, id)
  },
})

type Settings = dispatch.ChannelRecord['settings']

/** The settings as the channel's kind has them. Throws `request_invalid`, naming the field. */
function checked<T extends { kind: dispatch.ChannelRecord['kind']; settings: Settings }>(record: T): T {
  const parsed = kinds[record.kind].settings.safeParse(record.settings)
  if (parsed.success) return { ...record, settings: parsed.data }
  const [issue] = parsed.error.issues
  throw new VigilError(
    'request_invalid',
    `settings of a ${record.kind} channel: ${issue?.path.join('.')} ${issue?.message}`,
  )
}

const hidden = 'set'

/** As the API gives it: of secrets only that they are set. */
function shown<T extends dispatch.ChannelRecord | undefined>(record: T): T {
  if (record === undefined) return record
  const { secrets } = kinds[record.kind]
  const told = Object.entries(record.settings).map(([key, value]) =>
    secrets.includes(key) && value !== undefined ? [key, hidden] : [key, value],
  )
  return { ...record, settings: Object.fromEntries(told) as Settings }
}

/** A secret that comes back as it was shown, or not at all, stays as it is. */
function withKeptSecrets(found: dispatch.ChannelRecord, settings: Settings): Settings {
  const { secrets } = kinds[found.kind]
  const kept = secrets.filter((key) => settings[key] === undefined || settings[key] === hidden)
  const old = kept.filter((key) => found.settings[key] !== undefined).map((key) => [key, found.settings[key]])
  return { ...settings, ...(Object.fromEntries(old) as Settings) }
}

type ChannelChange = Partial<Omit<z.output<typeof dispatch.ChannelInput>, 'id'>>

async function changeChannel(tx: Tx, id: string, change: ChannelChange): Promise<dispatch.ChannelRecord> {
  const found = await channels.get(tx, id)
  if (!found) throw new VigilError('not_found', `there is no channel ${id}`)
  const kind = change.kind ?? found.kind
  const given = change.settings ?? (kind === found.kind ? found.settings : {})
  const settings = kind === found.kind ? withKeptSecrets(found, given) : given
  return shown(await channels.update(tx, id, checked({ ...change, kind, settings })))
}

export const channel = resource({
  noun: 'a channel',
  plural: 'channels',
  item: dispatch.ChannelRecord,
  input: dispatch.ChannelInput,
  change: dispatch.ChannelInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_channels',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(channels.get, channels.areaOf, pathOfArea),
  subjectOf: (id) => `channel:${id}`,
  list: async (db, page) => {
    const { items, next } = await channels.list(db, page)
    return { items: items.map(shown), next }
  },
  get: async (db: Db, id) => shown(await channels.get(db, id)),
  create: creating(async (tx: Tx, input: z.output<typeof dispatch.ChannelInput>) =>
    shown(await channels.create(tx, checked(input))),
  ),
  update: updating(changeChannel),
  remove: async (tx, id) => {
    await mustBeUnnamed(tx, 'channel', id)
    await channels.remove(tx, id)
  },
})
