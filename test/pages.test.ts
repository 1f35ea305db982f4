import type { Browser, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages } from '../console/pages/pages.js'
import { type ConsolePage, launchBrowser, logIn, openPage, password, shows } from './console_browser.ts'
import { furnish } from './furnished.ts'
import { bringAxe, wrongWith } from './page_checks.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'

/**
 * Every page of the console, as it is registered, in both languages, light and dark, on a screen and on a telephone: each pair
 * of these comes together on each page. What is added to console/pages/pages.js is looked at here without another word.
 */
const looks = [
  { language: 'en', scheme: 'light', width: 1280, height: 720 },
  { language: 'en', scheme: 'dark', width: 390, height: 844 },
  { language: 'zh', scheme: 'dark', width: 1280, height: 720 },
  { language: 'zh', scheme: 'light', width: 390, height: 844 },
] as const
const locales = { en: 'en-US', zh: 'zh-CN' }

let system: System
let browser: Browser
const consoles = new Map<string, ConsolePage & { quiet: () => Promise<void> }>()

/** Gives a function that waits until nothing is on its way to the page and what came stands there. Live streams never end. */
function quietness({ page }: ConsolePage): () => Promise<void> {
  let open = 0
  let settle = () => {}
  const counts = (url: string) => !/\/(events|monitor)$/.test(url)
  page.on('request', (request) => counts(request.url()) && open++)
  const ended = (request: Request) => {
    if (counts(request.url())) open--
    if (open === 0) settle()
  }
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  return async () => {
    // What is loaded may ask for more: two turns without anything on its way are an end.
    for (let still = 0; still < 2; still++) {
      if (open > 0) {
        await new Promise<void>((resolve) => {
          settle = resolve
        })
        still = 0
      }
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
      )
    }
  }
}

/** Shows something in each of the looks, and gives what is wrong with it in each. */
async function wrongIn(show: (one: ConsolePage) => Promise<void>): Promise<string[]> {
  const wrong: string[] = []
  for (const { language, scheme, width, height } of looks) {
    const one = consoles.get(language)!
    await one.page.emulateMedia({ colorScheme: scheme })
    await one.page.setViewportSize({ width, height })
    await show(one)
    await one.quiet()
    const where = `${language}, ${scheme}, ${width} px, ${new URL(one.page.url()).hash}`
    wrong.push(...(await wrongWith(one.page)).map((line) => `${where}: ${line}`))
  }
  return wrong
}

const goTo = (address: string) => (one: ConsolePage) =>
  one.page.evaluate((hash) => {
    location.hash = hash
  }, address)

/** Goes to the work view with the ticket open, and presses a key there. */
const press = (key: string, opens: string) => async (one: ConsolePage) => {
  await one.page.keyboard.press('Escape')
  await goTo('#/')(one)
  await shows(one.page, '.card.open')
  await one.page.keyboard.press('g')
  await shows(one.page, '#where', '李桂英')
  await one.page.keyboard.press(key)
  await shows(one.page, opens)
}

/** What a page leads to below itself: a thing of its list, and what its head offers, as the form for a new one. */
async function leadsTo(name: string): Promise<string[]> {
  const { page, quiet } = consoles.get('en')!
  await goTo(`#/${name}`)(consoles.get('en')!)
  await quiet()
  return page.evaluate((start) => {
    const hrefs = (links: string) =>
      [...document.querySelectorAll(links)].map((link) => link.getAttribute('href') ?? '')
    const here = (list: string[]) => list.filter((href) => href.startsWith(start))
    return [...new Set([...here(hrefs('#page .row-link')).slice(0, 1), ...here(hrefs('#page .page-head a'))])]
  }, `#/${name}/`)
}

describe.skipIf(!needs('chromium'))('what the console shows', () => {
  beforeAll(async () => {
    system = await startSystem()
    await furnish(system)
    await system.call('POST', '/operators', { name: 'Everybody', password, role: 'administrator' })
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('is for everybody, and whole, at the login', async () => {
    for (const language of ['en', 'zh'] as const) {
      const one = await openPage(browser, system.url, { locale: locales[language] })
      consoles.set(language, { ...one, quiet: quietness(one) })
      await bringAxe(one.page)
    }
    expect(await wrongIn(({ page }) => shows(page, 'input[name=password]'))).toEqual([])
    for (const { page } of consoles.values()) await logIn(page, 'Everybody')
  })

  it('is for everybody, and whole, in the work view with nothing open', async () => {
    expect(await wrongIn(goTo('#/'))).toEqual([])
  })

  it.each([
    ['with a ticket open', 'Shift', '#ticket #where'],
    ['when a case is closed', 'c', 'dialog[open]'],
    ['when somebody was called', 'p', 'dialog[open]'],
    ['when a case is shared', 's', 'dialog[open]'],
    ['in the command bar', '/', '#command[open] [role=option]'],
    ['in the list of keys', '?', 'dialog[open]'],
  ])('is for everybody, and whole, %s', async (_, key, opens) => {
    expect(await wrongIn(press(key, opens))).toEqual([])
    for (const { page } of consoles.values()) await page.keyboard.press('Escape')
  })

  it.each(pages.map(({ name }) => name))('is for everybody, and whole, on the page %s and below it', async (name) => {
    const addresses = [`#/${name}`, ...(await leadsTo(name))]
    const wrong: string[] = []
    for (const address of addresses) wrong.push(...(await wrongIn(goTo(address))))
    expect(wrong).toEqual([])
  })

  it('is for everybody, and whole, while the line is cut and all is old', async () => {
    for (const one of consoles.values()) await press('Shift', '#ticket #where')(one)
    await system.stop()
    expect(await wrongIn(({ page }) => shows(page, '#main[data-old]'))).toEqual([])
  })

  it('came from this house alone, and ran without a fault', () => {
    expect([...consoles.values()].flatMap(({ faults }) => faults)).toEqual([])
  })
})
