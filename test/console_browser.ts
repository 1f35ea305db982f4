import { type Browser, chromium, type Page } from 'playwright-core'
import { findPart } from './real_parts.ts'

/** The console in a real browser: opening it, logging in, and waiting for what it shows. */

const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** Everybody's in these tests. */
export const password = 'a-long-enough-password'

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findPart('chromium')!, args: quietly })

/** A page with what went wrong on it: errors, refused resources, and requests that left the house. */
export type ConsolePage = { page: Page; faults: string[] }

type Opening = { locale: string; inPage?: () => void; width?: number; height?: number }

/** Opens the console in a browser session of its own, at the login. `inPage` runs in the page before anything else. */
export async function openPage(browser: Browser, url: string, opening: Opening): Promise<ConsolePage> {
  const { locale, inPage, width = 1280, height = 720 } = opening
  const context = await browser.newContext({ locale, viewport: { width, height } })
  if (inPage) await context.addInitScript(inPage)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && faults.push(message.text()))
  page.on('request', (request) => !request.url().startsWith(url) && faults.push(request.url()))
  await page.goto(url)
  return { page, faults }
}

/** Logs in by keyboard, and waits until the console hears live events. */
export async function logIn(page: Page, name: string): Promise<void> {
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.locator('#link[data-link=live]').waitFor()
}

/** Waits until the page shows it. */
export const shows = (page: Page, selector: string, text: string | RegExp = ''): Promise<void> =>
  page.locator(selector, { hasText: text }).first().waitFor()

export const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? ''
