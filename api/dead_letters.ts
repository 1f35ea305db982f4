import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { userName } from '../domain/principals.ts'
import {
  type DeadLetterFilter,
  deadLetter,
  listDeadLetters,
  requestReplay,
  seenBy,
  type WholeDeadLetter,
} from '../store/dead_letters.ts'
import { placeOfDevice } from '../store/devices.ts'
import type { Db } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { boundOf, isOfVendor, isWithin } from './scope.ts'

/** Letters of one replay; the caller asks again for the rest. The store's own limit is the same. */
const replayMost = 5_000

const states = ['kept', 'replaying', 'replayed'] as const

/** Ids are made by Vigil from the journal's lane and number. */
const LetterId = z.string().min(1).max(128)

const Letter = z.object({
  id: z.string(),
  received_at: z.string(),
  topic: z.string(),
  principal: z.string().nullable().describe('who was authenticated'),
  device: z.string().nullable(),
  code: z.string().describe('why it was refused: a stable code'),
  detail: z.string().describe('what exactly was wrong'),
  retained: z.boolean(),
  state: z.enum(states),
  size: z.number().int().describe('bytes of the payload'),
})

const Filter = z.object({
  code: z.string().max(64).optional(),
  device: z.string().max(64).optional(),
  state: z.enum(states).optional(),
})

const Replay = z.object({
  ids: z.array(LetterId).min(1).max(replayMost).optional().describe('these letters; else those that match the filter'),
  ...Filter.shape,
})

const Count = z.object({ code: z.string(), state: z.enum(states), count: z.number().int() })

/** `/dead-letters`: what could not be decoded, and its replay after a codec was mended. */
export function deadLetterRoutes(app: Api, deps: ApiDeps): void {
  listRoute(app, deps)
  countRoute(app, deps)
  readRoute(app, deps)
  replayRoute(app, deps)
}

function listRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters',
    config: { may: 'read_dead_letters' },
    schema: {
      summary: 'What was refused, newest first, without payloads',
      tags: ['dead letters'],
      querystring: PageQuery.extend(Filter.shape),
      response: answers({ 200: pageOf(Letter) }, ...withToken),
    },
    handler: async (request) => {
      const { after, limit } = request.query
      const bound = await boundOf(store.db, callerOf(request))
      return listDeadLetters(store.db, named(request.query), { ...bound, after, most: limit })
    },
  })
}

function countRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters/counts',
    config: { may: 'read_dead_letters' },
    schema: {
      summary: 'How many were refused, by code and state',
      tags: ['dead letters'],
      response: answers({ 200: pageOf(Count) }, ...withToken),
    },
    handler: async (request) => ({ items: await counts(store.db, callerOf(request)), next: null }),
  })
}

async function counts(db: Db, caller: Principal): Promise<z.infer<typeof Count>[]> {
  return db
    .selectFrom('dead_letters')
    .select((e) => ['code', 'state', e.fn.countAll<number>().as('count')] as const)
    .where(seenBy(await boundOf(db, caller)))
    .groupBy(['code', 'state'])
    .orderBy('code')
    .orderBy('state')
    .execute()
}

function readRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters/:id',
    config: { may: 'read_dead_letters' },
    schema: {
      summary: 'One refused message, whole',
      tags: ['dead letters'],
      params: z.object({ id: LetterId }),
      response: answers({ 200: Letter.extend({ payload: z.string().describe('base64') }) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { payload, receivedAt: _, ...letter } = await letterSeen(store.db, callerOf(request), request.params.id)
      return { ...letter, payload: Buffer.from(payload).toString('base64') }
    },
  })
}

function replayRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/dead-letters/replay',
    config: { may: 'replay_dead_letters' },
    schema: {
      summary: 'Put refused messages through the codecs once more',
      description: `Those named, or the oldest kept ones that match the filter, at most ${replayMost} a call. A signal among them opens a ticket marked \`replayed\`.`,
      tags: ['dead letters'],
      body: Replay.nullish(),
      response: answers({ 202: z.object({ replaying: z.number().int() }) }, ...withToken, 'not_found'),
    },
    handler: async (request, reply) => {
      const { ids, ...filter } = request.body ?? {}
      const caller = callerOf(request)
      const replaying = await store.write(async (tx) => {
        for (const id of ids ?? []) await letterSeen(tx, caller, id)
        return requestReplay(tx, ids ?? (await whichSeen(tx, caller, named(filter))), clock.now())
      })
      return reply.code(202).send({ replaying })
    },
  })
}

/** The filter itself for who sees everything, else the ids of the letters within the caller's bounds that match. */
async function whichSeen(db: Db, caller: Principal, filter: DeadLetterFilter): Promise<DeadLetterFilter | string[]> {
  const bound = await boundOf(db, caller)
  if (Object.keys(bound).length === 0) return filter
  const page = { ...bound, most: replayMost }
  const { items } = await listDeadLetters(db, { state: 'kept', ...filter }, page)
  return items.map(({ id }) => id)
}

/** Throws `not_found` for a letter of a device of elsewhere, or of a device that nobody registered. */
async function letterSeen(db: Db, caller: Principal, id: string): Promise<WholeDeadLetter> {
  const letter = await deadLetter(db, id)
  const place = letter?.device ? await placeOfDevice(db, letter.device) : undefined
  const own = caller.vendor === null ? null : userName({ kind: 'vendor', id: caller.vendor })
  const isOwn = letter !== undefined && (isOfVendor(caller, place?.vendor) || letter.principal === own)
  if (!isOwn || !isWithin(caller, place?.area_path)) throw new VigilError('not_found')
  return letter
}

/** The fields of a filter that were given. */
const named = ({ code, device, state }: z.infer<typeof Filter>): DeadLetterFilter => ({
  ...(code !== undefined && { code }),
  ...(device !== undefined && { device }),
  ...(state !== undefined && { state }),
})
