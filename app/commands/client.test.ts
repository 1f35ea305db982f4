import { createServer as createPlain, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { makeAuthority, makeServer } from '../../domain/certificates.ts'
import { systemClock } from '../../domain/clock.ts'
import { readConfig } from '../config.ts'
import { connectAnybody } from './client.ts'

let server: Server | undefined
const trusted = getCACertificates('default')
afterEach(() => {
  server?.close()
  setDefaultCACertificates(trusted)
})

async function listening(opened: Server): Promise<number> {
  server = opened
  await new Promise<void>((ready) => opened.listen(0, '127.0.0.1', ready))
  return (opened.address() as AddressInfo).port
}

const ask = async (url: string) => (await connectAnybody(readConfig({}), { url })).get('/vendors', z.unknown())

/** A server with TLS for 127.0.0.1, whose certificate ends at `until`. */
async function withTls(until?: number): Promise<{ url: string; ca: string }> {
  const making = { at: systemClock.now(), kind: 'ec' } as const
  const authority = await makeAuthority('a stranger', making)
  const pair = await makeServer(authority, ['127.0.0.1'], { ...making, ...(until !== undefined && { until }) })
  return { url: `https://127.0.0.1:${await listening(createServer(pair))}`, ca: authority.cert }
}

it('a server whose CA is not trusted is told from one that is away, with what to do', async () => {
  const { url } = await withTls()
  await expect(ask(url)).rejects.toThrow(/is of a CA that is not trusted here: give its CA with --ca; .* \(UNABLE_/)
})

it('a certificate of another name, or one that has ended, is told as such', async () => {
  const named = await withTls()
  setDefaultCACertificates([named.ca])
  await expect(ask(named.url.replace('127.0.0.1', 'localhost'))).rejects.toThrow(
    /is not for this name: .*VIGIL_TLS_NAMES/,
  )
  server?.close()
  const ended = await withTls(systemClock.now() - 60_000)
  setDefaultCACertificates([ended.ca])
  await expect(ask(ended.url)).rejects.toThrow(/has ended: renew it there/)
})

it('a server without TLS is told as such', async () => {
  const port = await listening(createPlain())
  await expect(ask(`https://127.0.0.1:${port}`)).rejects.toThrow(/speaks no TLS: give --url http:\/\//)
})

it('a server that is away is told as such', async () => {
  const port = await listening(createPlain())
  await new Promise((closed) => server?.close(closed))
  await expect(ask(`http://127.0.0.1:${port}`)).rejects.toThrow(/^Nothing answers at .*: is Vigil running there\?/)
})
