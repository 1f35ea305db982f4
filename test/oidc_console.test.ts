import { type Browser, chromium, type Page } from 'playwright-core'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { openHouse } from '../api/test_house.ts'
import { createOperator } from '../store/operators.ts'
import { clientId, startProvider } from './oidc_provider.ts'
import { findPart, needs } from './real_parts.ts'

/** The console in a real browser, whose cookies really go only where they may, with a real identity provider elsewhere. */
const publicUrl = 'http://vigil.test'
const password = 'the right password'
const people = { li: { email: 'li@city.example', email_verified: true }, zhao: {} }

let browser: Browser | undefined
afterEach(() => browser?.close())

async function openConsole(path = '/'): Promise<Page> {
  const provider = await startProvider({ people, redirectUri: `${publicUrl}/api/v1/login/oidc/callback` })
  onTestFinished(() => provider.close())
  const oidc = { issuer: provider.issuer, clientId, clientSecret: undefined, name: 'City', publicUrl }
  const house = await openHouse({ oidc })
  await createOperator(house.store, {
    id: 'li',
    name: 'Li Na',
    password,
    role: 'dispatcher',
    email: 'li@city.example',
  })
  browser = await chromium.launch({
    executablePath: findPart('chromium') ?? '',
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP vigil.test:80 127.0.0.1:${house.port}`],
  })
  const page = await (await browser.newContext({ locale: 'en' })).newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(`${publicUrl}${path}`)
  return page
}

async function logInThere(page: Page, who: string): Promise<void> {
  await page.locator('.login .elsewhere a', { hasText: 'Log in with City' }).click()
  await page.locator('input[name=login]').fill(who)
  await page.locator('input[name=password]').fill('x')
  await page.locator('button[type=submit]').click()
  await page.locator('button[type=submit]').click()
}

describe.skipIf(!needs('chromium'))('the console', () => {
  it('leads to the identity provider and is logged in when it comes back, with nothing in its address', async () => {
    const page = await openConsole()
    await logInThere(page, 'li')
    await page.locator('#link[data-link=live]').waitFor()
    expect(page.url()).toBe(`${publicUrl}/`)
    await page.locator('#bar .operator', { hasText: 'Li Na' }).waitFor()
    const kept = await page.evaluate(() => [
      document.cookie,
      ...Object.keys(sessionStorage),
      ...Object.keys(localStorage),
    ])
    expect(kept).toEqual(['', 'vigil.touched'])
    await page.goto(`${publicUrl}/`)
    await page.locator('#link[data-link=live]').waitFor()
  })

  it('is unlocked by going to the identity provider again, and is where it was', async () => {
    const page = await openConsole('/#/tickets/ticket-north')
    await logInThere(page, 'li')
    await page.locator('#link[data-link=live]').waitFor()
    await page.keyboard.press('q')
    await page.locator('#lock .elsewhere a', { hasText: 'Log in with City' }).click()
    await page.locator('#link[data-link=live]').waitFor()
    expect(page.url()).toBe(`${publicUrl}/#/tickets/ticket-north`)
  })

  it('says in words that somebody is no operator here, and takes his password', async () => {
    const page = await openConsole()
    await logInThere(page, 'zhao')
    await page.locator('.complaint', { hasText: 'you are no operator here' }).waitFor()
    expect(page.url()).toBe(`${publicUrl}/`)
    await page.locator('input[name=name]').fill('Li Na')
    await page.locator('input[name=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.locator('#link[data-link=live]').waitFor()
  })

  it('shows no words of somebody who made the link', async () => {
    const page = await openConsole('/?refused=Call_0190_and_tell_your_password')
    await page.locator('.complaint', { hasText: /\S/ }).waitFor()
    expect(await page.locator('.complaint').textContent()).not.toContain('0190')
  })
})
