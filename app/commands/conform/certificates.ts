import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { makeAuthority, makeServer, type Pair } from '../../../domain/certificates.ts'
import { systemClock } from '../../../domain/clock.ts'
import { type Faces, makeFaces } from '../../../simulators/conform/certificates.ts'
import { Fault } from '../../fault.ts'

/** What the conformance kit shows to devices that connect with TLS. */
export type Certificates = {
  faces: Faces
  /** The names and addresses that its certificate is for. */
  hosts: readonly string[]
  /** The kit's own CA and where its certificate is; absent where the vendor gave a certificate. */
  authority?: Pair
  authorityPath?: string
}

/** The vendor's certificate where one is given; else one of the kit's CA, which is made once for a data folder. */
export async function openCertificates(
  data: string,
  options: { cert?: string; key?: string; name?: string[] },
): Promise<Certificates> {
  const hosts = [...new Set([...(options.name ?? []), ...ownHosts()])]
  const now = systemClock.now()
  if (options.cert && options.key) {
    const server = { cert: await read(options.cert), key: await read(options.key) }
    const faces = await makeFaces(server, undefined, hosts, now).catch((cause) => {
      throw new Fault(`${options.cert} and ${options.key} are no certificate with its key: give both as PEM.`, {
        cause,
      })
    })
    return { faces, hosts: [new X509Certificate(server.cert).subjectAltName ?? 'of the certificate'] }
  }
  if (options.cert || options.key) throw new Fault('Give --cert and --key together, or neither.')
  const authorityPath = join(data, 'conform', 'ca.pem')
  const authority = await ownAuthority(data, authorityPath, now)
  const faces = await makeFaces(await makeServer(authority, hosts, { at: now }), authority, hosts, now)
  return { faces, hosts, authority, authorityPath }
}

/** The CA of a data folder, made where there is none yet. Its key is readable by the owner alone. */
async function ownAuthority(data: string, certPath: string, now: number): Promise<Pair> {
  const keyPath = join(data, 'conform', 'ca-key.pem')
  const [cert, key] = await Promise.all(
    [certPath, keyPath].map((path) => readFile(path, 'utf8').catch(() => undefined)),
  )
  if (cert && key) return { cert, key }
  const made = await makeAuthority('Vigil conformance kit', { at: now })
  await mkdir(join(data, 'conform'), { recursive: true })
  await writeFile(keyPath, made.key, { mode: 0o600 })
  await writeFile(certPath, made.cert)
  return made
}

const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause) => {
    throw new Fault(`${path} cannot be read: name a PEM file.`, { cause })
  })

/** By what names this machine may be reached. */
function ownHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return [hostname(), 'localhost', ...addresses.filter(({ scopeid }) => !scopeid).map(({ address }) => address)]
}
