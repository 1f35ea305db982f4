import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { findRunning } from '../app/runtime.ts'
import { openBrowser } from './browser.ts'
import { clientId, startProvider, type TestProvider } from './oidc_provider.ts'
import { until } from './until.ts'

/** No secret in any word of the real system at its most talkative, whichever way the secret came. */

const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))
const admin = 'the-administrators-own-token'
/** Every secret that was used, by what it is. */
const secrets: Record<string, string> = { admin, 'client secret of OpenID Connect': 'between-the-provider-and-vigil' }
/** Loopback, so that it needs no TLS; the browser finds the house behind it. */
const publicUrl = 'http://localhost:4711'

let data: string
let vigil: ChildProcess
let said = ''
let mqtt: string
let http: string
let provider: TestProvider

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-secrets-'))
  provider = await startProvider({
    people: { li: { email: 'li@city.example', email_verified: true } },
    redirectUri: `${publicUrl}/api/v1/login/oidc/callback`,
    clientSecret: secrets['client secret of OpenID Connect']!,
  })
  vigil = spawn(process.execPath, [commandLine, 'start'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      VIGIL_DATA: data,
      VIGIL_DEMO: '0',
      VIGIL_HOST: '127.0.0.1',
      VIGIL_LOG: 'trace',
      VIGIL_ADMIN_TOKEN: admin,
      VIGIL_URL: publicUrl,
      VIGIL_OIDC_ISSUER: provider.issuer,
      VIGIL_OIDC_CLIENT_ID: clientId,
      VIGIL_OIDC_CLIENT_SECRET: secrets['client secret of OpenID Connect'],
      MQTT_PORT: '0',
      HTTP_PORT: '0',
    },
  })
  for (const stream of [vigil.stdout!, vigil.stderr!]) stream.setEncoding('utf8').on('data', (part) => (said += part))
  await until('it is up', async () => said.includes('Vigil is up') || undefined)
  mqtt = `mqtt://127.0.0.1:${(await findRunning(data, 'broker'))?.ports.mqtt}`
  http = `http://127.0.0.1:${(await findRunning(data, 'api'))?.ports.http}`
})
afterAll(async () => {
  vigil.kill('SIGTERM')
  await provider.close()
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
})

type Answer = { status: number; body: Record<string, unknown> & { items?: Record<string, unknown>[] } }

async function call(method: string, path: string, body?: unknown, token = admin): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const answer = await fetch(`${http}/api/v1${path}`, request)
  const text = await answer.text()
  return { status: answer.status, body: text ? JSON.parse(text) : {} }
}

/** Makes something that has a secret, and remembers that. */
async function made(path: string, body: object, what: string, field = 'token'): Promise<string> {
  const answer = await call('POST', path, body)
  const secret = answer.body[field] ?? answer.body.items?.[0]?.[field]
  expect(secret, `${path} gives no ${field}: ${JSON.stringify(answer)}`).toBeTypeOf('string')
  secrets[what] = String(secret)
  return String(secret)
}

/** Shows a secret as an MQTT password, right and wrong; a client that is refused has tried. */
async function showOverMqtt(username: string, password: string): Promise<void> {
  for (const name of [username, 'somebody-else']) {
    const options = { clientId: `c-${name.replace('/', '-')}`, username: name, password, reconnectPeriod: 0 }
    const client = await connectAsync(mqtt, options).catch(() => undefined)
    await client?.publishAsync(`vigil/v1/${name}/readings`, '{"readings":{"heart_rate":70}}', { qos: 0 })
    await client?.endAsync()
  }
}

