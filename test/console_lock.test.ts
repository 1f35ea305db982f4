import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse, openTicket } from '../api/test_house.ts'
import { createOperator } from '../store/operators.ts'
import { launchBrowser, logIn, openPage, password, shows, textOf } from './console_browser.ts'
import { needs } from './real_parts.ts'

/** What the test house has of its north. */
const personal = /somebody north|1 north|home-north|device-north/

let browser: Browser

async function houseOfAnna(): Promise<House> {
  const house = await openHouse()
  await createOperator(house.store, { id: 'anna', name: 'Anna', role: 'dispatcher', area: 'north', password })
  return house
}

/** As if nobody had touched this console, in any tab, for so long. */
const untouchedFor = (page: Page, ms: number) =>
  page.evaluate((ago) => localStorage.setItem('vigil.touched', String(Date.now() - ago)), ms)

const unlock = async (page: Page, given: string) => {
  await page.locator('#lock input[name=password]').fill(given)
  await page.keyboard.press('Enter')
}

describe.skipIf(!needs('chromium'))('a console that nobody sits before', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it('locks itself in all tabs, sounds and counts what comes, names nobody, and goes on where it was', async () => {
    const house = await houseOfAnna()
    const { page, faults } = await openPage(browser, `${house.base}/`, { locale: 'en-US' })
    await logIn(page, 'Anna')
    await page.keyboard.press('Enter')
    await shows(page, '#where', 'somebody north')
    const second = await page.context().newPage()
    await second.goto(house.base)
    await shows(second, '#link[data-link=live]')
    expect(await page.evaluate(() => document.cookie)).toBe('')

    await untouchedFor(page, 14 * 60_000)
    await shows(page, '#where', 'somebody north')
    await untouchedFor(page, 15 * 60_000)
    await shows(page, '#lock .waits', '1 waiting')
    await shows(second, '#lock .waits', '1 waiting')
    expect(await page.content()).not.toMatch(personal)
    expect(await second.content()).not.toMatch(personal)
    expect(await page.evaluate(() => fetch('/api/v1/homes').then(({ status }) => status))).toBe(423)

    await house.store.write((tx) => openTicket(tx, 'ticket-new', 'north'))
    await shows(page, '#lock .waits', '2 waiting')
    await shows(page, '#lock .waits', 'Critical')
    await shows(page, '#lock [data-sound=sounding]')
    expect(await textOf(page, '#loud')).toContain('New alarm, critical: SOS pressed.')
    expect(await page.title()).toContain('(2)')
    expect(await page.content()).not.toMatch(personal)

    await unlock(page, 'not the password')
    await shows(page, '#lock .complaint', 'The password is wrong')
    expect(await page.content()).not.toMatch(personal)
    await unlock(page, password)
    await shows(page, '#where', 'somebody north')
    expect(page.url()).toContain('#/tickets/ticket-north')
    await shows(second, '#queue .card')
    expect(faults).toEqual([])
  })

  it('is locked by a key, stays so when it is loaded anew, and whoever leaves is out in all tabs', async () => {
    const house = await houseOfAnna()
    const { page, faults } = await openPage(browser, `${house.base}/`, { locale: 'zh-CN' })
    await logIn(page, 'Anna')
    await page.keyboard.press('q')
    await shows(page, '#lock', '已锁定')
    await shows(page, '#lock .waits', '1 个等待处理')
    await page.reload()
    await shows(page, '#lock .waits', '1 个等待处理')
    expect(await page.content()).not.toMatch(personal)
    const second = await page.context().newPage()
    await second.goto(house.base)
    await shows(second, '#lock .waits', '1 个等待处理')
    await second.locator('#lock button', { hasText: '退出' }).click()
    await shows(second, '#login form')
    await shows(page, '#login form')
    expect(faults).toEqual([])
  })
})
