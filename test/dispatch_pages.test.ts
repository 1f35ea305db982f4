import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, logIn, openPage, password, shows } from './console_browser.ts'
import { connectDevice } from './fleet.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** The pages of dispatch before the real house: what is set up there is what a real alarm goes by. */

let system: System
let browser: Browser
let token = ''

const operator = (id: string, role: string) =>
  system.call('POST', '/operators', { id, name: id, password, role, area: role === 'administrator' ? null : 'hill' })

/** Opens the console at an address. */
async function openAt(name: string, address: string): Promise<Page> {
  const { page } = await openPage(browser, system.url, { locale: 'en-US' })
  await logIn(page, name)
  await goTo(page, address)
  return page
}

const goTo = (page: Page, address: string) =>
  page.evaluate((hash) => {
    location.hash = hash
  }, address)

async function publish(kind: 'signals' | 'readings', body: string): Promise<void> {
  const client = await connectDevice(system, { id: 'pendant', token, home: 'elm' })
  await client.publishAsync(`vigil/v1/pendant/${kind}`, body, { qos: 1 })
  await client.endAsync()
}

describe.skipIf(!needs('chromium'))('the pages of dispatch', () => {
  beforeAll(async () => {
    system = await startSystem()
    await system.call('POST', '/areas', { id: 'hill', name: 'Hill Street' })
    await operator('ann', 'dispatcher')
    await operator('eve', 'dispatcher')
    await operator('sue', 'supervisor')
    await operator('adam', 'administrator')
    await system.call('POST', '/homes', { id: 'elm', area: 'hill', address: '1 Hill Street' })
    const device = { id: 'pendant', home: 'elm', place: 'worn' }
    token = (await system.call<{ token: string }>('POST', '/devices', device)).token
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('a supervisor builds a plan by keyboard, is shown whom it finds, and an SOS goes by it', async () => {
    const page = await openAt('sue', '#/plans/new')
    const { keyboard } = page
    await page.locator('.record input[name=name]').focus()
    await keyboard.type('SOS in Hill Street')
    await page.getByRole('button', { name: 'Add somebody' }).focus()
    await keyboard.press('Enter')
    await page.locator('.row .row').nth(1).locator('select').first().focus()
    await keyboard.type('An em')
    await page.locator('.row .row input[type=tel]').focus()
    await keyboard.type('120')
    await page.getByLabel('Seconds after the step before').focus()
    await keyboard.press('ControlOrMeta+A')
    await keyboard.type('0')
    await page.locator('.record button[type=submit]').focus()
    await keyboard.press('Enter')
    await shows(page, '.page-head h1', 'SOS in Hill Street')
    await shows(page, '.preview', 'This plan is taken.')
    await shows(page, '.preview', /ann.*telephone 120/s)
    await publish('signals', '{"signal":"sos"}')
    const ticket = await until('the plan is followed', async () => {
      const [found] = await system.tickets()
      return found && found.to_do.length > 0 ? found : undefined
    })
    expect(ticket.plan?.name).toBe('SOS in Hill Street')
    expect(ticket.to_do).toMatchObject([{ number: '120' }])
  })

  it('an absence that is entered changes who is on duty, and the gaps of a week are told', async () => {
    const shift = { from: '00:00', to: '00:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] }
    const rota = { id: 'days', name: 'Days', area: 'hill', shifts: [{ ...shift, operators: ['ann'] }] }
    await system.call('POST', '/rotas', rota)
    const page = await openAt('sue', '#/rotas/days')
    await shows(page, '.stretch.now', 'ann')
    await shows(page, '.week .good', 'all week')
    await page.getByLabel('Who stands in').selectOption('eve')
    const day = (at: string) => new Date(Date.parse(at)).toISOString().slice(0, 16)
    const { items } = await system.call<{ items: { starts_at: string }[] }>('GET', '/rotas/days/duty?days=1')
    const starts = items[0]!.starts_at
    await page.getByLabel('From').fill(day(new Date(Date.parse(starts) - 86_400_000).toISOString()))
    await page.getByLabel('Until').fill(day(new Date(Date.parse(starts) + 2 * 86_400_000).toISOString()))
    await page.getByRole('button', { name: 'Enter' }).click()
    await shows(page, '.stretch.now.stands-in', 'eve')
    await shows(page, '.list', 'ann: eve instead')
    const kept = await system.call<{ overrides: object[] }>('GET', '/rotas/days')
    expect(kept.overrides).toMatchObject([{ operators: ['eve'], instead_of: 'ann' }])
    await goTo(page, '#/rotas')
    await shows(page, '#page', /Hill Street.*eve by rota/s)
  })

  it('a dead letter is told in words, looked at, and read again: refused as before', async () => {
    await publish('signals', '{"signal":"ouch"}')
    await until('it is kept', async () => (await system.list<{ id: string }>('/dead-letters'))[0])
    const page = await openAt('adam', '#/dead_letters')
    await shows(page, '.counts', 'It reports a signal that is not known here.')
    await page.locator('.row-link').first().click()
    await shows(page, '.payload.text', '"signal": "ouch"')
    await shows(page, '.payload', '00000000  7b 22 73 69')
    await page.getByRole('button', { name: 'Read it again' }).click()
    await shows(page, '.verdict', 'It was refused again: It reports a signal that is not known here.')
  })

  it('a dispatcher sees plans and cannot change them', async () => {
    const page = await openAt('ann', '#/plans')
    await shows(page, '.row-link', 'SOS in Hill Street')
    expect(await page.getByText('New plan').count()).toBe(0)
    await goTo(page, '#/teams/new')
    await shows(page, '.record')
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    expect(await page.locator('.tabs a').allTextContents()).toEqual(['Plans', 'Rotas', 'Teams'])
  })
})
