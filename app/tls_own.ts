import { createPublicKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeAuthority, makeServer, type Pair } from '../domain/certificates.ts'
import { newId } from '../domain/random.ts'
import { Fault } from './fault.ts'

const DAY = 24 * 3_600_000
/** Whoever installs it on devices in homes does it once; a server that outlives it needs a visit to each of them. */
const AUTHORITY_YEARS = 20
/** Two years at most, which is what TLS libraries take of a server. */
const SERVER_DAYS = 730
/** A certificate is made anew so long before its end: longer than a machine is switched off over a summer. */
const RENEW_BEFORE = 90 * DAY

export type OwnPaths = { ca: string; caKey: string; cert: string; key: string }

/** Where Vigil's own CA and certificate are in a data folder. `ca` is what devices are told to trust. */
export function ownPaths(data: string): OwnPaths {
  const inFolder = (name: string) => join(data, 'tls', name)
  return { ca: inFolder('ca.pem'), caKey: inFolder('ca-key.pem'), cert: inFolder('cert.pem'), key: inFolder('key.pem') }
}

/** The names that Vigil's own certificate is for: this machine's, and those that are told. */
export function ownNames({ tlsNames, host }: { tlsNames: readonly string[]; host: string }): string[] {
  const names = ['localhost', '127.0.0.1', '::1', hostname(), host, ...tlsNames]
  return [...new Set(names)].filter((name) => /^[\w.*:-]+$/.test(name) && name !== '0.0.0.0' && name !== '::')
}

/**
 * Makes Vigil's own CA and certificate where a data folder has none, and a new certificate of the same key where the one
 * there ends soon or lacks a name. Several processes may do it at once: the folder appears whole or not at all, the first
 * one wins; and any of the certificates that they make anew is as good as another. Throws Fault where something is amiss.
 */
export async function keepOwnCertificate(data: string, names: readonly string[], now: number): Promise<void> {
  const paths = ownPaths(data)
  const made = (await readOwn(paths)) ?? (await makeOwn(data, names, now))
  if (!isDue(new X509Certificate(made.server.cert), names, now)) return
  const { key } = made.server
  const keys = { privateKey: key, publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString() }
  const fresh = await makeServer(made.authority, names, {
    at: now,
    kind: 'ec',
    until: endOf(made.authority, now),
    keys,
  })
  const beside = `${paths.cert}.${newId('new')}`
  await writeFile(beside, fresh.cert, { flush: true })
  await rename(beside, paths.cert)
}

type Own = { authority: Pair; server: Pair }

async function readOwn(paths: OwnPaths): Promise<Own | undefined> {
  const read = (path: string) =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  const all = [paths.ca, paths.caKey, paths.cert, paths.key]
  const [ca, caKey, cert, key] = await Promise.all(all.map(read))
  if (ca && caKey && cert && key) return checked(paths, { authority: { cert: ca, key: caKey }, server: { cert, key } })
  if (ca === undefined && caKey === undefined && cert === undefined && key === undefined) return undefined
  throw damaged(paths)
}

function checked(paths: OwnPaths, own: Own): Own {
  try {
    for (const { cert } of [own.authority, own.server]) new X509Certificate(cert)
    createPublicKey(own.server.key)
    return own
  } catch (cause) {
    throw damaged(paths, cause)
  }
}

const damaged = ({ ca }: OwnPaths, cause?: unknown): Fault =>
  new Fault(
    `The folder of ${ca} is damaged: put a copy of it back; or delete it to have it made anew, and install the new ca.pem on the devices.`,
    { cause },
  )

async function makeOwn(data: string, names: readonly string[], now: number): Promise<Own> {
  const paths = ownPaths(data)
  const authority = await makeAuthority('Vigil', { at: now, kind: 'ec', years: AUTHORITY_YEARS })
  const server = await makeServer(authority, names, { at: now, kind: 'ec', until: endOf(authority, now) })
  const beside = join(data, newId('tls'))
  const put = (name: string, text: string, mode: number) => writeFile(join(beside, name), text, { mode, flush: true })
  await mkdir(beside, { recursive: true })
  await put('ca.pem', authority.cert, 0o644)
  await put('ca-key.pem', authority.key, 0o600)
  await put('cert.pem', server.cert, 0o644)
  await put('key.pem', server.key, 0o600)
  try {
    await rename(beside, join(data, 'tls'))
    return { authority, server }
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    const others = await readOwn(paths)
    if (others) return others
    throw error
  }
}

/** As long as a server's certificate may last, and no longer than its CA. */
const endOf = ({ cert }: Pair, now: number): number =>
  Math.min(now + SERVER_DAYS * DAY, new X509Certificate(cert).validToDate.getTime())

/** Whether a certificate ends soon, or lacks one of these names. */
function isDue(x509: X509Certificate, names: readonly string[], now: number): boolean {
  const named = (x509.subjectAltName ?? '').toLowerCase().split(', ')
  const has = (name: string) => (isIP(name) ? x509.checkIP(name) : named.includes(`dns:${name.toLowerCase()}`))
  return x509.validToDate.getTime() - now < RENEW_BEFORE || !names.every(has)
}
