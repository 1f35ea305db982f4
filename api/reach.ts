import { channels as kinds } from '../alerts/channels/list.ts'
import type { Plan, Rota, Target, Way } from '../domain/dispatch.ts'
import { VigilError } from '../domain/errors.ts'
import { pathOfArea } from '../store/areas.ts'
import { channels, teams } from '../store/dispatch.ts'
import { getOperator } from '../store/operators.ts'
import type { Db } from '../store/store.ts'
import type { Principal } from './auth.ts'

/** Whom plans, rotas, teams and people may name: what is of the caller's area or below, and what is above it, as a city's robots are. */

type Given = Partial<Pick<Plan, 'steps'>> &
  Partial<Pick<Rota, 'shifts' | 'overrides'>> & { ways?: Way[]; members?: { ways: Way[] }[] }

/**
 * Throws `reference_unknown` for a channel, team or operator that the caller may not name, as for one that does not exist, and
 * `request_invalid` for an address that is none of its channel's.
 */
export async function mustReach(db: Db, caller: Principal, given: unknown): Promise<void> {
  const { steps = [], shifts = [], overrides = [], ways = [], members = [] } = (given ?? {}) as Given
  for (const target of steps.flatMap(({ tell }) => tell)) await mustName(db, caller, target)
  for (const id of new Set([...shifts, ...overrides].flatMap(({ operators }) => operators)))
    await mustNear(db, caller, 'operator', id)
  for (const way of [...ways, ...members.flatMap((member) => member.ways)]) await mustFit(db, caller, way)
}

async function mustName(db: Db, caller: Principal, target: Target): Promise<void> {
  if (target.to === 'operator') await mustNear(db, caller, 'operator', target.operator)
  if (target.to === 'team') await mustNear(db, caller, 'team', target.team)
  if (target.to === 'channel') await mustNear(db, caller, 'channel', target.channel)
}

async function mustFit(db: Db, caller: Principal, { channel: id, to }: Way): Promise<void> {
  await mustNear(db, caller, 'channel', id)
  const channel = await channels.get(db, id)
  const wrong = channel && kinds[channel.kind].checkAddress(to)
  if (wrong) throw new VigilError('request_invalid', `${to || 'an empty address'} for the channel ${id}: ${wrong}`)
}

type Noun = 'operator' | 'team' | 'channel'
const areaOf: Record<Noun, (db: Db, id: string) => Promise<{ area: string | null } | undefined>> = {
  operator: getOperator,
  team: teams.get,
  channel: channels.get,
}

/** In the caller's area, below it or above it. */
async function mustNear(db: Db, { areaPath }: Principal, noun: Noun, id: string): Promise<void> {
  const found = await areaOf[noun](db, id)
  const path = found?.area ? ((await pathOfArea(db, found.area)) ?? '/') : '/'
  const isNear = areaPath === null || path.startsWith(areaPath) || areaPath.startsWith(path)
  if (!found || !isNear) throw new VigilError('reference_unknown', `there is no ${noun} ${id}`)
}
