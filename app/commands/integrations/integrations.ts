import { z } from 'zod'
import { Integration } from '../../../domain/registry.ts'
import { renewedToken, WithToken } from '../accounts/tokens.ts'
import type { Client } from '../client.ts'
import type { Target } from '../devices/publishing.ts'
import { inPath, itemsOf, listed, type Told } from '../telling.ts'

const AnyIntegration = z.looseObject(Integration.shape)
const Revoked = z.looseObject({ revoked_at: z.string().nullish() })

const pathOf = (id: string): string => `/integrations/${inPath(id)}`

export type IntegrationFields = { name?: string; area?: string; scope?: string[] }

/** Lets a program in, for an area or for everything where none is named: to read, or to do what `scope` names. */
export async function addIntegration(
  api: Client,
  target: Target,
  id: string | undefined,
  { name, area, scope }: IntegrationFields,
): Promise<Told> {
  const made = await api.post(
    '/integrations',
    { ...(id && { id }), name: name ?? id, ...(area && { area }), ...(scope && { scope }) },
    WithToken,
  )
  return { answer: made, lines: tokenLines(target, made, { area: area ?? null, scope: scope ?? null }) }
}

/** Gives it a new token. */
export async function renewIntegrationToken(
  api: Client,
  target: Target,
  id: string,
  overlapMs: number | undefined,
): Promise<Told> {
  const bound = await api.get(pathOf(id), AnyIntegration)
  const { made, old } = await renewedToken(api, pathOf(id), overlapMs)
  return { answer: made, lines: [...tokenLines(target, made, bound), old] }
}

type Made = { id: string; token: string }
type Bound = { area: string | null; scope: readonly string[] | null }

function tokenLines({ plain, tls }: Target, { id, token }: Made, { area, scope }: Bound): string[] {
  const head = [`The token of the integration ${id}, shown this once:`, '', `  ${token}`, '']
  const where = area === null ? 'everywhere' : `in ${area} and below`
  if (scope !== null && !scope.includes('read_tickets'))
    return [...head, `With it, as bearer token, a program may through the HTTP API ${where}: ${inWords(scope)}.`]
  const topic = area === null ? 'vigil/v1/tickets' : `vigil/v1/areas/${area}/tickets`
  return [
    ...head,
    `With it a program reads the tickets ${area === null ? 'of all areas' : `of ${area} and below`}, live over MQTT, and through the HTTP API as bearer token:`,
    '',
    `  mosquitto_sub ${tls ?? plain} -q 1 -u integration/${id} -P ${token} -i integration/${id} -c -t ${topic}`,
    '',
    ...(scope === null ? [] : [`Through the HTTP API it may ${where}: ${inWords(scope)}.`]),
  ]
}

const inWords = (scope: readonly string[] | null): string => (scope === null ? 'read' : scope.join(', ') || 'nothing')

/** Changes what its token may do, at once; null: what a viewer may read. */
export async function rescopeIntegration(api: Client, id: string, scope: string[] | null): Promise<Told> {
  const answer = await api.patch(pathOf(id), { scope }, AnyIntegration)
  return { answer, lines: [`From now on ${id} may: ${inWords(answer.scope)}.`] }
}

export const listIntegrations = (api: Client): AsyncIterable<Told> =>
  listed(
    itemsOf(api, '/integrations', AnyIntegration, { limit: '1000' }),
    integrationLine,
    'No integration here yet: npx vigil integration add makes one.',
  )

const integrationLine = ({ id, name, area, scope }: Integration): string =>
  `${id.padEnd(20)} ${name.padEnd(30)} ${(area ?? 'all areas').padEnd(20)} ${inWords(scope)}`

/** Voids its token; it stays, and can be given a new one. */
export async function revokeIntegration(api: Client, id: string): Promise<Told> {
  const answer = await api.post(`${pathOf(id)}/revoke`, {}, Revoked)
  return { answer, lines: [`${id} is cut off: its token is void. npx vigil integration token ${id} lets it in again.`] }
}

export async function removeIntegration(api: Client, id: string): Promise<Told> {
  await api.delete(pathOf(id))
  return { answer: { id, removed: true }, lines: [`There is no integration ${id} any more.`] }
}
