import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Option } from 'commander'
import { Fault } from '../fault.ts'

/** `--ca`, for commands that connect to a Vigil. */
export const caOption = (): Option =>
  new Option('--ca <file>', 'trust the CAs of this PEM file too: a Vigil’s own is DATA/tls/ca.pem')

/**
 * Trusts the CAs of a PEM file, besides those of the system, in whatever this process and those that it starts connect
 * to with TLS from now on. Throws Fault where the file holds none.
 */
export function trustAuthorities(path: string | undefined): void {
  if (path === undefined) return
  const pem = readCertificates(path)
  setDefaultCACertificates([...getCACertificates('default'), pem])
  // How a process that is started from here is told.
  process.env.NODE_EXTRA_CA_CERTS = path
}

function readCertificates(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no PEM')
    createSecureContext({ ca: pem })
    return pem
  } catch (cause) {
    throw new Fault(`--ca ${path} holds no certificates: name a PEM file, such as tls/ca.pem of a data folder.`, {
      cause,
    })
  }
}
