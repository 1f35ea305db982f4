import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ticket } from '../domain/ticket.ts'
import { type ConsolePage, launchBrowser, logIn, openPage, password, shows, textOf } from './console_browser.ts'
import { furnish } from './furnished.ts'
import { cutOff } from './page_checks.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

let system: System
let browser: Browser
let ticket: Ticket
const consoles: ConsolePage[] = []

async function openAt(hash: string, locale = 'en-US'): Promise<Page> {
  const one = await openPage(browser, system.url, { locale, width: 1920, height: 1080 })
  consoles.push(one)
  await logIn(one.page, 'Wall screen')
  await goTo(one.page, hash)
  return one.page
}

const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

/** The size of the smallest letters that say anything; the caps of keys are for whoever stands before it. */
const smallestLetters = (page: Page) =>
  page.evaluate(() => {
    const told = [...document.querySelectorAll('.wall *:not(kbd, .unseen)')].filter(
      (node) =>
        node.checkVisibility() &&
        [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent?.trim()),
    )
    return Math.min(...told.map((node) => Number.parseFloat(getComputedStyle(node).fontSize)))
  })

const partOf = (page: Page, name: string) => textOf(page, `.wall-${name}`)

describe.skipIf(!needs('chromium'))('the wall view and the reports', () => {
  beforeAll(async () => {
    system = await startSystem()
    await furnish(system)
    ticket = await until('a ticket', async () => (await system.tickets())[0])
    await system.call('POST', '/operators', { name: 'Wall screen', password, role: 'viewer', area: 'city' })
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('shows who waits by number, shape and word, in letters that are read from five metres, and nothing of a person', async () => {
    const page = await openAt('#/wall')
    await shows(page, '.wall-waiting .huge', '1')
    expect(await partOf(page, 'waiting')).toContain('critical')
    expect(await page.locator('.wall-waiting li .severity-icon').count()).toBe(1)
    expect(await page.locator('.wall-areas tbody tr').allTextContents()).toMatchObject([/新华街道 Xinhua Street.*1/])
    expect(await smallestLetters(page)).toBeGreaterThanOrEqual(40)
    expect(await page.locator('#bar, #rail, #banner').filter({ visible: true }).count()).toBe(0)
    const shown = await page.locator('body').innerText()
    for (const secret of ['李桂英', '和平路', '0473', 'neighbour', 'Wall screen', 'pendant'])
      expect(shown).not.toContain(secret)
  })

  it('is whole on every screen and in both languages', async () => {
    const page = consoles[0]!.page
    for (const language of ['en', 'zh-CN']) {
      for (const [width, height] of [
        [1280, 720],
        [1920, 1080],
        [3840, 2160],
      ] as const) {
        await page.setViewportSize({ width, height })
        expect(await page.evaluate(cutOff), `${language} ${width}`).toEqual([])
      }
      await page.keyboard.press('l')
      await shows(page, '.wall-small h2', language === 'en' ? '处理中' : 'in hand')
    }
  })

  it('fills the screen at a key, rings only where it was told to, and is left by Escape', async () => {
    const page = consoles[0]!.page
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.fullscreenElement !== null)
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.fullscreenElement === null)
    await shows(page, '.wall-sound', 'Sound off')
    await page.keyboard.press('m')
    await shows(page, '.wall-sound', 'Sound on')
    expect(new URL(page.url()).hash).toBe('#/wall?sound=on')
    await page.keyboard.press('Escape')
    await shows(page, '#queue')
    expect(await page.locator('.wall').count()).toBe(0)
  })

  it('goes on while its console is locked, and meets the lock when it is left', async () => {
    const page = consoles[0]!.page
    await goTo(page, '#/wall')
    await shows(page, '.wall-waiting .huge', '1')
    await page.keyboard.press('/')
    await page.keyboard.type('lock')
    await page.keyboard.press('Enter')
    await shows(page, '.wall-waiting .huge', '1')
    await system.call('POST', `/tickets/${ticket.id}/acknowledge`)
    await shows(page, '.wall-waiting', 'Nobody waits')
    await goTo(page, '#/')
    await shows(page, '#lock input')
    expect(await page.locator('.wall').filter({ visible: true }).count()).toBe(0)
    await page.locator('#lock input').first().fill(password)
    await page.keyboard.press('Enter')
    await shows(page, '#queue')
  })

  it('says that its figures are old, and of when they are', async () => {
    const page = consoles[0]!.page
    await goTo(page, '#/wall')
    await shows(page, '.wall-line .fresh', 'Live')
    await page.route('**/api/v1/overview*', (route) => route.abort())
    await system.call('POST', `/tickets/${ticket.id}/note`, { text: 'something changes' })
    await shows(page, '.wall-line .cut', /^No new figures: these are of .*old$/)
    await shows(page, '.wall-waiting', 'Nobody waits')
    await page.unroute('**/api/v1/overview*')
    await system.call('POST', `/tickets/${ticket.id}/note`, { text: 'and again' })
    await shows(page, '.wall-line .fresh:not(.cut)', 'Live')
  })

  it('counts what was, as a drawing, as a table and as a file', async () => {
    await system.call('POST', `/tickets/${ticket.id}/close`, { outcome: 'false_alarm' })
    const page = consoles[0]!.page
    await goTo(page, '#/reports?period=today')
    await shows(page, '.tiles', /Tickets\s*1/)
    expect(await textOf(page, '.tiles')).toMatch(/False alarms100 %1 of 1 judged/)
    const overTime = page.locator('.figures').first()
    expect(await overTime.locator('svg .bar').count()).toBe(24)
    await overTime.getByRole('button', { name: 'As table' }).press('Enter')
    expect(await overTime.locator('tbody tr').count()).toBe(24)
    expect(await overTime.locator('svg.plot').isVisible()).toBe(false)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV: By kind' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('vigil-kinds.csv')
    expect(await textFrom(file)).toBe('\ufeffkind,n,false_alarms,judged,false_alarm_share\r\nsos,1,1,1,1\r\n')
  })

  it('of another period and area is chosen by keyboard, and stands in the address', async () => {
    const page = consoles[0]!.page
    await page.locator('select[name=period]').focus()
    await page.locator('select[name=period]').selectOption('custom')
    await shows(page, 'input[name=from]')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('period')
    await page.locator('select[name=area]').selectOption({ label: '新华街道 Xinhua Street' })
    await shows(page, '.tiles', /Tickets\s*1/)
    await page.locator('input[name=to]').fill('2024-01-02')
    await shows(page, '.report-body .complaint', 'before it begins')
    await page.locator('input[name=from]').fill('2024-01-01')
    await shows(page, '.report-body .empty', 'No ticket opened in this time.')
    expect(new URL(page.url()).hash).toBe('#/reports?period=custom&from=2024-01-01&to=2024-01-02&area=street')
    expect(await textOf(page, '.tiles')).toMatch(/Median answer–/)
  })

  it('came from this house alone, and ran without a fault', () => {
    expect(consoles.flatMap(({ faults }) => faults)).toEqual([])
  })
})

async function textFrom(file: { createReadStream(): Promise<AsyncIterable<Buffer>> }): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of await file.createReadStream()) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
