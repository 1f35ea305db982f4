import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import type { AuditWhat } from '../store/audit.ts'
import { recordAudit } from '../store/audit.ts'
import type { Db, Tx } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { credentialRoutes } from './credentials.ts'
import { answers, withToken } from './openapi.ts'
import { instant, listOf, PageQuery, pageOf } from './paging.ts'
import { mustReach } from './reach.ts'
import { type Filter, type Narrowing, type Resource, seenPath, shownTo } from './resource.ts'
import { resources } from './resources.ts'
import { boundOf, isOfVendor, mustPlace, mustSeeDevice } from './scope.ts'

const Params = z.object({ id: Id })

/** `/areas`, `/homes`, `/residents`, `/devices`, `/contacts`, `/operators`, `/vendors`, `/integrations`, `/plans`, `/rotas`, `/teams`, `/channels`, `/absences`: the same
 *  five calls for each, and the calls about tokens for what has them. */
export function registryRoutes(app: Api, deps: ApiDeps): void {
  for (const resource of resources) {
    listRoute(app, deps, resource)
    searchRoute(app, deps, resource)
    getRoute(app, deps, resource)
    createRoute(app, deps, resource)
    updateRoute(app, deps, resource)
    deleteRoute(app, deps, resource)
    credentialRoutes(app, deps, resource)
  }
}

type ListQuery = z.output<typeof PageQuery> & Omit<Narrowing, 'at'> & { at?: number | 'now' }
const filters = {
  area: Id.optional().describe('this area and all below'),
  home: Id.optional(),
  vendor: Id.optional(),
  gateway: Id.optional().describe('the device that publishes for them'),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('words that all must stand in it, anywhere and in any order; of A to Z capitals count as small letters'),
  ids: listOf(Id).describe('only these'),
  at: z
    .union([z.literal('now'), instant])
    .optional()
    .describe('those that last then: `now`, ISO 8601 or epoch milliseconds'),
  online: z.stringbool().optional().describe('`true`: that are known to be online; `false`: all others'),
  battery_below: z.coerce.number().min(0).max(101).optional().describe('percent; only such as told of their battery'),
  placed: z.stringbool().optional().describe('`true`: with a home; `false`: without'),
} as const satisfies Record<Filter, unknown>

/** What a list may be narrowed by in the address. Words are not of it: they are names, and addresses stand in logs. */
const inQuery = ({ filters: by }: Resource): z.ZodRawShape =>
  Object.fromEntries(by.filter((filter) => filter !== 'q').map((filter) => [filter, filters[filter]]))

function listRoute(app: Api, deps: ApiDeps, resource: Resource): void {
  const { plural, item, read } = resource
  app.route({
    method: 'GET',
    url: `/api/v1/${plural}`,
    config: { may: read },
    schema: {
      summary: `List ${plural}`,
      tags: ['registry'],
      querystring: PageQuery.extend(inQuery(resource)),
      response: answers({ 200: pageOf(item) }, ...withToken, 'not_found'),
    },
    handler: (request) => listed(deps, callerOf(request), resource, request.query as unknown as ListQuery),
  })
}

/** The same list by words that stand in it. */
function searchRoute(app: Api, deps: ApiDeps, resource: Resource): void {
  const { plural, item, read, filters: by } = resource
  if (!by.includes('q')) return
  app.route({
    method: 'POST',
    url: `/api/v1/${plural}/search`,
    config: { may: read },
    schema: {
      summary: `Find ${plural} by words`,
      description:
        'Beside `q` all that the list takes in its query. A POST, because names are no part of an address, which stands in logs.',
      tags: ['registry'],
      body: PageQuery.extend(inQuery(resource)).extend({ q: filters.q }),
      response: answers({ 200: pageOf(item) }, ...withToken, 'not_found'),
    },
    handler: (request) => listed(deps, callerOf(request), resource, request.body as unknown as ListQuery),
  })
}

async function listed({ store, clock }: ApiDeps, caller: Principal, resource: Resource, query: ListQuery) {
  const { after, limit, area, at, ...only } = query
  const bound = await boundOf(store.db, caller, area)
  if (only.vendor !== undefined && !isOfVendor(caller, only.vendor)) throw new VigilError('not_found')
  const { items, next } = await resource.list(store.db, {
    ...only,
    ...(at !== undefined && { at: at === 'now' ? clock.now() : at }),
    ...bound,
    after,
    most: limit,
  })
  return { items: items.map((each) => shownTo(caller, resource, each)), next }
}

