import { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { type ErrorCode, errorTable } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { principalKey } from '../domain/principals.ts'
import { type AuditRow, type AuditWhat, listAudit } from '../store/audit.ts'
import type { Db } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { mustSeeAll, mustSeeDevice, mustSeeVendor } from './scope.ts'

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]

const Shared = {
  at: z.string().describe('the first time'),
  last_at: z.string().describe('the last time'),
  subject: z.string().describe('whom it is about, such as `device:watch-1`'),
  detail: z.string(),
  address: z.string().nullable().describe('where it came from'),
  count: z.number().int().describe('how often, from the first time to the last'),
}
const Entry = z.object({ id: z.number().int(), who: z.string(), what: z.string(), ...Shared })
const RefusalOut = z.object({ id: z.number().int(), who: z.string(), code: z.string(), ...Shared })

/** `GET /audit`: what was done to credentials, and what was refused. `GET /refusals`: the latter, for whom it concerns. */
export function auditRoutes(app: Api, deps: ApiDeps): void {
  auditRoute(app, deps)
  refusalsRoute(app, deps)
}

function auditRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/audit',
    config: { may: 'read_audit' },
    schema: {
      summary: 'What was done to credentials and accounts, and what was refused; newest first',
      tags: ['credentials'],
      querystring: PageQuery.extend({
        subject: z.string().max(100).optional().describe('such as `device:watch-1`'),
        what: z.string().max(100).optional().describe('such as `token_issued`, or `refused:topic_foreign`'),
        vendor: Id.optional().describe('the vendor itself and its devices'),
      }),
      response: answers({ 200: pageOf(Entry) }, ...withToken),
    },
    handler: async (request) => {
      mustSeeAll(callerOf(request))
      const { after, limit, what, ...filter } = request.query
      const page = { ...filter, ...(what && { what: what as AuditWhat }), after, most: limit }
      const { items, next } = await listAudit(store.db, page)
      return { items: items.map((row) => ({ ...toldOf(row), what: row.what })), next }
    },
  })
}

function refusalsRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/refusals',
    config: { may: 'read_refusals' },
    schema: {
      summary: 'What the front door refused, newest first',
      description:
        'Equal refusals within an hour are one, with a count. A vendor sees its own and its devices’; who is bounded by an area names a device.',
      tags: ['credentials'],
      querystring: PageQuery.extend({
        device: Id.optional(),
        vendor: Id.optional().describe('the vendor itself and its devices'),
        code: z.enum(codes).optional(),
      }),
      response: answers({ 200: pageOf(RefusalOut) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { after, limit, code, device, vendor } = request.query
      const bound = await refusalBound(store.db, callerOf(request), device, vendor)
      const what = code && (`refused:${code}` as const)
      const { items, next } = await listAudit(store.db, { refused: true, what, ...bound, after, most: limit })
      return { items: items.map((row) => ({ ...toldOf(row), code: row.what.slice('refused:'.length) })), next }
    },
  })
}

async function refusalBound(db: Db, caller: Principal, device: string | undefined, vendor: string | undefined) {
  if (device !== undefined) await mustSeeDevice(db, caller, device)
  if (vendor !== undefined) mustSeeVendor(caller, vendor)
  if (device === undefined && (caller.vendor === null || caller.areaPath !== null)) mustSeeAll(caller)
  const subject = device === undefined ? undefined : principalKey({ kind: 'device', id: device })
  return { subject, vendor: caller.vendor ?? vendor }
}

const toldOf = ({ at, last_at, what: _, ...row }: AuditRow) => ({
  ...row,
  at: isoTime(at),
  last_at: isoTime(last_at),
})
