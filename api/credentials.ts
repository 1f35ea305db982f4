import { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { recordAudit } from '../store/audit.ts'
import { callerOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { type Resource, seenPath } from './resource.ts'
import { mustNameVendor } from './scope.ts'

const Params = z.object({ id: Id })

const mostOverlap = limits.tokenOverlapMostMs / 1_000

const Rotation = z.object({
  overlap_s: z
    .number()
    .int()
    .min(0)
    .max(mostOverlap, `an old token works for ${mostOverlap} seconds more at most`)
    .optional()
    .describe('how long the old token goes on working, seconds; absent or 0: not at all'),
})
const NewToken = z.object({
  id: Id,
  token: z.string().describe('shown here and never again'),
  old_valid_until: z.string().nullable().describe('null where no older token goes on working'),
})

/** `POST /{plural}/{id}/token` and `/revoke` of what has tokens. */
export function credentialRoutes(app: Api, deps: ApiDeps, resource: Resource): void {
  if (resource.account === null) return
  tokenRoute(app, deps, resource, resource.account)
  revokeRoute(app, deps, resource, resource.account)
}

type Account = NonNullable<Resource['account']>

function tokenRoute(app: Api, { store, clock }: ApiDeps, resource: Resource, { may, rotate }: Account): void {
  const { noun, plural } = resource
  app.route({
    method: 'POST',
    url: `/api/v1/${plural}/:id/token`,
    config: { may },
    schema: {
      summary: `Give ${noun} a new token`,
      description:
        'The old token is void at once, or after `overlap_s`; connections that were made with it are cut then. The new one is shown here and never again.',
      tags: ['credentials'],
      params: Params,
      body: Rotation.nullish(),
      response: answers({ 200: NewToken }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      mustNameVendor(caller)
      const overlapMs = (request.body?.overlap_s ?? 0) * 1_000
      const issued = await store.write(async (tx) => {
        await seenPath(tx, caller, resource, id)
        const made = await rotate(tx, id, clock.now(), overlapMs)
        const detail = made.oldValidUntil
          ? `${made.credential}; the old until ${isoTime(made.oldValidUntil)}`
          : made.credential
        const subject = resource.subjectOf?.(id) ?? id
        await recordAudit(tx, { at: clock.now(), who: caller.key, what: 'token_issued', subject, detail })
        return made
      })
      const until = issued.oldValidUntil
      return { id, token: issued.token, old_valid_until: until === null ? null : isoTime(until) }
    },
  })
}

function revokeRoute(app: Api, { store, clock }: ApiDeps, resource: Resource, { may, revoke }: Account): void {
  const { noun, plural } = resource
  app.route({
    method: 'POST',
    url: `/api/v1/${plural}/:id/revoke`,
    config: { may },
    schema: {
      summary: `Shut ${noun} out`,
      description:
        'All its tokens are void, and client certificates that were issued until now; its connections are cut on every node. A new token, or a newer certificate, lets it in again.',
      tags: ['credentials'],
      params: Params,
      response: answers({ 200: z.object({ id: Id, revoked_at: z.string() }) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      mustNameVendor(caller)
      const now = clock.now()
      await store.write(async (tx) => {
        await seenPath(tx, caller, resource, id)
        await revoke(tx, id, now)
        const subject = resource.subjectOf?.(id) ?? id
        await recordAudit(tx, { at: now, who: caller.key, what: 'revoked', subject })
      })
      return { id, revoked_at: isoTime(now) }
    },
  })
}
