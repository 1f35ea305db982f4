import { z } from 'zod'
import type { Attempt, Tools } from './channel.ts'
import { secretsOf, told } from './failures.ts'
import { type Answer, exchange, HttpUrl, headerSafe, isSuccess, type Outgoing, statusVerdict } from './http.ts'
import { escapes, fill, type Placeholder, sample, unknownIn, type Values } from './template.ts'

/** Any HTTP service that sends short messages or makes calls: the operator writes its request as a template. */

/** These are made by the request itself. */
const ownHeaders =
  /^(host|content-type|content-length|transfer-encoding|connection|expect|upgrade|te|trailer|vigil-id)$/i

const HeaderName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no name of a header')
  .refine((name) => !ownHeaders.test(name), 'is a header that Vigil sets itself')
const HeaderValue = z.string().regex(/^[\x20-\x7e]*$/, 'may hold visible ASCII only')
const Scalar = z.union([z.string(), z.number(), z.boolean()])

const Fields = z.strictObject({
  method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  url: z.string(),
  headers: z.record(HeaderName, HeaderValue).default({}),
  body: z.string().optional(),
  body_type: z.enum(['json', 'form']).default('json'),
  ok_status: z.array(z.int().min(200).max(599)).min(1).optional().describe('any 2xx where absent'),
  ok_path: z.string().min(1).optional().describe('where the JSON answer says how it went: names with dots between'),
  ok_value: Scalar.optional(),
  permanent_values: z.array(Scalar).default([]).describe('at the same place: what trying again will not mend'),
})
export type GatewaySettings = z.infer<typeof Fields>

/** All of the request may hold the account's password. */
export const gatewaySecrets = ['url', 'headers', 'body'] as const

/** Settings of a gateway; `known`: the placeholders that its templates may have. */
export const gatewaySettings = (known: readonly Placeholder[]): z.ZodType<GatewaySettings> =>
  Fields.superRefine((settings, context) => {
    for (const [path, message] of mistakesOf(settings, known))
      context.addIssue({ code: 'custom', path: [path], message })
  })

type Mistake = [path: string, message: string]

function mistakesOf(settings: GatewaySettings, known: readonly Placeholder[]): Mistake[] {
  const { url, headers, body = '' } = settings
  const templates: Mistake[] = [
    ['url', url],
    ['body', body],
    ...Object.values(headers).map((h): Mistake => ['headers', h]),
  ]
  const unknown = templates.flatMap(([path, template]) =>
    unknownIn(template, known).map((what): Mistake => [path, `has ${what}, which is none of ${known.join(', ')}`]),
  )
  return [...unknown, ...urlMistakes(url), ...bodyMistakes(settings), ...okMistakes(settings)]
}

function urlMistakes(url: string): Mistake[] {
  const [a, b] = ['a', 'b'].map((value) => fill(url, sample(value), escapes.form))
  const checked = HttpUrl.safeParse(a)
  if (!checked.success) return checked.error.issues.map(({ message }): Mistake => ['url', message])
  const moves = new URL(a ?? '').origin !== new URL(b ?? '').origin
  return moves ? [['url', 'must have no placeholder in its host']] : []
}

function bodyMistakes({ method, body, body_type }: GatewaySettings): Mistake[] {
  if (method === 'GET' && body !== undefined) return [['body', 'cannot go with GET']]
  if (body === undefined || body_type === 'form') return []
  // A placeholder outside of a string would let a text end the JSON.
  return isJson(fill(body, sample('a "quoted" \\ word'), escapes.json))
    ? []
    : [['body', 'must be JSON, with every placeholder inside a string']]
}

const okMistakes = ({ ok_path, ok_value, permanent_values }: GatewaySettings): Mistake[] =>
  (ok_path === undefined) === (ok_value === undefined) && (ok_path !== undefined || permanent_values.length === 0)
    ? []
    : [['ok_path', 'and ok_value go together, and permanent_values only with them']]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const types = { json: 'application/json; charset=utf-8', form: 'application/x-www-form-urlencoded; charset=utf-8' }

function requestOf({ method, url, headers, body, body_type }: GatewaySettings, values: Values): Outgoing {
  const set = Object.entries(headers).map(([name, value]) => [name, fill(value, values, headerSafe)])
  return {
    method,
    url: fill(url, values, escapes.form),
    headers: {
      'user-agent': 'vigil',
      ...Object.fromEntries(set),
      'vigil-id': headerSafe(values.id),
      ...(body !== undefined && { 'content-type': types[body_type] }),
    },
    ...(body !== undefined && { body: fill(body, values, escapes[body_type]) }),
  }
}

/** Sends once what the templates make of the values. */
export function sendByGateway(settings: GatewaySettings, values: Values, tools: Tools): Promise<Attempt> {
  const request = requestOf(settings, values)
  return exchange(request, tools, async (answer) => {
    const { ok_status } = settings
    if (!(ok_status?.includes(answer.status) ?? isSuccess(answer))) return statusVerdict(answer)
    if (settings.ok_path === undefined)
      return { result: 'delivered', detail: `${answer.host} answered ${answer.status}` }
    return judge(answer, valueAt(await answer.text(), settings.ok_path), settings, secretsIn(request))
  })
}

/** What no detail may repeat: the parts of the address, and headers, whole and by their words. */
const secretsIn = ({ url, headers }: Outgoing): string[] => [
  ...secretsOf(url),
  ...Object.values(headers).flatMap((value) => [value, ...value.split(' ')]),
]

/** The scalar at a path of a JSON text, as text; undefined where there is none. */
function valueAt(text: string | undefined, path: string): string | undefined {
  if (text === undefined || !isJson(text)) return undefined
  const step = (at: unknown, name: string): unknown =>
    typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined
  const found = path.split('.').reduce(step, JSON.parse(text) as unknown)
  return Scalar.safeParse(found).success ? String(found) : undefined
}

function judge({ host }: Answer, value: string | undefined, settings: GatewaySettings, secrets: string[]): Attempt {
  const { ok_path, ok_value, permanent_values } = settings
  if (value === undefined) return { result: 'failed', detail: `${host} answered without ${ok_path}` }
  if (value === String(ok_value)) return { result: 'delivered', detail: `${host} took it` }
  const detail = `${host} answered ${ok_path} = ${told(value, secrets)}`
  return { result: permanent_values.map(String).includes(value) ? 'refused' : 'failed', detail }
}

/** A number of the telephone network: digits, with a plus before the country or without. */
export const checkNumber = (to: string): string | undefined =>
  /^\+?\d{3,15}$/.test(to) ? undefined : 'must be a telephone number: digits, with + before the country or without'
