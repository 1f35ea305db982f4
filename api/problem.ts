import { STATUS_CODES } from 'node:http'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problemOf as domainProblem, type ErrorCode, errorTable, VigilError } from '../domain/errors.ts'

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]

/** RFC 9457. `code` is the stable name of the failure; `detail` says what exactly was wrong with this request. */
export const Problem = z
  .object({
    type: z.string().describe('`urn:vigil:error:` and the code'),
    title: z.string().describe('what to mend, the same for every problem of this code'),
    status: z.number().int(),
    code: z.enum(codes),
    detail: z.string().optional(),
    request_id: z.string().describe('as in the header x-request-id and in the log'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('the fields that are wrong, where the request was invalid'),
  })
  .describe('Problem details (RFC 9457)')
export type Problem = z.infer<typeof Problem>

export const problemType = 'application/problem+json; charset=utf-8'

export function problemOf(code: ErrorCode, requestId: string, detail?: string): Problem {
  return { ...domainProblem(new VigilError(code, detail)), request_id: requestId }
}

/** What Fastify and its plugins throw, by HTTP status, in our words. Anything else 4xx is an invalid request. */
const byStatus: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  429: 'too_many_requests',
}

/** Sentences for the failures of Fastify that a caller meets most; its own speak of its internals. */
const byFastifyCode: Record<string, string> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as content-length says.',
  FST_ERR_BAD_URL: 'The path is not valid percent-encoding.',
}

type Thrown = { statusCode?: unknown; code?: unknown }

/** Any failure whatever as a problem. What is not ours or Fastify's becomes `internal` and gives nothing away. */
export function asProblem(error: unknown, requestId: string): Problem {
  if (error instanceof VigilError) return problemOf(error.code, requestId, error.detail)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = (error as { validationContext?: string }).validationContext ?? 'body'
    const errors = error.validation.map((e) => ({ path: `${where}${e.instancePath}`, message: e.message ?? 'invalid' }))
    return { ...problemOf('request_invalid', requestId, `${errors[0]!.path}: ${errors[0]!.message}`), errors }
  }
  const { statusCode, code } = (error ?? {}) as Thrown
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return problemOf('internal', requestId)
  const detail = typeof code === 'string' ? byFastifyCode[code] : undefined
  return problemOf(byStatus[statusCode] ?? 'request_invalid', requestId, detail)
}

/** A whole HTTP/1.1 answer, for sockets that Fastify does not answer: refused upgrades and unreadable requests. */
export function rawProblem(problem: Problem): string {
  const body = JSON.stringify(problem)
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${problem.request_id}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
