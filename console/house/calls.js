// @ts-check
import { serverSaid } from '../parts/time.js'

/**
 * Calls to the API. What proves the session is a cookie that no script can read; all tabs of a browser share it. Here is only what
 * the server told of it.
 * @typedef {{ expires_at: string, operator: { id: string, name: string, role: string, area: string | null }, permissions: string[],
 *   lock_after_s: number, locked?: boolean }} Session `permissions`: what the operator may, by the names of api/auth.ts
 */

/** Long enough for a slow line, short enough that nobody waits before a dead one. */
const answerMs = 15_000
/** No form and no page of somebody else can send it; without it the server changes nothing by the cookie. */
const ownPage = { 'vigil-console': '1' }

/** @type {Session | undefined} */
let session
/** @type {() => void} */
let onEnded = () => {}
let onLocked = () => {}

export const currentSession = () => session

/** Whether nobody sits before this console, as far as it knows. */
export const isLocked = () => session?.locked === true

/** @param {boolean} locked @param {string} [expiresAt] */
export function sessionIs(locked, expiresAt) {
  if (session) session = { ...session, locked, expires_at: expiresAt ?? session.expires_at }
}

/** `fn` is called when the server says that the session is locked, which this console did not know. @param {() => void} fn */
export const whenLocked = (fn) => {
  onLocked = fn
}

/** Whether the operator may; the server decides all the same. @param {string} permission */
export const can = (permission) => session?.permissions?.includes(permission) ?? false

/** `fn` is called when the server no longer knows the session. @param {() => void} fn */
export const whenEnded = (fn) => {
  onEnded = fn
}

/** An answer that is not the one hoped for. `code` is one of domain/errors.ts, or `unreachable` where none came. */
export class CallError extends Error {
  /** @param {string} code @param {string} [detail] */
  constructor(code, detail) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

/**
 * @param {string} path below /api/v1 @param {{ method?: string, body?: unknown }} [options]
 * @returns {Promise<any>} the answer's JSON, undefined where it has none
 * @throws {CallError}
 */
export async function call(path, { method = 'GET', body } = {}) {
  const answer = await reach(`/api/v1${path}`, {
    method,
    headers: { ...ownPage, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  })
  serverSaid(answer.headers.get('date'))
  const json = await answer.json().catch(() => undefined)
  if (answer.ok) return json
  throw refused(answer.status, json)
}

/**
 * A file, as the server gives it.
 * @param {string} path below /api/v1 @returns {Promise<Blob>}
 * @throws {CallError}
 */
export async function fetchFile(path) {
  const answer = await reach(`/api/v1${path}`, { headers: ownPage, signal: AbortSignal.timeout(answerMs) })
  if (answer.ok) return answer.blob()
  throw refused(answer.status, await answer.json().catch(() => undefined))
}

/** @param {string} url @param {RequestInit} init */
async function reach(url, init) {
  try {
    return await fetch(url, init)
  } catch {
    throw new CallError('unreachable')
  }
}

/** @param {number} status @param {any} problem */
export function refused(status, problem) {
  // A wrong password is no end of the session.
  if (status === 401 && session && problem?.code !== 'login_failed') endSession()
  if (problem?.code === 'session_locked' && !isLocked()) onLocked()
  return new CallError(String(problem?.code ?? 'internal'), problem?.detail ? String(problem.detail) : undefined)
}

/**
 * @param {string} name @param {string} password
 * @returns {Promise<Session>}
 * @throws {CallError} `login_failed`, `too_many_requests`, `unreachable`
 */
export const login = (name, password) => begin('/login', { name, password, session: 'cookie' })

/**
 * After the identity provider has led back here: a cookie that only the server reads stands for the session.
 * @returns {Promise<Session>}
 * @throws {CallError} `oidc_over`, `oidc_unknown_operator`, `unreachable`
 */
export const loginFromProvider = () => begin('/login/oidc/session', { session: 'cookie' })

/** Asks whether this browser has a session; what is known of it is renewed. @returns {Promise<Session | undefined>} */
export async function findSession() {
  const me = await call('/me').catch((/** @type {CallError} */ { code }) =>
    code === 'unreachable' ? session : undefined,
  )
  session = me
  return me
}

/** @typedef {{ name: string, url: string }} IdentityProvider */

/** The identity provider by which one may log in here besides. @returns {Promise<IdentityProvider | undefined>} */
export const identityProvider = async () => (await call('/login/options').catch(() => undefined))?.oidc ?? undefined

/** @param {string} path @param {unknown} body @returns {Promise<Session>} */
async function begin(path, body) {
  session = undefined
  const opened = /** @type {Session} */ (await call(path, { method: 'POST', body }))
  session = opened
  return opened
}

/** Forgets the session. */
export function endSession() {
  session = undefined
  onEnded()
}

/**
 * A page of a list of the registry; by words (`q`) in the body, because names of people do not belong into an address.
 * @param {string} path @param {Record<string, string>} query @returns {Promise<any>} `{ items, next }`
 */
export const pageOf = (path, query) =>
  query.q ? call(`${path}/search`, { method: 'POST', body: query }) : call(`${path}?${new URLSearchParams(query)}`)

/**
 * Every item of a paged list.
 * @param {string} path with its query, if it has one @returns {Promise<any[]>}
 */
export async function everyItem(path) {
  const items = []
  let next = ''
  do {
    const page = await call(next ? `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(next)}` : path)
    items.push(...page.items)
    next = page.next
  } while (next)
  return items
}
