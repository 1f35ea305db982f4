import { z } from 'zod'
import { Integration } from '../../../domain/registry.ts'
import { renewedToken, WithToken } from '../accounts/tokens.ts'
import type { Client } from '../client.ts'
import type { Target } from '../devices/publishing.ts'
import { inPath, itemsOf, listed, type Told } from '../telling.ts'

const AnyIntegration = z.looseObject(Integration.shape)
const Revoked = z.looseObject({ revoked_at: z.string().nullish() })

const pathOf = (id: string): string => `/integrations/${inPath(id)}`

export type IntegrationFields = { name?: string; area?: string }

/** Lets a program of a dispatch centre read the tickets of an area, or of all where none is named. */
export async function addIntegration(
  api: Client,
  target: Target,
  id: string | undefined,
  { name, area }: IntegrationFields,
): Promise<Told> {
  const made = await api.post(
    '/integrations',
    { ...(id && { id }), name: name ?? id, ...(area && { area }) },
    WithToken,
  )
  return { answer: made, lines: tokenLines(target, made.id, made.token, area ?? null) }
}

/** Gives it a new token. */
export async function renewIntegrationToken(
  api: Client,
  target: Target,
  id: string,
  overlapMs: number | undefined,
): Promise<Told> {
  const { area } = await api.get(pathOf(id), AnyIntegration)
  const { made, old } = await renewedToken(api, pathOf(id), overlapMs)
  return { answer: made, lines: [...tokenLines(target, id, made.token, area), old] }
}

function tokenLines({ plain, tls }: Target, id: string, token: string, area: string | null): string[] {
  const topic = area === null ? 'vigil/v1/tickets' : `vigil/v1/areas/${area}/tickets`
  return [
    `The token of the integration ${id}, shown this once:`,
    '',
    `  ${token}`,
    '',
    `With it a program reads the tickets ${area === null ? 'of all areas' : `of ${area} and below`}, live over MQTT, and through the HTTP API as bearer token:`,
    '',
    `  mosquitto_sub ${tls ?? plain} -q 1 -u integration/${id} -P ${token} -i integration/${id} -c -t ${topic}`,
    '',
  ]
}

export const listIntegrations = (api: Client): AsyncIterable<Told> =>
  listed(
    itemsOf(api, '/integrations', AnyIntegration, { limit: '1000' }),
    integrationLine,
    'No integration here yet: npx vigil integration add makes one.',
  )

const integrationLine = ({ id, name, area }: Integration): string =>
  `${id.padEnd(20)} ${name.padEnd(30)} ${area ?? 'all areas'}`

/** Voids its token; it stays, and can be given a new one. */
export async function revokeIntegration(api: Client, id: string): Promise<Told> {
  const answer = await api.post(`${pathOf(id)}/revoke`, {}, Revoked)
  return { answer, lines: [`${id} is cut off: its token is void. npx vigil integration token ${id} lets it in again.`] }
}

export async function removeIntegration(api: Client, id: string): Promise<Told> {
  await api.delete(pathOf(id))
  return { answer: { id, removed: true }, lines: [`There is no integration ${id} any more.`] }
}
