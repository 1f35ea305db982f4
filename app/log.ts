import { destination, type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'

/** Names of fields that hold secrets. */
const secret = [
  ...['token', 'adminToken', 'admin_token', 'access_token', 'password', 'authorization', 'cookie', 'set-cookie'],
  ...[
    'claim_code',
    'claimCode',
    'qr',
    'private_key',
    'privateKey',
    'secret',
    'clientSecret',
    'client_secret',
    'id_token',
    'code_verifier',
  ],
]

/** Secrets at the depths at which they are logged: by themselves, in a request's headers, in an options object. */
const paths = secret.flatMap((name) => {
  const field = /^\w+$/.test(name) ? `.${name}` : `["${name}"]`
  return [field.replace(/^\./, ''), `*${field}`, `*.*${field}`]
})

/**
 * The log of one process: JSON lines on stderr (or on `to`). Tokens and passwords are taken out by field name, and
 * whatever looks like a secret out of the texts, into which drivers and peers put what they please.
 */
export function createLog(options: { process: string; level: LogLevel; to?: { write(line: string): void } }): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process },
    redact: { paths, censor: '[hidden]' },
    hooks: { streamWrite: hideSecrets },
  }
  // Written at once: the last line before a crash is the one that matters.
  return pino(settings, options.to ?? destination({ fd: 2, sync: true }))
}

/** A letter or digit of a claim code; I, L, O and U are none (Crockford's base32). */
const sign = '[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]'

/** What looks like a secret wherever it stands, and what is written instead. */
const looks: [RegExp, string][] = [
  // postgres://user:secret@host
  [/(\w+:\/\/[^\s:/@"\\]*):[^\s@"]+@/g, '$1:[hidden]@'],
  // …?token=secret, and what stands in the QR picture of a claim code
  [/([?&](?:access_token|token|password|code|p)=)[^&\s"\\]+/g, '$1[hidden]'],
  [/\b(Bearer|Basic)(\s+)[\w.~+/=-]+/gi, '$1$2[hidden]'],
  // A field in a text that is JSON itself, at any depth.
  [new RegExp(`(\\\\*")(${secret.join('|')})\\1:\\s*\\1(?:(?!\\1).)*\\1`, 'g'), '$1$2$1:$1[hidden]$1'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/g, '[hidden]'],
  [new RegExp(`(?<![\\w-])${sign}{4}-${sign}{4}-${sign}{4}(?![\\w-])`, 'g'), '[hidden]'],
]

/** A line of the log without what looks like a secret: passwords in addresses, tokens, private keys, claim codes. */
export const hideSecrets = (line: string): string =>
  looks.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), line)
