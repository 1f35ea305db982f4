import type { Attempt } from './channel.ts'

/** What went wrong on the way to another machine, in words that hold no secret. */

const untrusted = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET|DECRYPT)|HOSTNAME_MISMATCH)/

/** An error and what caused it, outermost first; libraries hide the reason one or two levels down. */
function* causesOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) yield at
}

/** The system's or OpenSSL's name of the failure (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), the innermost one. */
function codesOf(error: unknown): string[] {
  return [...causesOf(error)]
    .flatMap((cause) => {
      const { code, originalCode } = cause as { code?: unknown; originalCode?: unknown }
      return [originalCode, code]
    })
    .filter((code) => typeof code === 'string')
}

/**
 * The attempt that an error of the network makes: always `failed`, since lines and certificates are mended. `host`: name and
 * port of the other side. The error's own message is left out, for it may quote what was sent.
 */
export function networkFailure(error: unknown, host: string, signal: AbortSignal): Attempt {
  if (signal.aborted) return { result: 'failed', detail: `${host} did not answer in time` }
  const codes = codesOf(error)
  const certificate = codes.find((code) => untrusted.test(code))
  if (certificate) return { result: 'failed', detail: `the certificate of ${host} is not trusted (${certificate})` }
  return { result: 'failed', detail: `no connection to ${host} (${codes.at(-1) ?? 'unknown failure'})` }
}

/** The longest piece of another side's own words that is shown: a sentence or two. */
const TOLD_CHARS = 200

/**
 * What the other side said, fit for a detail: one line, short, and without any of the secrets, should it have repeated one.
 */
export function told(text: string, secrets: readonly (string | undefined)[] = []): string {
  const long = secrets.filter((secret) => secret !== undefined && secret.length >= 4) as string[]
  const clean = long.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
  return clean
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, TOLD_CHARS)
    .toWellFormed()
}

/** The parts of an address that may be secret: every value of its query, and long pieces of its path (Feishu's token). */
export function secretsOf(url: string): string[] {
  const { searchParams, pathname } = new URL(url)
  return [...searchParams.values(), ...pathname.split('/').filter((piece) => piece.length >= 16)]
}
