import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { rotateToken } from '../store/devices.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { type Resource, resources } from './resources.ts'
import { boundOf, mustPlace, mustSee } from './scope.ts'

const Params = z.object({ id: Id })

/** `/areas`, `/homes`, `/residents`, `/devices`, `/contacts`, `/operators`: the same five calls for each. */
export function registryRoutes(app: Api, deps: ApiDeps): void {
  for (const resource of resources) {
    listRoute(app, deps, resource)
    getRoute(app, deps, resource)
    createRoute(app, deps, resource)
    updateRoute(app, deps, resource)
    deleteRoute(app, deps, resource)
  }
  tokenRoute(app, deps)
}

function listRoute(app: Api, { store }: ApiDeps, { plural, item, read, list, ofHome }: Resource): void {
  const query = PageQuery.extend({ area: Id.optional().describe('this area and all below') })
  app.route({
    method: 'GET',
    url: `/api/v1/${plural}`,
    config: { may: read },
    schema: {
      summary: `List ${plural}`,
      tags: ['registry'],
      querystring: ofHome ? query.extend({ home: Id.optional() }) : query,
      response: answers({ 200: pageOf(item) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { after, limit, area, home } = request.query as z.output<typeof query> & { home?: string }
      const bound = await boundOf(store.db, callerOf(request), area)
      return list(store.db, { ...bound, after, most: limit, ...(home && { home }) })
    },
  })
}

function getRoute(app: Api, { store }: ApiDeps, { noun, plural, item, read, pathOf, get }: Resource): void {
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
      mustSee(callerOf(request), await pathOf(store.db, id))
      const found = await get(store.db, id)
      if (found === undefined) throw new VigilError('not_found')
      return found
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
      const place = placeOf(request.body)
      const made = await create(store, (db) => mustPlace(db, callerOf(request), place), request.body, clock.now())
      return reply.code(201).send(made)
    },
  })
}

function updateRoute(app: Api, { store, clock }: ApiDeps, resource: Resource): void {
  const { noun, plural, item, change, write, pathOf, placeOf, update } = resource
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
      return update(
        store,
        async (db) => {
          mustChange(caller, await pathOf(db, id), resource)
          if (place.id !== undefined) await mustPlace(db, caller, place)
        },
        id,
        request.body,
        clock.now(),
      )
    },
  })
}

function deleteRoute(app: Api, { store, clock }: ApiDeps, resource: Resource): void {
  const { noun, plural, write, pathOf, remove } = resource
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
        mustChange(callerOf(request), await pathOf(tx, id), resource)
        await remove(tx, id, clock.now())
      })
      return reply.code(204).send()
    },
  })
}

/** Sees it, and it is not the very area that bounds the caller: that one is changed from above. */
function mustChange(caller: Principal, path: string | null | undefined, { plural }: Resource): void {
  mustSee(caller, path)
  if (plural === 'areas' && path === caller.areaPath)
    throw new VigilError('forbidden', 'This area bounds what you see; it is changed from above.')
}

function tokenRoute(app: Api, { store, clock }: ApiDeps): void {
  const devices = resources.find(({ plural }) => plural === 'devices')!
  app.route({
    method: 'POST',
    url: '/api/v1/devices/:id/token',
    config: { may: devices.write },
    schema: {
      summary: 'Give a device a new token',
      description: 'The old token is void at once. The new one is shown here and never again.',
      tags: ['registry'],
      params: Params,
      response: answers({ 200: z.object({ id: Id, token: z.string() }) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      const { token } = await store.write(async (tx) => {
        mustSee(callerOf(request), await devices.pathOf(tx, id))
        return rotateToken(tx, id, clock.now())
      })
      return { id, token }
    },
  })
}