function getRoute(app: Api, { store }: ApiDeps, resource: Resource): void {
  const { noun, plural, item, read, get } = resource
  app.route({
    method: 'GET',
    url: `/api/v1/${plural}/:id`,
    config: { may: read },
    schema: {
      summary: `Read ${noun}`,
      tags: ['registry'],
      params: Params,
      response: answers({ 200: item }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      await seenPath(store.db, caller, resource, id)
      const found = await get(store.db, id)
      if (found === undefined) throw new VigilError('not_found')
      return shownTo(caller, resource, found)
    },
  })
}

function createRoute(app: Api, { store, clock }: ApiDeps, resource: Resource): void {
  const { noun, plural, input, created, write, placeOf, create } = resource
  app.route({
    method: 'POST',
    url: `/api/v1/${plural}`,
    config: { may: write },
    schema: {
      summary: `Add ${noun}`,
      tags: ['registry'],
      body: input,
      response: answers({ 201: created }, ...withToken, 'id_taken', 'reference_unknown'),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      const check = async (db: Db) => {
        await mustPlace(db, caller, placeOf(request.body))
        await mustSeeGateway(db, caller, request.body)
        await mustReach(db, caller, request.body)
      }
      const note = noteOf(resource, { what: 'created', who: caller.key, at: clock.now(), given: request.body })
      const made = await create(store, { check, note }, request.body, clock.now())
      return reply.code(201).send(made)
    },
  })
}

function updateRoute(app: Api, { store, clock }: ApiDeps, resource: Resource): void {
  const { noun, plural, item, change, write, placeOf, update } = resource
  app.route({
    method: 'PATCH',
    url: `/api/v1/${plural}/:id`,
    config: { may: write },
    schema: {
      summary: `Change ${noun}`,
      description: 'An absent field stays as it is; null clears it.',
      tags: ['registry'],
      params: Params,
      body: change,
      response: answers({ 200: item }, ...withToken, 'not_found', 'id_taken', 'reference_unknown'),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      const place = placeOf(request.body)
      const check = async (db: Db) => {
        mustChange(caller, await seenPath(db, caller, resource, id), resource)
        if (place.id !== undefined) await mustPlace(db, caller, place)
        await mustSeeGateway(db, caller, request.body)
        await mustReach(db, caller, request.body)
      }
      const note = noteOf(resource, { what: 'changed', who: caller.key, at: clock.now(), given: request.body })
      return update(store, { check, note }, id, request.body, clock.now())
    },
  })
}

function deleteRoute(app: Api, { store, clock }: ApiDeps, resource: Resource): void {
  const { noun, plural, write, remove } = resource
  app.route({
    method: 'DELETE',
    url: `/api/v1/${plural}/:id`,
    config: { may: write },
    schema: {
      summary: `Remove ${noun}`,
      tags: ['registry'],
      params: Params,
      response: answers({ 204: z.undefined().describe('Removed') }, ...withToken, 'not_found', 'still_referenced'),
    },
    handler: async (request: FastifyRequest<{ Params: z.output<typeof Params> }>, reply) => {
      const { id } = request.params
      await store.write(async (tx) => {
        const caller = callerOf(request)
        mustChange(caller, await seenPath(tx, caller, resource, id), resource)
        await noteOf(resource, { what: 'deleted', who: caller.key, at: clock.now(), given: null })(tx, id)
        await remove(tx, id, clock.now())
      })
      return reply.code(204).send()
    },
  })
}

/** Sees it, and it is not the very area that bounds the caller: that one is changed from above. */
function mustChange(caller: Principal, path: string | null, { plural }: Resource): void {
  if (plural === 'areas' && path === caller.areaPath)
    throw new VigilError('forbidden', 'This area bounds what you see; it is changed from above.')
}

/** Throws `reference_unknown` for a gateway that the caller does not see, as for one that does not exist. */
async function mustSeeGateway(db: Db, caller: Principal, given: unknown): Promise<void> {
  const { gateway } = (given ?? {}) as { gateway?: string | null }
  if (typeof gateway !== 'string') return
  await mustSeeDevice(db, caller, gateway).catch(() => {
    throw new VigilError('reference_unknown', `there is no device ${gateway} to be the gateway`)
  })
}

type Done = { what: AuditWhat; who: string; at: number; given: unknown }

/** Notes what was done in the audit, where it is about who may come in: which fields were named, never what they say. */
const noteOf =
  ({ subjectOf }: Resource, { what, who, at, given }: Done) =>
  async (tx: Tx, id: string): Promise<void> => {
    if (subjectOf === null) return
    const detail = what === 'changed' ? Object.keys(given ?? {}).join(', ') : ''
    await recordAudit(tx, { at, who, what, subject: subjectOf(id), detail })
  }
