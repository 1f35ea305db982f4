import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { createOperator, deleteOperator, getOperator } from '../store/operators.ts'
import { type Browser, openBrowser, type Page } from '../test/browser.ts'
import { clientId, type Person, type ProviderOptions, startProvider, type TestProvider } from '../test/oidc_provider.ts'
import { adminToken, type Body, type House, openHouse } from './test_house.ts'

/** What people type into the address line; the test's browser finds the house behind it, as a proxy would. */
const publicUrl = 'https://vigil.test'
const begin = `${publicUrl}/api/v1/login/oidc`
const redirectUri = `${begin}/callback`
const clientSecret = 'between the provider and us'
const password = 'the right password'

/** Whom the provider knows. */
const people: Record<string, Person> = {
  'li-4711': { email: 'Li.Na@city.example', email_verified: true },
  'wang-12': { email: 'wang@city.example', email_verified: false },
  'zhao-1': { email: 'zhao@city.example', email_verified: true },
}
const li = { id: 'li', name: 'Li Na', password, role: 'dispatcher', area: 'north' } as const

type Scene = { house: House; provider: TestProvider; browser: Browser; move(ms: number): void }
type Given = Partial<ProviderOptions> & {
  operator?: { email?: string | null; oidc_subject?: string }
  ourSecret?: string
}

/** A house, a provider, an operator whom both may know, and a browser that has been nowhere yet. */
async function scene({ operator = {}, ourSecret = clientSecret, ...given }: Given = {}): Promise<Scene> {
  const provider = await startProvider({ people, redirectUri, clientSecret, ...given })
  onTestFinished(() => provider.close())
  let ahead = 0
  const clock = { ...systemClock, now: () => systemClock.now() + ahead }
  const proof = 'clientSecret' in given ? given.clientSecret : ourSecret
  const oidc = { issuer: provider.issuer, clientId, clientSecret: proof, name: 'City', publicUrl }
  const house = await openHouse({ clock, oidc })
  await createOperator(house.store, { ...li, email: 'li.na@city.example', ...operator })
  const browser = openBrowser({ [publicUrl]: house.base })
  const move = (ms: number) => {
    ahead += ms
  }
  return { house, provider, browser, move }
}

type Problem = { status: number; code: string; title: string; detail?: string }

const isConsole = (url: URL) => url.origin === publicUrl && url.pathname === '/'
const isCallback = (url: URL) => url.href.startsWith(redirectUri)

/** Goes to the provider and logs in there. Stops before the address for which `stop` is true. */
async function logInThere(browser: Browser, who: string, stop = isConsole): Promise<Page> {
  const form = await browser.open(begin, stop)
  // Who is logged in there already is sent back at once.
  if (stop(form.url)) return form
  const consent = await browser.submit(form, { login: who, password: 'x' }, stop)
  return consent.text.includes('name="prompt" value="consent"') ? browser.submit(consent, {}, stop) : consent
}

const fetchSession = async (browser: Browser) => {
  const page = await browser.ask(`${begin}/session`, { method: 'POST' })
  return { status: page.status, body: JSON.parse(page.text) as Body & { operator: unknown } }
}

/** What a program is answered, which takes no pages. */
const problemAt = async (browser: Browser, address: string | URL) => {
  const page = await browser.ask(address, { headers: { accept: 'application/json' } })
  return JSON.parse(page.text) as Problem
}

const whereTo = ({ url }: Page) => `${url.pathname}${url.search}`

/** The address to which the provider sends the browser back, not yet gone to. */
const callbackOf = async (browser: Browser, who = 'li-4711') => (await logInThere(browser, who, isCallback)).url

async function passwordStillWorks(house: House): Promise<void> {
  const answer = await house.call('POST', '/api/v1/login', { body: { name: li.name, password } })
  expect(answer.status).toBe(200)
}

