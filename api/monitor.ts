import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { accessOfDevice, placeOfDevice } from '../store/devices.ts'
import type { Db } from '../store/store.ts'
import { callerOf, demand, type Identify, type Principal, tokenOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { sseLine } from './event_stream.ts'
import { streamHeaders } from './events.ts'
import { Message, withheldFrom } from './message_shown.ts'
import { createMessageTail, type Watch } from './message_tail.ts'
import { answers, withToken } from './openapi.ts'
import { mustSeeDevice } from './scope.ts'
import { beat, cut, unlessStalled } from './stream_ends.ts'

export const monitorPath = '/api/v1/devices/:id/monitor'

const description = `Server-sent events, without an end. \`event: begin\` comes first and says how many records of each lane were
looked through for what came before now; then every message of the device, as \`event: message\`: up to
${limits.lookBackMessages} of before, oldest first, and all that come. \`event: missed\` says that so many were left out,
because they came faster than they were taken. A comment line comes at least every 5 s. It does not resume: who comes
again is shown the newest anew, and knows them by \`lane\` and \`seq\`.

What a gateway or an account tells of the device is among them, without what it tells of others; its payload is withheld from
whoever is bounded by an area or a vendor. From a vendor payload and values are withheld while the device is at a home.`

/** What a stream needs of its caller again and again, because it may change. */
type Sight = { caller: Principal; isAtHome: boolean }

/** `GET /devices/{id}/monitor`: the messages of a device as they come, with what Vigil understood of each. */
export function monitorRoute(app: Api, deps: ApiDeps & { identify: Identify }): void {
  const tail = createMessageTail({ ...deps, db: deps.store.db })
  app.addHook('onClose', () => tail.close())
  app.route({
    method: 'GET',
    url: monitorPath,
    config: { may: 'read_messages', tokenInQuery: true },
    schema: {
      summary: 'The messages of a device, live, and what was understood of them',
      description,
      tags: ['devices'],
      params: z.object({ id: Id }),
      querystring: z.object({ access_token: z.string().optional().describe('the bearer token, for an EventSource') }),
      response: answers(
        { 200: ['text/event-stream', Message] },
        ...withToken,
        ...(['not_found', 'watchers_too_many', 'journal_unreadable'] as const),
      ),
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const { db } = deps.store
      const token = tokenOf(request)
      const sight = await sightOf(db, callerOf(request), id)
      const gateway = (await accessOfDevice(db, id))?.gateway ?? null
      const watch = await tail.watch({ device: id, gateway })
      reply.hijack()
      reply.raw.on('error', () => {})
      reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...streamHeaders })
      const look = async () => {
        const now = demand(await deps.identify(token), 'read_messages')
        if (now.locked) throw new VigilError('session_locked')
        return sightOf(db, now, id)
      }
      await stream(watch, { ...deps, response: reply.raw, sight, look })
    },
  })
}

/** Throws `not_found` for a device that the caller may not see. */
async function sightOf(db: Db, caller: Principal, id: string): Promise<Sight> {
  await mustSeeDevice(db, caller, id)
  return { caller, isAtHome: (await placeOfDevice(db, id))?.home != null }
}

type Stream = Pick<ApiDeps, 'clock' | 'log'> & { response: ServerResponse; sight: Sight; look: () => Promise<Sight> }

/** Feeds one watcher until it leaves, stalls, or may watch no more. Never rejects. */
async function stream(watch: Watch, { clock, log, response, sight, look }: Stream): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  if (response.destroyed) gone.abort()
  const outlet = sseLine(response)
  let seen = sight
  const stopBeating = beat({ clock, outlet, gone }, async () => {
    seen = await look()
  })
  const send = (event: string, data: unknown) =>
    unlessStalled(clock, gone, outlet.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
  try {
    const before = await watch.lookBack(gone.signal)
    await send('begin', { records: before.records, messages: before.messages.length })
    for (let { messages, missed } = { ...before, missed: 0 }; !gone.signal.aborted; ) {
      if (missed > 0) await send('missed', { count: missed })
      for (const message of messages) if (!gone.signal.aborted) await send('message', shownTo(seen, message))
      ;({ messages, missed } = await watch.next(gone.signal))
    }
  } catch (err) {
    log.error({ err }, 'messages of a device cannot be shown')
    cut(gone, 'failed')
  } finally {
    stopBeating()
    watch.end()
    outlet.end()
  }
}

/**
 * What is another's too is whole only for who is bounded by nothing; to a vendor nothing is told of what a device at somebody's
 * home measures: the device is its own, the person is not.
 */
function shownTo({ caller: { areaPath, vendor }, isAtHome }: Sight, message: Message): z.infer<typeof Message> {
  const isBounded = areaPath !== null || vendor !== null
  const { isOwn, ...whole } = message
  if ((!isOwn && isBounded) || (vendor !== null && isAtHome)) return withheldFrom(message)
  return whole
}
