import { X509Certificate } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepOwnCertificate, ownNames, ownPaths } from './tls_own.ts'

const DAY = 24 * 3_600_000
const now = Date.UTC(2026, 10, 22)
const names = ['localhost', '127.0.0.1', '::1', 'alarm.example']

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-tls-own-'))
})
afterEach(() => rm(data, { recursive: true }))

const textOf = (name: keyof ReturnType<typeof ownPaths>) => readFile(ownPaths(data)[name], 'utf8')
const certificateOf = async (name: 'ca' | 'cert') => new X509Certificate(await textOf(name))
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

describe("Vigil's own certificate", () => {
  it('is for the names asked for, signed by a CA of its own; the keys are the owner’s alone', async () => {
    await keepOwnCertificate(data, names, now)
    const [ca, cert] = [await certificateOf('ca'), await certificateOf('cert')]
    expect(cert.verify(ca.publicKey)).toBe(true)
    expect(ca.ca).toBe(true)
    expect(cert.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:alarm.example',
    )
    const paths = ownPaths(data)
    expect(await Promise.all([paths.caKey, paths.key, paths.ca].map(modeOf))).toEqual([0o600, 0o600, 0o644])
    expect(cert.validFromDate.getTime()).toBeLessThan(now)
    expect(Math.round((cert.validToDate.getTime() - now) / DAY)).toBe(730)
  })

  it('stays as it is while nothing is the matter', async () => {
    await keepOwnCertificate(data, names, now)
    const before = await textOf('cert')
    await keepOwnCertificate(data, names, now + 600 * DAY)
    await keepOwnCertificate(data, ['localhost'], now)
    expect(await textOf('cert')).toBe(before)
  })

  it('is made anew before it ends, with the same key and CA', async () => {
    await keepOwnCertificate(data, names, now)
    const [ca, key] = [await textOf('ca'), await textOf('key')]
    const before = await certificateOf('cert')
    await keepOwnCertificate(data, names, now + 660 * DAY)
    const after = await certificateOf('cert')
    expect(Math.round((after.validToDate.getTime() - now) / DAY)).toBe(660 + 730)
    expect([await textOf('ca'), await textOf('key')]).toEqual([ca, key])
    expect(after.publicKey.equals(before.publicKey)).toBe(true)
    expect(after.verify((await certificateOf('ca')).publicKey)).toBe(true)
  })

  it('is made anew where it lacks a name', async () => {
    await keepOwnCertificate(data, ['localhost'], now)
    await keepOwnCertificate(data, ['localhost', 'new.example', '10.0.0.7'], now)
    expect((await certificateOf('cert')).subjectAltName).toBe('DNS:localhost, DNS:new.example, IP Address:10.0.0.7')
  })

  it('never outlives its CA', async () => {
    await keepOwnCertificate(data, names, now)
    await keepOwnCertificate(data, names, now + 19 * 365 * DAY)
    expect((await certificateOf('cert')).validTo).toBe((await certificateOf('ca')).validTo)
  })

  it('is one, though many ask for it at once, and nothing is left lying about', async () => {
    await Promise.all(Array.from({ length: 8 }, () => keepOwnCertificate(data, names, now)))
    expect((await certificateOf('cert')).verify((await certificateOf('ca')).publicKey)).toBe(true)
    expect(await readdir(data)).toEqual(['tls'])
    expect((await readdir(join(data, 'tls'))).sort()).toEqual(['ca-key.pem', 'ca.pem', 'cert.pem', 'key.pem'])
  })

  it.each(['ca', 'caKey', 'cert', 'key'] as const)(
    'with a file missing (%s) is refused, with the mend',
    async (name) => {
      await keepOwnCertificate(data, names, now)
      await unlink(ownPaths(data)[name])
      await expect(keepOwnCertificate(data, names, now)).rejects.toThrow(
        /ca\.pem is damaged: put a copy of it back; or/,
      )
    },
  )

  it.each(['ca', 'cert', 'key'] as const)('that is none (%s) is refused, with the mend', async (name) => {
    await keepOwnCertificate(data, names, now)
    await chmod(ownPaths(data)[name], 0o600)
    await writeFile(ownPaths(data)[name], 'no PEM')
    await expect(keepOwnCertificate(data, names, now)).rejects.toThrow(/is damaged/)
  })
})

it('its names are those of this machine, the address to listen on, and those that are told', () => {
  const own = ['localhost', '127.0.0.1', '::1', hostname()]
  expect(ownNames({ host: '0.0.0.0', tlsNames: ['alarm.example', 'localhost'] })).toEqual([...own, 'alarm.example'])
  expect(ownNames({ host: '10.0.0.7', tlsNames: [] })).toEqual([...own, '10.0.0.7'])
  expect(ownNames({ host: '::', tlsNames: [] })).toEqual(own)
})
