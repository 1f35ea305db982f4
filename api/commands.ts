import { z } from 'zod'
import { isTooDeep } from '../codecs/payload.ts'
import { Command, CommandInput } from '../domain/commands.ts'
import { errorTable, VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { countUndelivered, getCommand, listCommands, queueCommand } from '../store/commands.ts'
import { placeOfDevice } from '../store/devices.ts'
import type { Db } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { commandsQueued, watchUndelivered } from './metrics.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { mustSee } from './scope.ts'

const Params = z.object({ id: Id })
const CommandParams = Params.extend({ command: Id })

/** `/devices/{id}/commands`: what a device is asked to do, and what became of it. */
export function commandRoutes(app: Api, deps: ApiDeps): void {
  const unwatch = watchUndelivered(() => countUndelivered(deps.store.db, deps.clock.now()))
  app.addHook('onClose', async () => unwatch())
  sendRoute(app, deps)
  listRoute(app, deps)
  readRoute(app, deps)
}

function sendRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/devices/:id/commands',
    bodyLimit: limits.commandBytes,
    errorHandler: tooLarge,
    config: { may: 'command_devices' },
    schema: {
      summary: 'Ask a device to do something',
      description: `Queued, and delivered as soon as the device, or the gateway or vendor that speaks for it, is subscribed.
With an id of your own you may ask again without fear: the same command is queued once. At most ${limits.commandsWaiting}
wait for one device. A vendor may send \`test\`, and nothing else. Fields that are not named here are given to the device.`,
      tags: ['devices'],
      params: Params,
      body: CommandInput,
      response: answers(
        { 202: Command },
        ...withToken,
        ...(['not_found', 'id_taken', 'commands_full', 'command_too_large', 'payload_too_deep'] as const),
      ),
    },
    handler: async (request, reply) => {
      const { id: device } = request.params
      const caller = callerOf(request)
      mustBeAllowed(caller, request.body)
      mustBeFlat(request.body)
      const { command, isNew } = await store.write(async (tx) => {
        await mustSeeDevice(tx, caller, device)
        return queueCommand(tx, { device, input: request.body, by: caller.id, now: clock.now() })
      })
      if (isNew) commandsQueued.inc({ kind: command.kind })
      return reply.code(202).send(command)
    },
  })
}

function listRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/commands',
    config: { may: 'read_devices' },
    schema: {
      summary: 'What a device was asked to do, newest first',
      tags: ['devices'],
      params: Params,
      querystring: PageQuery,
      response: answers({ 200: pageOf(Command) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id: device } = request.params
      const { after, limit } = request.query
      await mustSeeDevice(store.db, callerOf(request), device)
      return listCommands(store.db, device, clock.now(), { after, most: limit })
    },
  })
}

function readRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/devices/:id/commands/:command',
    config: { may: 'read_devices' },
    schema: {
      summary: 'What became of a command',
      tags: ['devices'],
      params: CommandParams,
      response: answers({ 200: Command }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id: device, command: id } = request.params
      await mustSeeDevice(store.db, callerOf(request), device)
      const command = await getCommand(store.db, device, id, clock.now())
      if (!command) throw new VigilError('not_found')
      return command
    },
  })
}

/** A vendor tries its devices out; what is said and rung in somebody's home is for those who care for them. */
function mustBeAllowed({ role }: Principal, { kind }: CommandInput): void {
  if (role === 'vendor' && kind !== 'test')
    throw new VigilError('forbidden', `A vendor may send the command test, not ${kind}.`)
}

/** Devices read it with small parsers, and deeper ones would break those of others. */
function mustBeFlat(command: CommandInput): void {
  if (isTooDeep(Buffer.from(JSON.stringify(command)))) throw new VigilError('payload_too_deep')
}

/** The limit of this route is its own, and so is what it says of it. */
function tooLarge(error: { statusCode?: number }): never {
  throw error.statusCode === errorTable.command_too_large.status ? new VigilError('command_too_large') : error
}

async function mustSeeDevice(db: Db, caller: Principal, device: string): Promise<void> {
  const place = await placeOfDevice(db, device)
  const isOfAnother = caller.vendor !== null && place?.vendor !== caller.vendor
  mustSee(caller, isOfAnother ? undefined : place?.area_path)
}
