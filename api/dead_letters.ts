import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { userName } from '../domain/principals.ts'
import {
  countDeadLetters,
  type DeadLetterFilter,
  deadLetter,
  lettersSeen,
  listDeadLetters,
  requestReplay,
  type WholeDeadLetter,
  wholeDeadLetters,
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
  vendor: z.string().nullable().describe('of the account that sent it, or of the device'),
  codec: z.string().nullable().describe('the format that it was in; null where none takes its topic'),
  size: z.number().int().describe('bytes of the payload'),
})

const Whole = Letter.extend({ payload: z.string().describe('base64') })

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

const Filter = z.object({
  code: z.string().max(64).optional(),
  device: z.string().max(64).optional(),
  state: z.enum(states).optional(),
  principal: z.string().max(100).optional().describe('the user name of the sender'),
  vendor: z.string().max(64).optional(),
  codec: z.string().max(64).optional().describe('a format, or `none`'),
  topic: z.string().max(512).optional().describe('a topic, or a filter like `zigbee2mqtt/#`'),
  text: z.string().min(1).max(200).optional().describe('anywhere in topic or detail'),
  from: instant.optional().describe('received at or after'),
  until: instant.optional().describe('received before'),
})

const Replay = z.object({
  ids: z.array(LetterId).min(1).max(replayMost).optional().describe('these letters; else those that match the filter'),
  ...Filter.shape,
})

const Count = z.object({
  vendor: z.string().nullable(),
  code: z.string(),
  codec: z.string().nullable(),
  state: z.enum(states),
  count: z.number().int(),
})

/** `/dead-letters`: what could not be decoded, and its replay after a codec was mended. */
export function deadLetterRoutes(app: Api, deps: ApiDeps): void {
  listRoute(app, deps)
  countRoute(app, deps)
  exportRoute(app, deps)
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
      summary: 'How many were refused, by vendor, code, format and state',
      tags: ['dead letters'],
      querystring: Filter,
      response: answers({ 200: pageOf(Count) }, ...withToken),
    },
    handler: async (request) => {
      const bound = await boundOf(store.db, callerOf(request))
      return { items: await countDeadLetters(store.db, named(request.query), bound), next: null }
    },
  })
}

/** Letters of one page of an export, each of up to 256 KiB. */
const exportedMost = 100

function exportRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters/export',
    config: { may: 'read_dead_letters' },
    schema: {
      summary: 'What was refused, whole, oldest first',
      description: `With payloads, in pages of up to ${exportedMost}; \`vigil dead-letters export\` writes them all into a file.`,
      tags: ['dead letters'],
      querystring: PageQuery.extend(Filter.shape),
      response: answers({ 200: pageOf(Whole) }, ...withToken),
    },
    handler: async (request) => {
      const { after, limit } = request.query
      const bound = await boundOf(store.db, callerOf(request))
      const most = Math.min(limit, exportedMost)
      const { items, next } = await wholeDeadLetters(store.db, named(request.query), { ...bound, after, most })
      return { items: items.map(shownWhole), next }
    },
  })
}

const shownWhole = ({ payload, receivedAt: _, ...letter }: WholeDeadLetter): z.infer<typeof Whole> => ({
  ...letter,
  payload: Buffer.from(payload).toString('base64'),
})

function readRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters/:id',
    config: { may: 'read_dead_letters' },
    schema: {
      summary: 'One refused message, whole',
      tags: ['dead letters'],
      params: z.object({ id: LetterId }),
      response: answers({ 200: Whole }, ...withToken, 'not_found'),
    },
    handler: async (request) => shownWhole(await letterSeen(store.db, callerOf(request), request.params.id)),
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
      if (ids !== undefined) await mustSee(store.db, caller, ids)
      const replaying = await store.write(async (tx) =>
        requestReplay(tx, ids ?? (await whichSeen(tx, caller, named(filter))), clock.now()),
      )
      return reply.code(202).send({ replaying })
    },
  })
}

/** Throws `not_found` where a letter is not there, or is none of the caller's. */
async function mustSee(db: Db, caller: Principal, ids: readonly string[]): Promise<void> {
  const seen = await lettersSeen(db, ids, await boundOf(db, caller))
  if (seen.length < new Set(ids).size) throw new VigilError('not_found')
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
function named(query: z.infer<typeof Filter>): DeadLetterFilter {
  const fields = Filter.keyof().options.map((name) => [name, query[name]] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}
