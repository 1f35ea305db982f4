import jsqr from 'jsqr'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, logIn, openPage, password, shows, textOf } from './console_browser.ts'
import { connectDevice } from './fleet.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/**
 * The pages of people and homes in a real browser: an integrator fills an empty house by forms alone, a dispatcher finds who is
 * asked for and notes that she is away, and a viewer looks and changes nothing.
 */
let system: System
let browser: Browser
let integrator: Page

const faults: string[][] = []

async function open(name: string, locale = 'en-US'): Promise<Page> {
  const one = await openPage(browser, system.url, { locale })
  faults.push(one.faults)
  await logIn(one.page, name)
  return one.page
}

const goTo = (page: Page, address: string) =>
  page.evaluate((hash) => {
    location.hash = hash
  }, address)

/** Fills the form that stands there and sends it. */
async function fillIn(page: Page, fields: Record<string, string>): Promise<void> {
  await page.locator('#page form.record').waitFor()
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`#page form.record [name="${name}"]`)
    if ((await field.evaluate((node) => node.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
  await page.locator('#page form.record [type=submit]').click()
}

/** What the picture on the page says, read from its pixels by code that did not draw it. */
async function readQr(page: Page): Promise<string | undefined> {
  const picture = await page.locator('.qr-label img').evaluate(async (image: HTMLImageElement) => {
    await image.decode()
    const size = 300
    const canvas = document.createElement('canvas')
    canvas.width = size
    canvas.height = size
    const drawing = canvas.getContext('2d')!
    drawing.drawImage(image, 0, 0, size, size)
    const { data } = drawing.getImageData(0, 0, size, size)
    return { size, shades: Array.from({ length: size * size }, (_, n) => (data[4 * n]! < 128 ? '0' : '1')).join('') }
  })
  const pixels = [...picture.shades].flatMap((shade) => [
    Number(shade) * 255,
    Number(shade) * 255,
    Number(shade) * 255,
    255,
  ])
  return jsqr.default(Uint8ClampedArray.from(pixels), picture.size, picture.size)?.data
}

describe.skipIf(!needs('chromium'))('the pages of people and homes', () => {
  beforeAll(async () => {
    system = await startSystem()
    for (const role of ['integrator', 'dispatcher', 'viewer'])
      await system.call('POST', '/operators', { name: role, password, role })
    browser = await launchBrowser()
    integrator = await open('integrator')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('take an area, a home, a resident and contacts by their forms', async () => {
    await goTo(integrator, '#/areas?new=1')
    await fillIn(integrator, { name: '海勃湾区', id: 'haibowan' })
    await shows(integrator, '.area-tree .row-link', '海勃湾区')
    await goTo(integrator, '#/homes?new=1')
    await fillIn(integrator, { address: '和平路 3 号', area: 'haibowan', lat: '39.6553', lon: '106.7944', id: 'h1' })
    await shows(integrator, '#page h1', '和平路 3 号')
    await goTo(integrator, '#/residents?new=1&home=h1')
    await fillIn(integrator, { name: '李桂英', birth_year: '1941', risks: 'anticoagulant', id: 'r1' })
    await shows(integrator, '.people-list', '李桂英')
    for (const [name, phone] of Object.entries({ Daughter: '138-1', Neighbour: '138-2' })) {
      await goTo(integrator, '#/contacts?new=1&home=h1')
      await fillIn(integrator, { name, phone })
      await shows(integrator, '.calling-order', name)
    }
    expect(await system.list('/homes')).toMatchObject([
      { id: 'h1', area: 'haibowan', address: '和平路 3 号', lat: 39.6553, lon: 106.7944, notes: null },
    ])
    expect(await system.list('/residents')).toMatchObject([{ id: 'r1', home: 'h1', birth_year: 1941 }])
  })

  it('put another contact first by keyboard, and the keyboard stays with it', async () => {
    await integrator.locator('[aria-label="Call Neighbour earlier"]').focus()
    await integrator.keyboard.press('Enter')
    await shows(integrator, '.calling-order li:first-child', 'Neighbour')
    expect(await integrator.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Call Neighbour later',
    )
    const contacts = await system.list<{ name: string; position: number }>('/contacts')
    expect(contacts.map(({ name, position }) => `${position} ${name}`)).toEqual(['1 Neighbour', '2 Daughter'])
  })

  it('say why something cannot be, and keep what was written', async () => {
    await goTo(integrator, '#/homes?new=1')
    await fillIn(integrator, { address: 'elsewhere', area: 'haibowan', id: 'h1' })
    await shows(integrator, '#page .complaint', 'home h1 exists already')
    expect(await integrator.locator('[name=address]').inputValue()).toBe('elsewhere')
  })

  it('show a device’s token once, and a claim code as a QR picture that a telephone can read', async () => {
    await goTo(integrator, '#/devices?new=1&home=h1')
    await fillIn(integrator, { id: 'pendant', place: 'worn' })
    const token = await textOf(integrator, '.secret .token')
    await (await connectDevice(system, { id: 'pendant', token, home: 'h1' })).endAsync()
    await goTo(integrator, '#/devices/pendant')
    await integrator.locator('.enrol .primary').click()
    const code = await textOf(integrator, '.qr-label .claim-code')
    expect(await readQr(integrator)).toBe(`vigil:claim?device=pendant&code=${code}`)
    expect(await system.call('POST', '/claims', { device: 'pendant', code })).toMatchObject({ device: 'pendant' })
  })

  it('tell the battery of a device, and find it among those that are low', async () => {
    await system.call('POST', '/devices/pendant/readings', { readings: { battery: 12 } })
    const low = () => system.list<{ id: string }>('/devices?battery_below=20')
    await until('the house has learnt it', async () => (await low()).length > 0 || undefined)
    await goTo(integrator, '#/devices?state=low')
    await shows(integrator, '#page tbody tr', '12 %')
    await shows(integrator, '#page tbody tr', 'pendant')
  })

  it('lead from two characters in the command bar to the home, where a dispatcher notes that she is away', async () => {
    const dispatcher = await open('dispatcher')
    await dispatcher.keyboard.press('/')
    await dispatcher.keyboard.type('桂英')
    await shows(dispatcher, '#command [role=option]', '李桂英')
    await dispatcher.keyboard.press('Enter')
    await shows(dispatcher, '#page h1', '和平路 3 号')
    await dispatcher.getByText('Note an absence').click()
    await fillIn(dispatcher, { resident: 'r1', reason: 'hospital', to: '2031-12-03T12:00', note: 'ward 3' })
    await shows(dispatcher, '.absences', '李桂英')
    await system.call('POST', '/devices/pendant/signals', { signal: 'sos' })
    await goTo(dispatcher, '#/')
    await shows(dispatcher, '.card .away', '李桂英 away: hospital')
    await dispatcher.keyboard.press('g')
    await shows(dispatcher, '#where .away', '李桂英 reported away until Dec 3, 2031: hospital')
  })

  it('offer a viewer nothing that he may not do, and find Chinese names in the list', async () => {
    const viewer = await open('viewer', 'zh-CN')
    await goTo(viewer, '#/residents')
    await viewer.locator('[name=q]').fill('没有的人')
    await shows(viewer, '#page .empty', '没有找到居民')
    await viewer.locator('[name=q]').fill('桂英')
    await shows(viewer, '#page .row-link', '李桂英')
    const pages = { 'homes/h1': '和平路 3 号', 'residents/r1': '李桂英', 'devices/pendant': 'pendant', areas: '区域' }
    for (const [address, heading] of Object.entries({ ...pages, homes: '住户', contacts: '联系人' })) {
      await goTo(viewer, `#/${address}`)
      await shows(viewer, '#page h1', heading)
      expect(await viewer.locator('#page a.button, #page button:not(.more), #page form.record').count(), address).toBe(
        0,
      )
    }
  })

  it('come from the house alone, without an error', () => {
    expect(faults.flat()).toEqual([])
  })
})
