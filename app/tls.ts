import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { Counter, Gauge } from 'prom-client'
import type { Pair } from '../domain/certificates.ts'
import { type Clock, isoTime } from '../domain/clock.ts'
import { type ServerCertificate, tlsSettings } from '../domain/tls.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'
import { keepOwnCertificate, ownNames, ownPaths } from './tls_own.ts'

/** How often the files are looked at, ms. */
const lookEveryMs = 10_000

const expires = new Gauge({
  name: 'vigil_tls_certificate_expires_seconds',
  help: 'When the TLS certificate that is shown ends, Unix time',
})
const refusals = new Counter({
  name: 'vigil_tls_certificate_refused_total',
  help: 'New certificate files that cannot be used; the certificate from before is shown on',
})

type Options = { config: Pick<Config, 'tls' | 'tlsNames' | 'data' | 'host'>; clock: Clock; log: Logger }
/** `close` ends the looking. */
export type WatchedCertificate = ServerCertificate & { close(): Promise<void> }

/**
 * The certificate of VIGIL_TLS_CERT and VIGIL_TLS_KEY, or Vigil's own, which is made and renewed where necessary. Files
 * that were replaced are taken within seconds; those that cannot be used are not. Throws Fault where it cannot be used
 * at the start.
 */
export async function openCertificate(options: Options): Promise<WatchedCertificate> {
  const { config, clock, log } = options
  const stopping = new AbortController()
  const told = new Set<() => void>()
  const paths = config.tls ?? ownPaths(config.data)
  await keep(options)
  let current = await read(paths)
  check(current, paths)
  show(current)
  /** What was not fit to be used at the last look; a pair whose second half is still on its way is for the next look. */
  let unfit: { pair: Pair; complained: boolean } | undefined
  /** Why the files could not be read at the last look, where they could not. */
  let unreadable: string | undefined

  function show({ cert }: Pair): void {
    const end = endOf(cert)
    expires.set(end / 1_000)
    if (end <= clock.now()) log.error({ cert: paths.cert, ended: isoTime(end) }, 'the TLS certificate has ended')
  }

  async function look(): Promise<void> {
    await keep(options)
    const found = await read(paths)
    if (isSame(found, current)) unfit = undefined
    else if (isFit(found)) take(found)
    else complain(found)
  }

  function isFit(pair: Pair): boolean {
    try {
      check(pair, paths)
      return endOf(pair.cert) > clock.now()
    } catch {
      return false
    }
  }

  function take(pair: Pair): void {
    current = pair
    unfit = undefined
    show(pair)
    log.info({ cert: paths.cert, until: isoTime(endOf(pair.cert)) }, 'a new TLS certificate is shown')
    for (const tell of told) tell()
  }

  function complain(pair: Pair): void {
    const again = unfit !== undefined && isSame(unfit.pair, pair)
    if (!again) log.debug(paths, 'the new TLS certificate is not fit to be used yet, looking again')
    else if (!unfit?.complained) {
      refusals.inc()
      log.error(paths, 'the new TLS certificate cannot be used, the one from before is shown on')
    }
    unfit = { pair, complained: again }
  }

  /** Said and counted once, however often the same is seen. */
  function stumble(err: unknown): void {
    if (String(err) !== unreadable) {
      refusals.inc()
      log.error({ err }, 'TLS certificate not readable, looking again')
    }
    unreadable = String(err)
  }

  async function watch(): Promise<void> {
    for (;;) {
      await clock.sleep(lookEveryMs, stopping.signal)
      if (stopping.signal.aborted) return
      await look().then(() => {
        unreadable = undefined
      }, stumble)
    }
  }
  const watching = watch()

  return {
    current: () => current,
    onChange(fn) {
      told.add(fn)
      return () => void told.delete(fn)
    },
    async close() {
      stopping.abort()
      await watching
    },
  }
}

/** What a server on `port` needs; undefined where there is to be none. */
export const openTlsPort = async (
  port: number | undefined,
  options: Options,
): Promise<{ port: number; certificate: WatchedCertificate } | undefined> =>
  port === undefined ? undefined : { port, certificate: await openCertificate(options) }

const keep = async ({ config, clock }: Options): Promise<void> => {
  if (!config.tls) await keepOwnCertificate(config.data, ownNames(config), clock.now())
}

type Paths = { cert: string; key: string }

async function read(paths: Paths): Promise<Pair> {
  const text = (path: string) =>
    readFile(path, 'utf8').catch((cause: Error) => {
      throw new Fault(`${path} cannot be read: correct VIGIL_TLS_CERT and VIGIL_TLS_KEY, or unset both.`, { cause })
    })
  const [cert, key] = await Promise.all([text(paths.cert), text(paths.key)])
  return { cert, key }
}

/** Throws Fault where it is no certificate with its key. */
function check(pair: Pair, { cert, key }: Paths): void {
  try {
    createSecureContext({ ...tlsSettings, ...pair })
    new X509Certificate(pair.cert)
  } catch (cause) {
    throw new Fault(`${cert} and ${key} are no certificate with its key: give both as PEM, the key without password.`, {
      cause,
    })
  }
}

const isSame = (one: Pair, other: Pair): boolean => one.cert === other.cert && one.key === other.key
const endOf = (cert: string): number => new X509Certificate(cert).validToDate.getTime()