describe('logging in by an identity provider', () => {
  it.each([
    ['a client with a secret', {}],
    ['a client whose secret goes in the body', { secretIn: 'body' as const }],
    ['a public client', { clientSecret: undefined }],
    ['a provider that tells all in its proof', { tellsInProof: true }],
  ])('ends in a session like any other: %s', async (_what, given) => {
    const { house, provider, browser } = await scene(given as Given)
    expect(whereTo(await logInThere(browser, 'li-4711'))).toBe('/?login=oidc')
    const { status, body } = await fetchSession(browser)
    expect(status).toBe(200)
    expect(body.operator).toEqual({
      id: 'li',
      name: 'Li Na',
      role: 'dispatcher',
      area: 'north',
      vendor: null,
    })
    const me = await house.call('GET', '/api/v1/me', { token: body.token })
    const { token: _token, ...told } = body
    expect(me.body).toEqual({ ...told, locked: false })
    const hours = (Date.parse(String(body.expires_at)) - systemClock.now()) / 3_600_000
    expect(hours).toBeCloseTo(12, 1)
    expect((await getOperator(house.store.db, 'li'))?.oidc_subject).toBe(`${provider.issuer}#li-4711`)
  })

  it('knows the operator by the subject from then on, whatever the e-mail addresses become', async () => {
    const { house, browser } = await scene()
    await logInThere(browser, 'li-4711')
    expect((await fetchSession(browser)).status).toBe(200)
    const path = '/api/v1/operators/li'
    const changed = await house.call('PATCH', path, { token: adminToken, body: { email: 'else@city.example' } })
    expect(changed.body).toMatchObject({ email: 'else@city.example', oidc_subject: expect.stringMatching(/#li-4711$/) })
    expect(whereTo(await logInThere(browser, 'li-4711'))).toBe('/?login=oidc')
    expect((await fetchSession(browser)).body.operator).toMatchObject({ id: 'li' })
    const { items } = (await house.call('GET', '/api/v1/audit?limit=1000', { token: adminToken })).body
    expect(items).toContainEqual(
      expect.objectContaining({ detail: 'oidc_subject, by first login', who: 'operator:li' }),
    )
  })

  it('knows whom an administrator has bound, without any e-mail address', async () => {
    const { house, provider, browser } = await scene({ operator: { email: null } })
    const oidc_subject = `${provider.issuer}#zhang-9`
    await house.call('PATCH', '/api/v1/operators/li', { token: adminToken, body: { oidc_subject } })
    expect(whereTo(await logInThere(browser, 'zhang-9'))).toBe('/?login=oidc')
    expect((await fetchSession(browser)).body.operator).toMatchObject({ id: 'li' })
  })

  it('does not bind an operator who is bound to somebody else already', async () => {
    const { browser } = await scene({ operator: { oidc_subject: 'https://id.example#li-4711' } })
    expect(whereTo(await logInThere(browser, 'li-4711'))).toBe('/?refused=oidc_unknown_operator')
  })

  it.each([
    ['nobody knows', 'nobody'],
    ['has an e-mail address that the provider has not verified', 'wang-12'],
    ['has an e-mail address that is of no operator', 'zhao-1'],
  ])('makes nobody an operator who %s', async (_what, who) => {
    const { house, browser } = await scene({ operator: { email: 'wang@city.example' } })
    const before = (await house.call('GET', '/api/v1/operators', { token: adminToken })).body.items
    expect(whereTo(await logInThere(browser, who))).toBe('/?refused=oidc_unknown_operator')
    expect((await fetchSession(browser)).body.code).toBe('oidc_over')
    expect((await house.call('GET', '/api/v1/operators', { token: adminToken })).body.items).toEqual(before)
    await passwordStillWorks(house)
  })

  it('tells a program the problem, whose words people understand', async () => {
    const { browser } = await scene()
    const problem = await problemAt(browser, await callbackOf(browser, 'zhao-1'))
    expect(problem).toMatchObject({ status: 403, code: 'oidc_unknown_operator' })
    expect(problem.title).toContain('ask an administrator')
  })
})

describe('what a browser keeps', () => {
  it('is not for scripts, goes only where it is needed, and is gone afterwards', async () => {
    const { browser } = await scene()
    const ours = () => browser.cookies().filter(({ host }) => host === 'vigil.test')
    await browser.open(begin)
    expect(ours().map(({ name, path }) => [name, path])).toEqual([['vigil_oidc', '/api/v1/login/oidc']])
    expect(ours()[0]?.text).toMatch(/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)
    await logInThere(browser, 'li-4711')
    expect(ours().map(({ name, path }) => [name, path])).toEqual([['vigil_oidc_session', '/api/v1/login/oidc/session']])
    expect(ours()[0]?.text).toMatch(/; Max-Age=60; HttpOnly; SameSite=Strict; Secure$/)
    await fetchSession(browser)
    expect(ours()).toEqual([])
  })

  it('and what goes through its addresses is no session, and cannot be read in the database', async () => {
    const { house, browser } = await scene()
    const callback = await callbackOf(browser)
    const secret = browser.cookies().find(({ name }) => name === 'vigil_oidc')?.value ?? ''
    expect(secret.length).toBeGreaterThan(20)
    const rows = await house.store.db.selectFrom('oidc_logins').selectAll().execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(callback.href).not.toContain(secret)
    const page = await browser.open(callback, isConsole)
    const { body } = await fetchSession(browser)
    expect(`${callback} ${page.url}`).not.toContain(body.token)
    expect((await house.call('GET', '/api/v1/me', { token: secret })).status).toBe(401)
  })

  it('gives the session once, and for one minute', async () => {
    const { house, browser, move } = await scene()
    await logInThere(browser, 'li-4711')
    const cookie = browser.cookies().find(({ name }) => name === 'vigil_oidc_session')
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` }
    const fetchIt = () => house.call('POST', '/api/v1/login/oidc/session', { headers })
    expect([(await fetchIt()).status, (await fetchIt()).body.code]).toEqual([200, 'oidc_over'])
    await logInThere(browser, 'li-4711')
    move(60_000)
    expect((await fetchSession(browser)).body.code).toBe('oidc_over')
    expect((await house.call('POST', '/api/v1/login/oidc/session')).body.code).toBe('oidc_over')
  })
})

describe('a log-in that is not as it should be is refused', () => {
  it('when its callback comes again', async () => {
    const { house, browser } = await scene()
    const callback = await callbackOf(browser)
    const kept = browser.cookies().find(({ name }) => name === 'vigil_oidc')
    expect(whereTo(await browser.open(callback, isConsole))).toBe('/?login=oidc')
    // The browser has thrown its cookie away; who replays may have kept it.
    expect(await problemAt(browser, callback)).toMatchObject({ status: 400, code: 'oidc_state_wrong' })
    const headers = { cookie: `${kept?.name}=${kept?.value}` }
    const again = await house.call('GET', `${callback.pathname}${callback.search}`, { headers })
    expect([again.status, again.body.code]).toEqual([400, 'oidc_over'])
  })

  it('when its code is one that was used in another log-in', async () => {
    const { house, browser } = await scene()
    const first = await callbackOf(browser)
    await browser.open(first, isConsole)
    const second = await callbackOf(browser)
    second.searchParams.set('code', first.searchParams.get('code') ?? '')
    expect(await problemAt(browser, second)).toMatchObject({ status: 401, code: 'oidc_code_refused' })
    await passwordStillWorks(house)
  })

  it('when it comes after ten minutes', async () => {
    const { browser, move } = await scene()
    const callback = await callbackOf(browser)
    move(10 * 60_000)
    expect(await problemAt(browser, callback)).toMatchObject({ status: 400, code: 'oidc_over' })
  })

  it('when its state is another one, and then the right one still counts', async () => {
    const { browser } = await scene()
    const callback = await callbackOf(browser)
    for (const state of ['', 'x', callback.searchParams.get('state')?.slice(1) ?? '']) {
      const wrong = new URL(callback)
      wrong.searchParams.set('state', state)
      expect(await problemAt(browser, wrong)).toMatchObject({ status: 400, code: 'oidc_state_wrong' })
    }
    const twice = new URL(callback)
    twice.searchParams.append('state', 'x')
    expect((await problemAt(browser, twice)).code).toBe('oidc_state_wrong')
    expect(whereTo(await browser.open(callback, isConsole))).toBe('/?login=oidc')
  })

  it('when it was begun in another browser', async () => {
    const { house, browser } = await scene()
    const callback = await callbackOf(browser)
    const other = openBrowser({ [publicUrl]: house.base })
    expect((await problemAt(other, callback)).code).toBe('oidc_state_wrong')
    await other.open(begin)
    expect((await problemAt(other, callback)).code).toBe('oidc_state_wrong')
  })

  it('when the proof is for another nonce', async () => {
    const { browser } = await scene()
    const form = await browser.open(begin, (url) => url.pathname === '/auth')
    const tampered = new URL(form.url)
    tampered.searchParams.set('nonce', 'of-somebody-else')
    const page = await browser.open(tampered)
    const consent = await browser.submit(page, { login: 'li-4711', password: 'x' }, isCallback)
    const { url } = await browser.submit(consent, {}, isCallback)
    expect(await problemAt(browser, url)).toMatchObject({ status: 401, code: 'oidc_nonce_wrong' })
  })

  it('when the clock of the provider is minutes behind ours', async () => {
    const near = await scene({ clockBehindS: 590 })
    expect(whereTo(await logInThere(near.browser, 'li-4711'))).toBe('/?login=oidc')
    const { browser } = await scene({ clockBehindS: 700 })
    expect(await problemAt(browser, await callbackOf(browser))).toMatchObject({ status: 401, code: 'oidc_clock_off' })
  })

  it('when its person says no there', async () => {
    const { browser } = await scene()
    const form = await browser.open(begin)
    const abort = /href="([^"]+\/abort)"/.exec(form.text)?.[1] ?? ''
    const { url } = await browser.open(new URL(abort, form.url), isCallback)
    const problem = await problemAt(browser, url)
    expect(problem).toMatchObject({ status: 401, code: 'oidc_denied' })
    expect(problem.detail).toContain('access_denied')
  })

  it('when the provider does not take our secret', async () => {
    const { house, browser } = await scene({ ourSecret: 'an old one' })
    const problem = await problemAt(browser, await callbackOf(browser))
    expect(problem).toMatchObject({ status: 502, code: 'oidc_misconfigured' })
    expect(JSON.stringify(problem)).not.toContain('an old one')
    await passwordStillWorks(house)
  })

  it('when the operator was removed, or unbound, before the console fetched the session', async () => {
    const { house, browser } = await scene()
    await logInThere(browser, 'li-4711')
    await house.call('PATCH', '/api/v1/operators/li', { token: adminToken, body: { oidc_subject: null, email: null } })
    expect((await fetchSession(browser)).body.code).toBe('oidc_unknown_operator')
    await house.call('PATCH', '/api/v1/operators/li', { token: adminToken, body: { email: 'li.na@city.example' } })
    await logInThere(browser, 'li-4711')
    await house.store.write((tx) => deleteOperator(tx, 'li'))
    expect((await fetchSession(browser)).body).toMatchObject({ status: 403, code: 'oidc_unknown_operator' })
  })
})

describe('without its provider', () => {
  it('a house says so, and passwords work on', async () => {
    const { house, provider, browser } = await scene()
    await provider.close()
    const problem = await problemAt(browser, begin)
    expect(problem).toMatchObject({ status: 503, code: 'oidc_unreachable' })
    expect(whereTo(await browser.open(begin, isConsole))).toBe('/?refused=oidc_unreachable')
    await passwordStillWorks(house)
  })

  it('a log-in that was on its way ends the same', async () => {
    const { house, provider, browser } = await scene()
    const callback = await callbackOf(browser)
    await provider.close()
    expect(await problemAt(browser, callback)).toMatchObject({ status: 503, code: 'oidc_unreachable' })
    await passwordStillWorks(house)
  })

  it('a house that was set up with none offers passwords, and refuses the rest by name', async () => {
    const house = await openHouse()
    expect((await house.call('GET', '/api/v1/login/options')).body).toEqual({ password: true, oidc: null })
    const codes = await Promise.all([
      house.call('GET', '/api/v1/login/oidc'),
      house.call('GET', '/api/v1/login/oidc/callback?state=x&code=y'),
      house.call('POST', '/api/v1/login/oidc/session'),
    ])
    expect(codes.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([404, 'oidc_off']))
  })

  it('but with one set up, a house offers it under its public address', async () => {
    const { house } = await scene()
    const options = await house.call('GET', '/api/v1/login/options')
    expect(options.body).toEqual({ password: true, oidc: { name: 'City', url: begin } })
    expect(options.text).not.toContain(clientSecret)
  })
})

it('tells only administrators by what an operator is known elsewhere', async () => {
  const { house } = await scene()
  const told = async (token: string, path: string) => (await house.call('GET', path, { token })).text
  for (const path of ['/api/v1/operators/li', '/api/v1/operators']) {
    expect(await told(adminToken, path)).toContain('li.na@city.example')
    expect(await told('token-administrator-north', path)).toContain('li.na@city.example')
    for (const token of ['token-supervisor-north', 'token-viewer', 'token-integrator', 'token-centre-north'])
      expect(await told(token, path), token).not.toMatch(/email|oidc/)
  }
})
