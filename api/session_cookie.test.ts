import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createOperator } from '../store/operators.ts'
import { type House, openHouse } from './test_house.ts'

const password = 'the right password'
type Headers = Record<string, string>
const ownPage: Headers = { 'vigil-console': '1', 'sec-fetch-site': 'same-origin' }

type Asked = { method: string; path: string; headers?: Headers; body?: object }
type Got = { status: number; cookies: string[]; text: string }

/** One request with exactly these headers: fetch would not let a test say where it comes from. */
const ask = (house: House, { method, path, headers = {}, body }: Asked): Promise<Got> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${house.base}/api/v1${path}`, { method, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, cookies: answer.headers['set-cookie'] ?? [], text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body && JSON.stringify(body))
  })

const logIn = (house: House, headers: Headers = ownPage) =>
  ask(house, { method: 'POST', path: '/login', headers, body: { name: 'Anna', password, session: 'cookie' } })

async function houseOfAnna(): Promise<House> {
  const house = await openHouse()
  await createOperator(house.store, { id: 'anna', name: 'Anna', role: 'dispatcher', area: 'north', password })
  return house
}

/** A browser that is logged in: the header with its cookie. */
async function loggedIn(): Promise<{ house: House; cookie: string }> {
  const house = await houseOfAnna()
  const { cookies } = await logIn(house)
  return { house, cookie: cookies[0]!.split(';', 1)[0]! }
}

const codeOf = ({ status, text }: Got) => `${status} ${text === '' ? '' : JSON.parse(text).code}`
const note = { method: 'POST', path: '/tickets/ticket-north/note', body: { text: 'rang' } }

describe('the cookie of a session', () => {
  it('is out of reach of scripts and other sites, and the answer has no token', async () => {
    const house = await houseOfAnna()
    const { status, cookies, text } = await logIn(house)
    expect(status).toBe(200)
    expect(cookies).toEqual([
      expect.stringMatching(new RegExp(`^vigil_session_${house.port}=[\\w-]{20,}; Path=/; HttpOnly; SameSite=Strict$`)),
    ])
    const value = cookies[0]!.split(/[=;]/)[1]!
    expect(text).not.toContain(value)
    expect(JSON.parse(text)).not.toHaveProperty('token')
  })

  it('goes over TLS alone where it came by TLS, and has a name that no page without TLS can set', async () => {
    const house = await houseOfAnna()
    const behindProxy = { ...ownPage, 'x-forwarded-proto': 'https', host: 'vigil.example' }
    const [cookie = ''] = (await logIn(house, behindProxy)).cookies
    expect(cookie).toMatch(/^__Host-vigil_session=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
    const pair = cookie.split(';', 1)[0]!
    const me = (sent: string) =>
      ask(house, { method: 'GET', path: '/me', headers: { ...behindProxy, cookie: sent } }).then(({ status }) => status)
    expect(await me(pair)).toBe(200)
    expect(await me(pair.replace('__Host-', ''))).toBe(401)
  })

  it('says who calls, and is not taken by another house on another port of this machine', async () => {
    const { house, cookie } = await loggedIn()
    const me = (sent: string) => ask(house, { method: 'GET', path: '/me', headers: { cookie: sent } })
    expect(JSON.parse((await me(`theme=dark; ${cookie}`)).text).operator.id).toBe('anna')
    expect((await me(cookie.replace(`${house.port}`, '1'))).status).toBe(401)
  })

  it('ends with the log-out, for every tab, and is taken away', async () => {
    const { house, cookie } = await loggedIn()
    const out = await ask(house, { method: 'POST', path: '/logout', headers: { ...ownPage, cookie } })
    expect([out.status, out.cookies[0]]).toEqual([204, expect.stringContaining('=; Path=/; Max-Age=0;')])
    expect((await ask(house, { method: 'GET', path: '/me', headers: { cookie } })).status).toBe(401)
  })

  it('makes way for the next log-in of this browser', async () => {
    const { house, cookie } = await loggedIn()
    expect((await logIn(house, { ...ownPage, cookie })).status).toBe(200)
    expect((await ask(house, { method: 'GET', path: '/me', headers: { cookie } })).status).toBe(401)
  })
})

describe('what a page of somebody else makes a browser send', () => {
  const forgeries: Record<string, Headers> = {
    'a form': { 'content-type': 'text/plain', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    'a form of an old browser, which tells nothing': { 'content-type': 'application/x-www-form-urlencoded' },
    'a script that could send the header': { 'vigil-console': '1', 'sec-fetch-site': 'cross-site' },
    'another port of this machine': { 'vigil-console': '1', 'sec-fetch-site': 'same-site' },
    'another origin without TLS': { 'vigil-console': '1', origin: 'http://evil.example' },
    'a sandbox': { 'vigil-console': '1', origin: 'null' },
    'a page with the wrong header': { 'vigil-console': '0', 'sec-fetch-site': 'same-origin' },
  }

  it('changes nothing by the cookie', async () => {
    const { house, cookie } = await loggedIn()
    for (const [what, forged] of Object.entries(forgeries)) {
      const headers = { ...forged, cookie }
      expect([what, codeOf(await ask(house, { ...note, headers }))]).toEqual([what, '403 csrf_refused'])
      const out = { method: 'POST', path: '/logout', headers }
      expect([what, codeOf(await ask(house, out))]).toEqual([what, '403 csrf_refused'])
      expect([what, codeOf(await logIn(house, forged))]).toEqual([what, '403 csrf_refused'])
    }
    expect((await ask(house, { method: 'GET', path: '/me', headers: { cookie } })).status).toBe(200)
  })

  it('is told from the console’s own page, and from a program, which no page can make send its token', async () => {
    const { house, cookie } = await loggedIn()
    const honest: Headers[] = [
      { ...ownPage, cookie },
      { 'vigil-console': '1', origin: house.base, cookie },
      { authorization: 'Bearer token-dispatcher-north' },
      { authorization: 'Bearer token-dispatcher-north', cookie, origin: 'https://evil.example' },
    ]
    const statuses = await Promise.all(honest.map((headers) => ask(house, { ...note, headers })))
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('opens no WebSocket, which any page may open anywhere', async () => {
    const { house, cookie } = await loggedIn()
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
    const got = await ask(house, {
      method: 'GET',
      path: '/events',
      headers: { ...upgrade, ...key, ...ownPage, cookie },
    })
    expect(codeOf(got)).toBe('401 unauthenticated')
  })
})
