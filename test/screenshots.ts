import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { systemClock } from '../domain/clock.ts'
import { launchBrowser, logIn, openPage, password, shows } from './console_browser.ts'
import { openLivingHomes } from './living_homes.ts'
import { adminToken, type System, startSystem } from './system.ts'

/**
 * `npm run screenshots [folder]`: the pictures of the console in docs/, of the demo's homes in both languages, so that they can be
 * taken anew whenever the console has changed.
 */
const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/', import.meta.url))
const languages = { en: 'en-US', zh: 'zh-CN' }
/** Pages that have a picture, by the end of their file's name; the work view is the console itself. */
const pictures: Record<string, string> = { '': '#/', wall: '#/wall' }

/** An hour of readings, for which no picture can wait. */
async function hourOfReadings(system: System): Promise<void> {
  const now = systemClock.now()
  const batch = Array.from({ length: 60 }, (_, n) => ({
    at: now - (60 - n) * 60_000,
    readings: { heart_rate: Math.round(74 + 6 * Math.sin(n / 5) + (n > 55 ? 30 : 0)), spo2: n > 55 ? 93 : 97 },
  }))
  await system.call('POST', '/devices/li-watch/readings', batch)
}

async function picture(page: Page, name: string, address: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, address)
  await page
    .locator(address === '#/' ? '.card.open' : '#page .page :is(h1, h2)')
    .first()
    .waitFor()
  if (address === '#/') {
    await page.keyboard.press('g')
    await shows(page, '#where', 'Li Guiying')
    await page.locator('#charts figure').first().waitFor()
  }
  // Nothing on the page says that the last of what it fetches has come.
  await systemClock.sleep(1_000)
  await page.screenshot({ path: `${folder}/console-${name}.png` })
}

async function takeAll(browser: Browser, system: System): Promise<void> {
  for (const [language, locale] of Object.entries(languages)) {
    const { page } = await openPage(browser, system.url, { locale })
    await logIn(page, 'Li Na 李娜')
    for (const [name, address] of Object.entries(pictures)) {
      await picture(page, [name, language].filter(Boolean).join('-'), address)
    }
    await page.close()
  }
}

const system = await startSystem()
try {
  const homes = await openLivingHomes(system)
  await system.call(
    'POST',
    '/operators',
    { id: 'li-na', name: 'Li Na 李娜', password, role: 'administrator' },
    adminToken,
  )
  await hourOfReadings(system)
  homes.press('home-li', 'li-pendant')
  homes.press('home-wang', 'wang-cord')
  const browser = await launchBrowser()
  await takeAll(browser, system)
  await browser.close()
  await homes.close()
} finally {
  await system.close()
}
