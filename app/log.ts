import { destination, type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'

const secret = ['token', 'adminToken', 'admin_token', 'password', 'authorization', 'cookie', 'access_token']

/** Secrets at the depths at which they are logged: by themselves, in a request's headers, in an options object. */
const paths = secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/**
 * The log of one process: JSON lines on stderr (or on `to`). Tokens and passwords are taken out by field name, and out
 * of the addresses that drivers put into their errors.
 */
export function createLog(options: { process: string; level: LogLevel; to?: { write(line: string): void } }): Logger {
  const settings = {
    level: options.level,
    base: { process: options.process },
    redact: { paths, censor: '[hidden]' },
    hooks: { streamWrite: hidePasswords },
  }
  // Written at once: the last line before a crash is the one that matters.
  return pino(settings, options.to ?? destination({ fd: 2, sync: true }))
}

/** `postgres://user:secret@host` → `postgres://user:[hidden]@host`, and the same for `?token=` in any address. */
export const hidePasswords = (line: string): string =>
  line
    .replaceAll(/(\w+:\/\/[^\s:/@"]*):[^\s@"]+@/g, '$1:[hidden]@')
    .replaceAll(/([?&](?:access_token|token|p)=)[^&\s"]+/g, '$1[hidden]')
