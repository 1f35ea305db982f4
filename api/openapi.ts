import type { SwaggerTransformObject } from '@fastify/swagger'
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Absence } from '../domain/absences.ts'
import { type ErrorCode, errorTable } from '../domain/errors.ts'
import * as registry from '../domain/registry.ts'
import { Partner, Sharing } from '../domain/sharing.ts'
import { LiveEvent, Ticket } from '../domain/ticket.ts'
import { Problem } from './problem.ts'

/** A body of type JSON, or the content type and the body. */
type Answer = z.ZodType | [contentType: string, body: z.ZodType]
type Content = { description: string; content: Record<string, { schema: z.ZodType }> }

/** What any request can meet; every route has them besides its own. */
const everywhere: ErrorCode[] = ['request_invalid', 'too_many_requests', 'internal']
/** What any request that needs a token can meet. */
export const withToken: ErrorCode[] = ['unauthenticated', 'forbidden', 'csrf_refused', 'session_locked']

/** The `response` part of a route's schema: the good answers by status, and its problems by their codes. */
export function answers<const Ok extends Record<number, Answer>>(ok: Ok, ...codes: ErrorCode[]) {
  const byStatus = Map.groupBy(new Set([...codes, ...everywhere]), (code) => errorTable[code].status)
  const problems = [...byStatus].map(([status, of]) => [status, problemAnswer(of)] as const)
  const good = Object.entries(ok).map(([status, answer]) => [status, goodAnswer(answer)] as const)
  return Object.fromEntries([...good, ...problems]) as {
    [S in keyof Ok]: Ok[S] extends z.ZodType ? Ok[S] : z.ZodUnknown
  }
}

function goodAnswer(answer: Answer): z.ZodType | Content {
  const [type, schema] = Array.isArray(answer) ? answer : ['application/json', answer]
  const description = schema.description ?? 'As asked'
  return schema instanceof z.ZodUndefined ? schema : { description, content: { [type]: { schema } } }
}

/** The same answers, of which the good one comes in another content type too, where it is asked for. */
export function orAs<All extends { 200: unknown }>(all: All, type: string, schema: z.ZodType): All {
  const good = all[200] as Content
  return { ...all, 200: { ...good, content: { ...good.content, [type]: { schema } } } }
}

const problemAnswer = (codes: ErrorCode[]): Content => ({
  description: codes.map((code) => `\`${code}\`: ${errorTable[code].text}`).join('\n\n'),
  content: { 'application/problem+json': { schema: Problem } },
})

const { Area, Home, Resident, Device, Contact, OperatorAccount, Vendor, Integration } = registry
const people = { Resident, Contact, OperatorAccount }
const named = {
  Problem,
  Ticket,
  LiveEvent,
  Area,
  Home,
  Device,
  Vendor,
  Integration,
  Sharing,
  Partner,
  Absence,
  ...people,
}

/** Schemas that the document names instead of repeating them. */
for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id })

/**
 * The finished document. A named schema comes in two forms, as sent and as received (`TicketInput`); ours are only sent,
 * so the second form is left out.
 */
export const finished: SwaggerTransformObject = (given) => {
  const document = jsonSchemaTransformObject(given) as Parts
  const used = JSON.stringify(document.paths)
  const schemas = Object.entries(document.components.schemas)
  const kept = schemas.filter(([id]) => !id.endsWith('Input') || used.includes(`/${id}"`))
  const components = { ...document.components, schemas: Object.fromEntries(kept) }
  return { ...document, components } as ReturnType<SwaggerTransformObject>
}
type Parts = { paths: object; components: { schemas: Record<string, unknown> } }

const tags = [
  { name: 'session', description: 'Who you are' },
  { name: 'tickets', description: 'Cases, from the pressed button to the outcome' },
  { name: 'partners', description: 'Other houses that work tickets with us' },
  { name: 'events', description: 'What happens, live and without gaps' },
  {
    name: 'registry',
    description:
      'Areas, homes, residents, devices, contacts, absences, operators, vendors, integrations, sharings, partners',
  },
  {
    name: 'credentials',
    description: 'Who may come in: tokens, claim codes, certificate authorities, revocations, the audit',
  },
  { name: 'telemetry', description: 'What the devices measured' },
  { name: 'devices', description: 'The way in for what devices publish over HTTP' },
  { name: 'front door', description: 'Who is connected, what is refused, who uses up its quota' },
  { name: 'dead letters', description: 'What could not be decoded, kept whole with its reason' },
  { name: 'operation', description: 'Health and metrics' },
]

/** The head of the OpenAPI document. */
export const documentHead = {
  openapi: '3.1.0',
  info: {
    title: 'Vigil',
    version: 'v1',
    description: `The alarm centre for people and programs. Times are ISO 8601 UTC with milliseconds, bodies are JSON in
snake_case, lists come as \`{items, next}\` (ask again with \`?after={next}\` until it is null) and hold what lies in your
area. Every failure is a problem (RFC 9457) with a stable \`code\`.`,
  },
  tags,
  components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ bearer: [] }],
}

/** The `security` of what needs no token from this machine itself. */
export const localOrToken: Record<string, string[]>[] = [{}, { bearer: [] }]
