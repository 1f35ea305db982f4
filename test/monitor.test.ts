import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsolePage, launchBrowser, logIn, openPage, password, shows, textOf } from './console_browser.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'

let system: System
let browser: Browser
let one: ConsolePage

/** Publishes by HTTP with the device's own token; what is refused is answered so and kept all the same. */
const publish = (kind: string, body: string) =>
  fetch(`${system.url}/api/v1/devices/watch-7/${kind}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body,
  })
let token = ''

const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

/** The topmost message that is shown. */
const first = '.messages > li:first-child'

describe.skipIf(!needs('chromium'))('the monitor of messages, in a real browser before the real house', () => {
  beforeAll(async () => {
    system = await startSystem()
    await system.call('POST', '/operators', { name: 'Ines', password, role: 'integrator' })
    token = (await system.call<{ token: string }>('POST', '/devices', { id: 'watch-7', model: 'W2' })).token
    await publish('readings', '{"readings":{"heart_rate":71}}')
    browser = await launchBrowser()
    one = await openPage(browser, system.url, { locale: 'en-US' })
    await logIn(one.page, 'Ines')
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('is found from the list of devices, and begins with what came before', async () => {
    const { page } = one
    await goTo(page, '#/monitor')
    await page.locator('.row-link', { hasText: 'watch-7' }).click()
    await shows(page, first, 'heart_rate 71 /min')
    await shows(page, '.state', 'Live')
  })

  it('shows readings, an SOS and what is refused as they come, newest first, each with what was understood', async () => {
    const { page } = one
    await publish('readings', '{"readings":{"heart_rate":72,"spo2":97}}')
    await shows(page, first, 'heart_rate 72 /min, spo2 97 %')
    await publish('signals', '{"signal":"sos","confidence":1}')
    await shows(page, `${first} .signal`, 'SOS pressed (confidence 1)')
    await publish('readings', '{"readings":')
    await shows(page, `${first} .refused`, 'Refused: payload_not_json')
    expect(await page.locator('.messages > li').count()).toBe(4)
    await page.getByLabel('Refused', { exact: true }).check()
    expect(await page.locator('.messages > li').count()).toBe(1)
    await page.getByLabel('All', { exact: true }).check()
  })

  it('opens a message by keyboard, and stands still while it is read', async () => {
    const { page } = one
    await page.locator('.messages > li:nth-child(3) summary').focus()
    await page.keyboard.press('Enter')
    await shows(page, '.opened pre', '"heart_rate": 72')
    await shows(page, '.opened', 'vigil/v1/watch-7/readings')
    await shows(page, '.state', 'Paused')
    await publish('readings', '{"readings":{"spo2":96}}')
    await shows(page, '.pause', 'Go on (1)')
    expect(await textOf(page, first)).toContain('payload_not_json')
    await page.locator('.pause').click()
    await shows(page, first, 'spo2 96 %')
  })

  it('says it in Chinese, clears, and holds no more rows than it can show, however many come', async () => {
    const { page } = one
    await page.locator('#language').click()
    await shows(page, '.state', '实时')
    await shows(page, '.messages', '按下紧急呼救')
    await page.locator('.page-actions button', { hasText: '清空' }).click()
    await shows(page, '.empty', '暂无消息')
    for (let n = 0; n < 300; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, i) => publish('readings', `{"readings":{"steps":${n + i}}}`)))
    await publish('readings', '{"readings":{"heart_rate":99}}')
    await shows(page, first, 'heart_rate 99')
    expect(await page.locator('.messages > li').count()).toBe(200)
    expect(one.faults).toEqual([])
  })

  it('reads the journal no more when it is left, and again when it is opened anew, while tickets are made all along', async () => {
    const { page } = one
    await goTo(page, '#/')
    await publish('signals', '{"signal":"fall"}')
    await shows(page, '.card', /跌倒|紧急呼救/)
    await goTo(page, '#/monitor/watch-7')
    await shows(page, first, '跌倒')
  })
})
