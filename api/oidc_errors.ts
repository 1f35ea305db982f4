import * as client from 'openid-client'
import { type ErrorCode, VigilError } from '../domain/errors.ts'

/**
 * What went wrong with an identity provider, in our codes. Of what the provider said only the name of its error is told,
 * since the rest may hold what it knows of a person.
 */
export function oidcRefusal(error: unknown): VigilError {
  if (error instanceof VigilError) return error
  const { code, detail } = judged(error)
  return new VigilError(code, detail, { cause: error })
}

type Judged = { code: ErrorCode; detail?: string }

function judged(error: unknown): Judged {
  if (error instanceof client.AuthorizationResponseError) return ofRedirect(error.error)
  if (error instanceof client.ResponseBodyError) return ofAnswer(error.error, error.status)
  if (error instanceof client.WWWAuthenticateChallengeError)
    return { code: 'oidc_misconfigured', detail: misconfigured('answered 401 to our client id and secret') }
  if (error instanceof client.ClientError) return ofLibrary(error)
  // What `fetch` throws where nobody answers: the name is not known, the port shut, the certificate of nobody trusted.
  if (error instanceof TypeError && error.cause !== undefined) return { code: 'oidc_unreachable' }
  throw error
}

const misconfigured = (what: string): string => `The identity provider ${what}; tell an administrator.`

/** Names are the provider's, so they are cut, and only what names are made of is kept. */
const named = (error: string): string => error.replaceAll(/[^\w.-]/g, '').slice(0, 60)

/** With what the provider sent the browser back instead of a code (RFC 6749, 4.1.2.1). */
function ofRedirect(error: string): Judged {
  if (error === 'server_error' || error === 'temporarily_unavailable') return { code: 'oidc_unreachable' }
  if (['invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope'].includes(error))
    return { code: 'oidc_misconfigured', detail: misconfigured(`says ${error}`) }
  return { code: 'oidc_denied', detail: `The identity provider did not log this person in (${named(error)}).` }
}

/** What it answered when we asked it (RFC 6749, 5.2). */
function ofAnswer(error: string, status: number): Judged {
  if (error === 'invalid_grant') return { code: 'oidc_code_refused' }
  if (status >= 500) return { code: 'oidc_unreachable' }
  return { code: 'oidc_misconfigured', detail: misconfigured(`says ${named(error)}`) }
}

const unanswered = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]
const notForEachOther = [
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
  'OAUTH_REQUEST_PROTOCOL_FORBIDDEN',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
]

function ofLibrary({ code = '', cause }: client.ClientError): Judged {
  if (unanswered.includes(code)) return { code: 'oidc_unreachable' }
  if (notForEachOther.includes(code)) return { code: 'oidc_misconfigured' }
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return { code: 'oidc_clock_off' }
  if (claimOf(cause) === 'nonce') return { code: 'oidc_nonce_wrong' }
  return { code: 'oidc_proof_invalid' }
}

/** Which claim of a proof was not as it should be; the library tells it in the cause of the cause. */
function claimOf(cause: unknown): unknown {
  const told = cause instanceof Error ? cause.cause : undefined
  return typeof told === 'object' && told !== null && 'claim' in told ? told.claim : undefined
}
