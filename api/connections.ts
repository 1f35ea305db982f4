import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { FrontDoor, LiveConnection } from '../domain/front_door.ts'
import { Id } from '../domain/ids.ts'
import { parsePrincipalKey, principalKey } from '../domain/principals.ts'
import { devicesWithin } from '../store/devices.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { getInTime } from './peers.ts'
import { isOfVendor, mustSeeAll } from './scope.ts'

const Query = PageQuery.extend({
  device: Id.optional(),
  vendor: Id.optional().describe("the vendor's account and its devices"),
})
const Page = pageOf(LiveConnection)
type Page = z.infer<typeof Page>

/** Pages that are looked through for one that holds something of the caller's area; then it gets a shorter one. */
const pagesMost = 20

/** `GET /connections`, `GET /front-door`: what stands at the front door now, as the broker tells it. */
export function connectionRoutes(app: Api, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/connections',
    config: { may: 'read_devices' },
    schema: {
      summary: 'List the MQTT connections that stand now',
      description:
        'In the order in which they were let in. A page may be shorter than asked for; go on until `next` is null.',
      tags: ['front door'],
      querystring: Query,
      response: answers({ 200: Page }, ...withToken, 'front_door_unreachable'),
    },
    handler: async (request) => pageFor(deps, callerOf(request), request.query),
  })
  app.route({
    method: 'GET',
    url: '/api/v1/front-door',
    config: { may: 'read_front_door' },
    schema: {
      summary: 'The front door in figures',
      description:
        'Connections, messages, refusals by code, and who uses up its quota. Totals count from the start of the broker.',
      tags: ['front door'],
      response: answers({ 200: FrontDoor }, ...withToken, 'front_door_unreachable'),
    },
    handler: async (request) => {
      mustSeeAll(callerOf(request))
      return FrontDoor.parse(await ask(deps, { what: 'front_door' }))
    },
  })
}

/** A page of what the caller may see; looks on where a whole page was somebody else's. */
async function pageFor(deps: ApiDeps, caller: Principal, query: z.output<typeof Query>): Promise<Page> {
  const items: LiveConnection[] = []
  let after: string | null = query.after ?? '0'
  for (let n = 0; after !== null && n < pagesMost && items.length < query.limit; n++) {
    const page: Page = Page.parse(await ask(deps, asked(caller, query, after, query.limit - items.length)))
    items.push(...(await seenBy(deps, caller, page.items)))
    after = page.next
  }
  return { items, next: after }
}

const asked = (caller: Principal, { device, vendor }: z.output<typeof Query>, after: string, limit: number) => {
  if (vendor !== undefined && !isOfVendor(caller, vendor)) throw new VigilError('not_found')
  const of = vendor ?? caller.vendor
  return {
    what: 'connections',
    after,
    limit: String(limit),
    ...(device !== undefined && { principal: principalKey({ kind: 'device', id: device }) }),
    ...(of !== null && { vendor: of }),
  }
}

/** Whoever is bounded by an area sees the devices in it, and no account's connection. */
async function seenBy(
  { store }: ApiDeps,
  { areaPath }: Principal,
  items: readonly LiveConnection[],
): Promise<LiveConnection[]> {
  if (areaPath === null) return [...items]
  const within = new Set(await devicesWithin(store.db, items.flatMap(deviceOf), areaPath))
  return items.filter((item) => deviceOf(item).some((id) => within.has(id)))
}

function deviceOf({ principal }: LiveConnection): string[] {
  const name = parsePrincipalKey(principal)
  return name?.kind === 'device' ? [name.id] : []
}

/** Asks the broker of this house. Throws `front_door_unreachable`. */
async function ask({ peers, clock }: ApiDeps, query: Record<string, string>): Promise<unknown> {
  const broker = (await peers()).find(({ process }) => process === 'broker')
  if (!broker) throw new VigilError('front_door_unreachable')
  try {
    const answer = await getInTime(clock, new URL(`/state.json?${new URLSearchParams(query)}`, broker.url))
    return await answer.json()
  } catch (cause) {
    throw new VigilError('front_door_unreachable', undefined, { cause })
  }
}
