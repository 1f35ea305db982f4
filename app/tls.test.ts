import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { register } from 'prom-client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeAuthority, makeServer, type Pair } from '../domain/certificates.ts'
import { type VirtualClock, virtualClock } from '../domain/clock.ts'
import { until } from '../test/until.ts'
import { createLog } from './log.ts'
import { openCertificate, type WatchedCertificate } from './tls.ts'

const DAY = 24 * 3_600_000
const start = Date.UTC(2026, 10, 22)
let authority: Pair
let first: Pair
let second: Pair
beforeAll(async () => {
  authority = await makeAuthority('the test', { at: start, kind: 'ec' })
  first = await server(start + 100 * DAY)
  second = await server(start + 300 * DAY)
})
const server = (until: number) => makeServer(authority, ['localhost'], { at: start, kind: 'ec', until })

let data: string
let clock: VirtualClock
let lines: string[]
let opened: WatchedCertificate | undefined
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-tls-'))
  clock = virtualClock(start)
  lines = []
  opened = undefined
})
afterEach(async () => {
  await opened?.close()
  await rm(data, { recursive: true })
})

const given = () => ({ cert: join(data, 'cert.pem'), key: join(data, 'key.pem') })
async function put(pair: Pair): Promise<void> {
  await writeFile(given().key, pair.key)
  await writeFile(given().cert, pair.cert)
}

async function open(which: 'given' | 'own' = 'given'): Promise<WatchedCertificate> {
  const log = createLog({ process: 'test', level: 'debug', to: { write: (line) => void lines.push(line) } })
  const config = { tls: which === 'given' ? given() : undefined, tlsNames: [], data, host: '127.0.0.1' }
  opened = await openCertificate({ config, clock, log })
  return opened
}

/** Lets time pass, in which the files are looked at now and then, until something came of it. */
async function look(what: string, came: () => boolean): Promise<void> {
  await until(what, async () => {
    if (!came()) await clock.advance(10_000)
    return came() || undefined
  })
}
const said = (text: string) => lines.some((line) => line.includes(text))

const metric = async (name: string): Promise<number | undefined> => {
  const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] }
  return values[0]?.value
}

describe('a given certificate', () => {
  it('is taken when its files are replaced, and whoever shows it is told', async () => {
    await put(first)
    const certificate = await open()
    expect(certificate.current()).toEqual(first)
    expect(await metric('vigil_tls_certificate_expires_seconds')).toBe((start + 100 * DAY) / 1_000)
    const told = vi.fn()
    const forget = certificate.onChange(told)
    await put(second)
    await look('it is taken', () => certificate.current().cert === second.cert)
    expect(told).toHaveBeenCalledTimes(1)
    expect(await metric('vigil_tls_certificate_expires_seconds')).toBe((start + 300 * DAY) / 1_000)
    forget()
    await put(first)
    await look('it is taken', () => certificate.current().cert === first.cert)
    expect(told).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['no certificate', () => ({ ...second, cert: 'no PEM' })],
    ['no key', () => ({ ...second, key: 'no PEM' })],
    ['a key of another', () => ({ ...second, key: first.key })],
  ])('is kept where the new files hold %s, which is said and counted once', async (_what, broken) => {
    await put(first)
    const certificate = await open()
    const before = (await metric('vigil_tls_certificate_refused_total')) ?? 0
    await put(broken())
    await look('it is said', () => said('cannot be used'))
    for (let n = 0; n < 5; n++) await clock.advance(10_000)
    await put(second)
    await look('the next is taken', () => certificate.current().cert === second.cert)
    expect(lines.filter((line) => line.includes('cannot be used'))).toHaveLength(1)
    expect(lines.join('')).not.toContain('PRIVATE KEY')
    expect(await metric('vigil_tls_certificate_refused_total')).toBe(before + 1)
  })

  it('is kept where the new one has ended already', async () => {
    await put(first)
    const certificate = await open()
    await put(await server(start - 5_000))
    await look('it is said', () => said('cannot be used'))
    expect(certificate.current()).toEqual(first)
  })

  it('may come half now and half later without a word', async () => {
    await put(first)
    const certificate = await open()
    const before = await metric('vigil_tls_certificate_refused_total')
    await writeFile(given().key, second.key)
    await clock.advance(10_000)
    await until('it was looked at', async () => said('not fit to be used yet') || undefined)
    await writeFile(given().cert, second.cert)
    await look('it is taken', () => certificate.current().cert === second.cert)
    expect(lines.filter((line) => line.includes('cannot be used'))).toEqual([])
    expect(await metric('vigil_tls_certificate_refused_total')).toBe(before)
  })

  it('is kept while its files are away', async () => {
    await put(first)
    const certificate = await open()
    const before = (await metric('vigil_tls_certificate_refused_total')) ?? 0
    await rm(given().cert)
    await look('it is said', () => said('not readable'))
    for (let n = 0; n < 5; n++) await clock.advance(10_000)
    await put(second)
    await look('the next is taken', () => certificate.current().cert === second.cert)
    expect(lines.filter((line) => line.includes('not readable'))).toHaveLength(1)
    expect(await metric('vigil_tls_certificate_refused_total')).toBe(before + 1)
  })

  it('of its own is kept, said and counted where somebody breaks its file', async () => {
    const certificate = await open('own')
    const shown = certificate.current()
    const before = (await metric('vigil_tls_certificate_refused_total')) ?? 0
    await writeFile(join(data, 'tls', 'cert.pem'), 'no PEM')
    await look('it is said', () => said('not readable'))
    expect(certificate.current()).toEqual(shown)
    expect(await metric('vigil_tls_certificate_refused_total')).toBe(before + 1)
  })

  it('that cannot be used stops the start with the mend', async () => {
    await expect(open()).rejects.toThrow(/(cert|key)\.pem cannot be read: correct VIGIL_TLS_CERT and VIGIL_TLS_KEY/)
    await put({ ...first, key: second.key })
    await expect(open()).rejects.toThrow(/are no certificate with its key/)
  })

  it('that has ended is shown all the same, and the log says so', async () => {
    await put(await server(start - 1_000))
    await open()
    expect(lines.join('')).toContain('has ended')
  })
})

describe("Vigil's own certificate", () => {
  it('is made at the first start, and made anew in time, while it runs', async () => {
    const certificate = await open('own')
    const { cert, key } = certificate.current()
    await clock.leap(650 * DAY)
    await look('it is made anew', () => certificate.current().cert !== cert)
    expect(certificate.current().key).toBe(key)
  })
})
