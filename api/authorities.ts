import { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { recordAudit } from '../store/audit.ts'
import { type Authority, addAuthority, listAuthorities, removeAuthority } from '../store/authorities.ts'
import { serialOfCertificate, serialsOfCrl } from '../store/crl.ts'
import { listRevocations, revokeCertificates, serialOf } from '../store/revocations.ts'
import type { Db } from '../store/store.ts'
import { getVendor, vendorKey } from '../store/vendors.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { mustSeeVendor } from './scope.ts'

const Params = z.object({ id: Id })
const Fingerprint = z
  .string()
  .regex(/^[0-9a-fA-F:]{64,95}$/, 'a fingerprint is the SHA-256 of the certificate, 64 hex digits')

/** Room for a chain of RSA certificates with long names. */
const pemMost = 64 * 1024

const AuthorityOut = z.object({
  fingerprint: z.string().describe('SHA-256 of the certificate, hex'),
  subject: z.string(),
  not_after: z.string(),
  created_at: z.string(),
  pem: z.string(),
})
const Revocation = z
  .object({
    serial: z
      .string()
      .regex(/^[0-9a-fA-F:]{1,80}$/, 'a serial number is hex digits')
      .optional()
      .describe('a certificate’s serial number, hex'),
    certificate: z.string().max(pemMost).optional().describe('the certificate itself, PEM'),
    crl: z.string().optional().describe('a revocation list, PEM, signed by an authority of this vendor'),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    message: 'give one of serial, certificate and crl',
  })

/** `/vendors/{id}/authorities` and `/vendors/{id}/revocations`: client certificates, in and out. */
export function authorityRoutes(app: Api, deps: ApiDeps): void {
  listRoute(app, deps)
  addRoute(app, deps)
  removeRoute(app, deps)
  revocationsRoute(app, deps)
  revokeRoute(app, deps)
}

function listRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/vendors/:id/authorities',
    config: { may: 'read_vendors' },
    schema: {
      summary: 'The certificate authorities of a vendor',
      tags: ['credentials'],
      params: Params,
      response: answers({ 200: pageOf(AuthorityOut) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      await mustSeeRegistered(store.db, callerOf(request), id)
      return { items: (await listAuthorities(store.db, id)).map(toldOf), next: null }
    },
  })
}

function addRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/vendors/:id/authorities',
    config: { may: 'write_vendors' },
    schema: {
      summary: 'Take client certificates of an authority',
      description:
        'One CA certificate or a chain, PEM. A client certificate that one of them issued, with the id of one of the vendor’s devices as its common name, is that device.',
      tags: ['credentials'],
      params: Params,
      body: z.object({ pem: z.string().min(1).max(pemMost) }),
      response: answers(
        { 201: pageOf(AuthorityOut) },
        ...withToken,
        ...(['not_found', 'authority_invalid', 'authority_taken'] as const),
      ),
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const caller = callerOf(request)
      const now = clock.now()
      const items = await store.write(async (tx) => {
        mustSeeVendor(caller, id)
        const added = await addAuthority(tx, id, request.body.pem, now)
        for (const { fingerprint, subject: name } of added) {
          const detail = `${name} ${fingerprint}`
          await recordAudit(tx, { at: now, who: caller.key, what: 'authority_added', subject: vendorKey(id), detail })
        }
        return added.map(toldOf)
      })
      return reply.code(201).send({ items, next: null })
    },
  })
}

function removeRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'DELETE',
    url: '/api/v1/vendors/:id/authorities/:fingerprint',
    config: { may: 'write_vendors' },
    schema: {
      summary: 'Take no more certificates of an authority',
      description: 'Connections that were made with one of its certificates are cut.',
      tags: ['credentials'],
      params: Params.extend({ fingerprint: Fingerprint }),
      response: answers({ 204: z.undefined().describe('Removed') }, ...withToken, 'not_found'),
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const fingerprint = request.params.fingerprint.replaceAll(':', '').toLowerCase()
      const caller = callerOf(request)
      const now = clock.now()
      await store.write(async (tx) => {
        mustSeeVendor(caller, id)
        await removeAuthority(tx, id, fingerprint, now)
        const entry = { at: now, who: caller.key, subject: vendorKey(id), detail: fingerprint }
        await recordAudit(tx, { ...entry, what: 'authority_removed' })
      })
      return reply.code(204).send()
    },
  })
}

function revocationsRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/vendors/:id/revocations',
    config: { may: 'read_vendors' },
    schema: {
      summary: 'The revoked client certificates of a vendor, by serial number',
      tags: ['credentials'],
      params: Params,
      querystring: PageQuery,
      response: answers(
        { 200: pageOf(z.object({ serial: z.string(), revoked_at: z.string() })) },
        ...withToken,
        'not_found',
      ),
    },
    handler: async (request) => {
      const { id } = request.params
      const { after, limit } = request.query
      await mustSeeRegistered(store.db, callerOf(request), id)
      return listRevocations(store.db, id, { after, most: limit })
    },
  })
}

function revokeRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/vendors/:id/revocations',
    bodyLimit: limits.importBytes,
    config: { may: 'revoke_certificates' },
    schema: {
      summary: 'Revoke client certificates of a vendor',
      description:
        'One by its serial number or as PEM, or all of a revocation list. Connections that were made with them are cut. `revoked` counts those that were not revoked before.',
      tags: ['credentials'],
      params: Params,
      body: Revocation,
      response: answers(
        { 200: z.object({ revoked: z.number().int() }) },
        ...withToken,
        ...(['not_found', 'revocation_invalid', 'payload_too_large'] as const),
      ),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      const now = clock.now()
      await mustSeeRegistered(store.db, caller, id)
      const serials = await serialsIn(request.body, await listAuthorities(store.db, id))
      const revoked = await store.write(async (tx) => {
        const count = await revokeCertificates(tx, id, serials, now)
        const detail =
          serials.length === 1 ? `serial ${serials[0]}` : `${serials.length} of a list, ${count} of them new`
        await recordAudit(tx, {
          at: now,
          who: caller.key,
          what: 'certificates_revoked',
          subject: vendorKey(id),
          detail,
        })
        return count
      })
      return { revoked }
    },
  })
}

async function serialsIn(given: z.output<typeof Revocation>, authorities: Authority[]): Promise<string[]> {
  if (given.serial !== undefined) return [serialOf(given.serial)]
  if (given.certificate !== undefined) return [serialOfCertificate(given.certificate, authorities)]
  return serialsOfCrl(given.crl ?? '', authorities)
}

async function mustSeeRegistered(db: Db, caller: Principal, vendor: string): Promise<void> {
  mustSeeVendor(caller, vendor)
  if (!(await getVendor(db, vendor))) throw new VigilError('not_found')
}

const toldOf = ({ vendor: _, not_after, created_at, ...authority }: Authority): z.output<typeof AuthorityOut> => ({
  ...authority,
  not_after: isoTime(not_after),
  created_at: isoTime(created_at),
})
