// @ts-check
/**
 * The settings of each kind of channel, as docs/Channels.md tells them. Pure; a test holds them to the schemas of the server.
 * @typedef {{ name: string, type: 'text' | 'number' | 'select' | 'lines' | 'headers' | 'scalar' | 'scalars' | 'numbers',
 *   options?: string[], secret?: boolean, required?: boolean }} Setting
 */

/** @type {Setting} */
const url = { name: 'url', type: 'text', required: true }
/** @type {Setting} */
const secretUrl = { ...url, secret: true }
/** @type {Setting} */
const secret = { name: 'secret', type: 'text', secret: true }
/** @type {Setting} */
const keyword = { name: 'keyword', type: 'text' }
/** @type {Setting} */
const format = { name: 'format', type: 'select', options: ['text', 'markdown'] }
/** @type {Setting} */
const user = { name: 'user', type: 'text' }
/** @type {Setting} */
const password = { name: 'password', type: 'text', secret: true }

/** A service that sends text messages or makes calls. @type {Setting[]} */
const gateway = [
  { name: 'method', type: 'select', options: ['POST', 'PUT', 'GET'] },
  secretUrl,
  { name: 'headers', type: 'headers', secret: true },
  { name: 'body', type: 'lines', secret: true },
  { name: 'body_type', type: 'select', options: ['json', 'form'] },
  { name: 'ok_status', type: 'numbers' },
  { name: 'ok_path', type: 'text' },
  { name: 'ok_value', type: 'scalar' },
  { name: 'permanent_values', type: 'scalars' },
]

/** @type {Record<string, Setting[]>} */
export const settingsOf = {
  sms: gateway,
  voice: gateway,
  email: [
    { name: 'host', type: 'text', required: true },
    { name: 'port', type: 'number', required: true },
    { name: 'security', type: 'select', options: ['tls', 'starttls', 'none'] },
    user,
    password,
    { name: 'from', type: 'text', required: true },
  ],
  wecom: [secretUrl, format],
  dingtalk: [secretUrl, secret, keyword, format],
  feishu: [secretUrl, secret, keyword],
  webhook: [url, { ...secret, required: true }],
  mqtt: [url, user, password, { name: 'topic', type: 'text', required: true }],
}

/** What the API says of a secret that is set. */
export const hidden = 'set'

/** @param {string} text */
const parts = (text) =>
  text
    .split(/[,，]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** A number or a truth value where it is one; in quotes it is text all the same. @param {string} text */
function scalarOf(text) {
  try {
    const value = JSON.parse(text)
    return ['number', 'boolean', 'string'].includes(typeof value) ? value : text
  } catch {
    return text
  }
}

/** @param {unknown} value */
const scalarText = (value) => (typeof value === 'string' && scalarOf(value) === value ? value : JSON.stringify(value))

/** `Name: value` a line. @param {string} text */
function headersOf(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0]?.trim(), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

/** What a field says, as the API takes it; undefined where nothing is said. @param {Setting} setting @param {string} text */
export function readOf({ type }, text) {
  const given = text.trim()
  if (given === '') return undefined
  if (type === 'number') return Number(given)
  if (type === 'numbers') return parts(given).map(Number)
  if (type === 'scalar') return scalarOf(given)
  if (type === 'scalars') return parts(given).map(scalarOf)
  return type === 'headers' ? headersOf(given) : given
}

/** What a field shows. Of a secret nothing. @param {Setting} setting @param {unknown} value */
export function shownOf({ type, secret: isSecret }, value) {
  if (value === undefined || value === null || isSecret) return ''
  if (type === 'scalar') return scalarText(value)
  return Array.isArray(value) ? value.map(scalarText).join(', ') : String(value)
}
