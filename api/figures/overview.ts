import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { Id } from '../../domain/ids.ts'
import { callerOf } from '../auth.ts'
import type { Api, ApiDeps } from '../context.ts'
import { answers, withToken } from '../openapi.ts'
import { type AreaScope, areaScope } from './areas.ts'
import { Health, houseHealth } from './health.ts'
import { AreaLoad, Load, loadOf } from './load.ts'
import { Shift, shiftOf } from './shift.ts'

const Overview = z.object({
  at: z.string().describe('when these figures were taken'),
  area: z.object({ id: Id, name: z.string() }).nullable().describe('what is looked at; null: everything'),
  total: Load,
  areas: z.array(AreaLoad).describe('the areas right below it, each with all that lies below'),
  shift: Shift,
  system: Health,
})

/** `GET /overview`: what hangs on the wall of the centre, so nothing in it tells of a person. */
export function overviewRoute(app: Api, deps: ApiDeps): void {
  const recent = remembering<z.infer<typeof Overview>>()
  app.route({
    method: 'GET',
    url: '/api/v1/overview',
    // A wall goes on while the console that shows it is locked: it tells of nobody.
    config: { may: 'read_tickets', whileLocked: true },
    schema: {
      summary: 'How the centre fares now: load, answer times of the shift, devices, the house itself',
      description:
        'Counts and lengths of time, and names of areas: nothing that tells of a resident, a contact or an operator. For a screen that everybody sees.',
      tags: ['tickets'],
      querystring: z.object({ area: Id.optional().describe('this area and all below; absent: the caller’s own') }),
      response: answers({ 200: Overview }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const scope = await areaScope(deps.store.db, callerOf(request), request.query.area)
      return recent(scope.path ?? '/', deps.clock.now(), () => overviewOf(deps, scope))
    },
  })
}

async function overviewOf(deps: ApiDeps, scope: AreaScope): Promise<z.infer<typeof Overview>> {
  const { store, clock, zone } = deps
  const now = clock.now()
  const { total, areas } = await loadOf(store.db, scope, now)
  const shift = await shiftOf({ db: store.db, scope, now, zone })
  const system = await houseHealth(deps)
  return { at: isoTime(now), area: scope.area, total, areas, shift, system }
}

/** Walls ask every two seconds, and each of them as often: what is no older than this (ms) is told to all of them. */
const freshMs = 1_000

/** Gives what was worked out for the same key lately, or is being worked out, else works it out anew. */
function remembering<T>() {
  const known = new Map<string, { at: number; told: Promise<T> }>()
  return (key: string, now: number, work: () => Promise<T>): Promise<T> => {
    for (const [of, { at }] of known) if (Math.abs(now - at) >= freshMs) known.delete(of)
    const told = known.get(key)?.told ?? work()
    if (!known.has(key)) {
      known.set(key, { at: now, told })
      told.catch(() => known.delete(key))
    }
    return told
  }
}
