import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse } from '../api/test_house.ts'
import { launchBrowser, openPage } from './console_browser.ts'
import { needs } from './real_parts.ts'

let browser: Browser

describe.skipIf(!needs('chromium'))('a browser before the house', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it('runs no script and takes no style that came into a page as text, and sends nothing elsewhere', async () => {
    const house = await openHouse()
    const { page } = await openPage(browser, `${house.base}/`, { locale: 'en-US' })
    await page.locator('#login form').waitFor()
    const refused = await page.evaluate(async () => {
      const seen = new Set<string>()
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => seen.add(effectiveDirective))
      const put = (html: string) => document.body.insertAdjacentHTML('beforeend', html)
      put('<p style="color: red"></p><style>p { color: red }</style>')
      put('<img src="x.png" onerror="document.title = \'owned\'"><img src="http://127.0.0.1:9/x.png">')
      put('<iframe src="http://127.0.0.1:9/"></iframe><object data="http://127.0.0.1:9/"></object>')
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
      await fetch('http://127.0.0.1:9/').catch(() => {})
      while (seen.size < 8) await new Promise((resolve) => setTimeout(resolve, 20))
      return [...seen].sort()
    })
    expect(refused).toEqual([
      'connect-src',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-attr',
      'style-src-elem',
    ])
    expect(await page.title()).not.toBe('owned')
  })

  it('shows the documentation of the API, whose policy lets it', async () => {
    const house = await openHouse()
    const { page, faults } = await openPage(browser, `${house.base}/api/docs/`, { locale: 'en-US' })
    await page.locator('.opblock', { hasText: '/api/v1/session/lock' }).waitFor()
    expect(faults.filter((fault) => !fault.startsWith(`${house.base}/`))).toEqual([])
  })
})