/** Shows it in every way that HTTP has, also those that are mistakes. */
async function showOverHttp(secret: string): Promise<void> {
  await call('GET', '/tickets', undefined, secret)
  await call('POST', '/devices/w-1/readings', { readings: { heart_rate: 70 } }, secret)
  await call('POST', '/login', { name: 'admin', password: secret })
  await call('POST', '/claims', { device: 'w-2', code: secret })
  await call('POST', `/nowhere?token=${secret}`, { token: secret })
  for (const query of ['access_token', 'token', 'code'])
    for (const path of ['/api/v1/tickets', '/nowhere', '/api/v1/events'])
      await (await fetch(`${http}${path}?${query}=${secret}`)).body?.cancel()
  await fetch(`${http}/api/v1/login`, { method: 'POST', body: `{"name":"admin","password":"${secret}` })
  await fetch(`${http}/api/v1/tickets`, { headers: { authorization: secret, cookie: `token=${secret}` } })
  const password = Buffer.from(`cloud:${secret}`).toString('base64')
  for (const [query, headers] of [
    [`?token=${secret}`, {}],
    [`?event=up&token=${secret}`, { authorization: 'Basic none' }],
    ['', { authorization: `Basic ${password}` }],
  ] as [string, Record<string, string>][])
    for (const path of ['thingsboard', 'nobody/w-1', `thingsboard/w-2`])
      await fetch(`${http}/api/v1/push/${path}${query}`, { method: 'POST', body: '{"heart_rate":71', headers })
  const socket = new WebSocket(`${http.replace('http', 'ws')}/api/v1/events?access_token=${secret}`)
  await new Promise((resolve) => socket.on('open', resolve).on('error', resolve))
  socket.terminate()
}

/** Logs in by the identity provider, with all that it takes noted; then once more what is used up, which is refused. */
async function logInElsewhere(): Promise<void> {
  const browser = openBrowser({ [publicUrl]: http })
  const begin = `${publicUrl}/api/v1/login/oidc`
  const kept = (name: string) => browser.cookies().find((one) => one.name === name)?.value ?? ''
  const isCallback = (url: URL) => url.href.startsWith(`${begin}/callback`)
  const form = await browser.open(begin)
  secrets['cookie of a log-in'] = kept('vigil_oidc')
  const consent = await browser.submit(form, { login: 'li', password: 'x' })
  const { url } = await browser.submit(consent, {}, isCallback)
  secrets['code of a provider'] = url.searchParams.get('code') ?? ''
  await browser.ask(url)
  secrets['cookie for a session'] = kept('vigil_oidc_session')
  const page = await browser.ask(`${begin}/session`, { method: 'POST' })
  secrets['token of a session from elsewhere'] = JSON.parse(page.text).token
  await browser.ask(url, { headers: { cookie: `vigil_oidc=${secrets['cookie of a log-in']}` } })
}

it('every secret is used, and none is told', async () => {
  await made('/devices', { id: 'w-1' }, 'device')
  await made('/vendors', { id: 'v-1', name: 'Vendor' }, 'vendor')
  await made('/integrations', { id: 'i-1', name: 'Integration' }, 'integration')
  await made('/devices/import', { devices: [{ id: 'w-2' }] }, 'claim code', 'claim_code')
  secrets['picture of a claim code'] = `code=${secrets['claim code']}`
  secrets['password of an operator'] = 'a-very-own-password-4711'
  const operator = { id: 'o-1', name: 'operator', role: 'dispatcher', password: secrets['password of an operator'] }
  expect((await call('POST', '/operators', operator)).status).toBe(201)
  const login = await call('POST', '/login', { name: 'operator', password: operator.password })
  secrets['token of an operator'] = String(login.body.token)
  expect((await call('PATCH', '/operators/o-1', { email: 'li@city.example' })).status).toBe(200)
  await logInElsewhere()
  expect(Object.entries(secrets).filter(([, secret]) => !secret || secret.length < 10)).toEqual([])

  await showOverMqtt('w-1', secrets.device!)
  await showOverMqtt('vendor/v-1', secrets.vendor!)
  await showOverMqtt('integration/i-1', secrets.integration!)
  await showOverMqtt('admin', admin)
  const claimed = await call('POST', '/claims', { device: 'w-2', code: secrets['claim code'] })
  expect(claimed.status).toBe(201)
  secrets['token of a claim'] = String(claimed.body.token)
  for (const secret of Object.values(secrets)) await showOverHttp(secret)
  for (const device of ['w-1', 'w-2']) await made(`/devices/${device}/token`, {}, `new token of ${device}`)

  const ended = once(vigil, 'close')
  vigil.kill('SIGTERM')
  await ended
  // It did talk.
  expect(said).toContain('"path":"/api/v1/login"')
  for (const name of ['key', 'ca-key']) {
    const pem = await readFile(join(data, 'tls', `${name}.pem`), 'utf8')
    secrets[`${name}.pem`] = pem.split('\n')[1]!
  }
  const told = Object.entries(secrets).filter(([, secret]) => said.includes(secret))
  expect(told.map(([what]) => what)).toEqual([])
})
