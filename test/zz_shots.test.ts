import { it } from 'vitest'
import { openHouse, openTicket } from '../api/test_house.ts'
import { createOperator } from '../store/operators.ts'
import { launchBrowser, logIn, openPage, password, shows } from './console_browser.ts'

it('shots', async () => {
  const browser = await launchBrowser()
  for (const [locale, scheme] of [
    ['en-US', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    const house = await openHouse()
    await createOperator(house.store, { id: 'anna', name: 'Anna', role: 'dispatcher', area: 'north', password })
    await house.store.write((tx) => openTicket(tx, 'ticket-new', 'north'))
    const { page } = await openPage(browser, `${house.base}/`, { locale })
    await page.emulateMedia({ colorScheme: scheme })
    await logIn(page, 'Anna')
    await house.store.write((tx) =>
      tx
        .updateTable('sessions')
        .set({ expires_at: Date.now() + 200_000 })
        .execute(),
    )
    await page.reload()
    await shows(page, '#banner .notice button')
    await page.screenshot({ path: `/tmp/ends-${locale}.png` })
    await page.keyboard.press('q')
    await shows(page, '#lock .waits b')
    await page.waitForTimeout(1000)
    await page.screenshot({ path: `/tmp/lock-${locale}.png` })
    await page.locator('#lock input').fill('nope')
    await page.keyboard.press('Enter')
    await shows(page, '#lock .complaint', /./)
    await page.screenshot({ path: `/tmp/lock2-${locale}.png` })
  }
  await browser.close()
}, 90000)
