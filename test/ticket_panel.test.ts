import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Ticket } from '../domain/ticket.ts'
import { connectDevice, type FleetDevice } from './fleet.ts'
import { findPart, needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** The panel of one ticket in a real browser before the real house: whom to call, where, what was so, what is possible. */

const password = 'a-long-enough-password'
const floor_plan = {
  rooms: [
    { name: 'bathroom', x: 0, y: 0, w: 3, h: 3 },
    { name: 'hall', x: 3, y: 0, w: 3, h: 3 },
  ],
  doors: [{ name: 'front door', x: 4.5, y: 3 }],
}
/** The published pair of Shanghai: WGS 84, and the same place in GCJ-02. */
const shanghai = { lat: 31.1774276, lon: 121.5272106 }
const shanghaiGcj = { lat: 31.17530398364597, lon: 121.531541859215 }
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

let system: System
let browser: Browser
/** A server of map tiles, which can be away, and what was asked of it. */
const tiles = { server: undefined as Server | undefined, url: '', away: false, asked: [] as string[] }

async function openTiles(): Promise<void> {
  const server = createServer((request, response) => {
    tiles.asked.push(request.url ?? '')
    response.writeHead(tiles.away ? 503 : 200, { 'content-type': 'image/png' }).end(tiles.away ? '' : pixel)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  Object.assign(tiles, { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** A world of its own: an area, a dispatcher who sees nothing else, a home with a radar, a door contact and a watch. */
async function register(name: string): Promise<Record<'radar' | 'door' | 'watch', FleetDevice>> {
  const home = `home-${name}`
  await system.call('POST', '/areas', { id: name, name })
  await system.call('POST', '/operators', { name, password, role: 'dispatcher', area: name })
  await system.call('POST', '/homes', { id: home, area: name, address: `${name} 3-2-301`, ...shanghai, floor_plan })
  await system.call('POST', '/residents', { home, name: '李桂英', phone: '0473-1' })
  await system.call('POST', '/contacts', { home, name: 'Wang', relation: 'son', phone: '138', position: 1 })
  await system.call('POST', '/contacts', { home, name: 'Li', phone: '139', position: 2 })
  const add = async (id: string, model: string, place: string): Promise<FleetDevice> => {
    const device = { id: `${name}-${id}`, home, model, place }
    const { token } = await system.call<{ token: string }>('POST', '/devices', device)
    return { id: device.id, home, token }
  }
  return {
    radar: await add('radar', 'Radar R60', 'bathroom'),
    door: await add('door', 'Door Contact', 'front door'),
    watch: await add('watch', 'Watch W2', 'worn'),
  }
}

async function publish(device: FleetDevice, kind: 'signals' | 'readings', body: object): Promise<void> {
  const client = await connectDevice(system, device)
  await client.publishAsync(`vigil/v1/${device.id}/${kind}`, JSON.stringify(body), { qos: 1 })
  await client.endAsync()
}

/** A console with the ticket of this world open, and what went wrong on its page. */
async function openTicket(name: string, more: object = {}): Promise<{ page: Page; faults: string[] }> {
  const viewport = { width: 1280, height: 720 }
  const context = await browser.newContext({ locale: 'en-US', viewport, ...more })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && faults.push(message.text()))
  await page.goto(system.url)
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(password)
  await page.keyboard.press('Enter')
  const { id } = await ticketOf(name)
  await page.locator(`[data-ticket="${id}"]`).first().click()
  await shows(page, '#where', '3-2-301')
  return { page, faults }
}

const shows = (page: Page, selector: string, text: string | RegExp = '') =>
  page.locator(selector, { hasText: text }).first().waitFor()

const ticketOf = (name: string) =>
  until(`a ticket of ${name}`, async () => (await system.list<Ticket>(`/tickets?home=home-${name}`))[0])

const callsOf = async (name: string) =>
  (await ticketOf(name)).timeline
    .filter(({ what }) => what.startsWith('contact_'))
    .map(({ what, reason }) => `${what} ${reason}`)

describe.skipIf(!needs('chromium'))('the panel of a ticket', () => {
  beforeAll(async () => {
    await openTiles()
    system = await startSystem({
      VIGIL_MAP_TILES: `${tiles.url}/{z}/{x}/{y}.png`,
      VIGIL_MAP_DATUM: 'GCJ-02',
      VIGIL_MAP_ATTRIBUTION: '© <b>tiles</b>',
    })
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']
    browser = await chromium.launch({ executablePath: findPart('chromium')!, args })
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
    tiles.server?.close()
  })

  it('goes down the calling list with one key each, and says why a step is not possible', async () => {
    const { radar } = await register('calling')
    await publish(radar, 'signals', { signal: 'fall' })
    const { page, faults } = await openTicket('calling')
    await shows(page, '.marked', /李桂英.*next to call/)
    await page.keyboard.press('x')
    await shows(page, '.marked', /Wang.*next to call/)
    await page.keyboard.press('2')
    await shows(page, '.marked', 'Li')
    expect(await page.locator('#soft').textContent()).toContain('Chosen: Li')
    await page.keyboard.press('y')
    await shows(page, '[data-callee] .contact_reached')
    await expect.poll(() => page.locator('.marked').count()).toBe(0)
    await page.keyboard.press('y')
    await shows(page, '.said', 'Press the number')
    expect(await callsOf('calling')).toEqual(['contact_not_reached resident', 'contact_reached Li'])

    await page.keyboard.press('c')
    await page.keyboard.press('3')
    await page.keyboard.press('Enter')
    await shows(page, '#head', 'Closed: Nothing had happened')
    const settled = page.locator('#actions [data-action=resolve]:not([disabled])')
    expect(await settled.getAttribute('aria-disabled')).toBe('true')
    await settled.focus()
    await page.keyboard.press('Enter')
    await shows(page, '.said', /“Settled” is not possible while the ticket is “closed”/)
    expect(faults).toEqual([])
  })

  it('tells in plain words what was reported and how the home was, marks the room, and has the hour before in charts', async () => {
    const { radar, door, watch } = await register('story')
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    await publish(door, 'readings', { at: ago(100), readings: { door_open: 1 } })
    await publish(door, 'readings', { at: ago(30), readings: { door_open: 0 } })
    await publish(watch, 'readings', { at: ago(20), readings: { heart_rate: 71 } })
    await publish(radar, 'signals', { signal: 'fall' })
    const { page, faults } = await openTicket('story')
    await shows(page, '#evidence .reported', 'Radar, bathroom: Fall')
    await shows(page, '#evidence .facts', /Door contact, front door: closed since \d\d:\d\d/)
    await shows(page, '#charts figure', 'Heart rate')
    await shows(page, '.plan .room.reported', /bathroom.*Radar: Fall/)
    expect(await page.locator('.plan [role=img]').getAttribute('aria-label')).toContain('bathroom (Radar: Fall)')

    await publish(watch, 'readings', { readings: { heart_rate: 133 } })
    await shows(page, '#charts figure output', '133')
    await publish(door, 'readings', { readings: { door_open: 1 } })
    await shows(page, '#evidence .facts', /front door: (open since|opened and closed)/)
    expect(faults).toEqual([])
  })

  it('shows where somebody is on the tiles of the house, in their datum, and draws it where they do not come', async () => {
    const { watch } = await register('map')
    const position = { ...shanghaiGcj, lat: shanghaiGcj.lat + 0.01, accuracy_m: 20, datum: 'GCJ02' }
    await publish(watch, 'signals', { signal: 'sos', position })
    tiles.away = true
    const away = await openTicket('map')
    await shows(away.page, '#place .place-said', /1\.1 km north of the home · within 20 m · given in GCJ-02, converted/)
    await shows(away.page, '#place .map', 'cannot be loaded')
    await away.page.locator('#place .sketch .spot').waitFor()

    tiles.away = false
    tiles.asked = []
    const { page, faults } = await openTicket('map')
    await page.locator('.leaflet-tile-loaded').first().waitFor()
    expect(await page.locator('.map .attribution').textContent()).toContain('<b>tiles</b>')
    const home = page.locator('.map-home')
    await home.focus()
    await page.keyboard.press('Enter')
    await shows(page, '.leaflet-popup', 'Home: map 3-2-301')
    // Where the home stands on the map is where the published pair says that it lies in GCJ-02.
    const found = await tileUnder(page, '.map-home')
    expect(found).toEqual(tileOf(shanghaiGcj, found.z))
    expect(found).not.toEqual(tileOf(shanghai, found.z))
    expect([...away.faults, ...faults]).toEqual([])
  })

  it('keeps a paused alarm in the queue with the time that is left of the pause, and sounds for a new one', async () => {
    const { radar } = await register('sound')
    await system.call('POST', '/homes', { id: 'second', area: 'sound', address: 'second' })
    const { token } = await system.call<{ token: string }>('POST', '/devices', { id: 'second-cord', home: 'second' })
    await publish(radar, 'signals', { signal: 'fall' })
    const { page } = await openTicket('sound')
    await shows(page, '#sound[data-sound=sounding]')
    await page.keyboard.press('m')
    await shows(page, '#sound[data-sound=paused]', /[12]:\d\d/)
    await shows(page, '.card.open .clock')
    await shows(page, '#waiting', '1 waiting')
    await publish({ id: 'second-cord', home: 'second', token }, 'signals', { signal: 'sos' })
    await shows(page, '#sound[data-sound=sounding]')
    expect(await page.locator('#loud').textContent()).toContain('New alarm, critical: SOS pressed')
    await shows(page, '#waiting', '2 waiting')
  })

  it('is all there on a telephone: one column, the steps under the thumb, and nothing beside the screen', async () => {
    const { radar } = await register('phone')
    await publish(radar, 'signals', { signal: 'fall' })
    const { page } = await openTicket('phone', { viewport: { width: 390, height: 844 }, hasTouch: true })
    const answer = page.locator('#actions [data-action=acknowledge]')
    const box = (await answer.boundingBox())!
    expect(box.y + box.height).toBeLessThanOrEqual(844)
    await answer.tap()
    await shows(page, '#head', 'answered')
    await page.locator('[data-callee=resident] .call-result').first().tap()
    await expect.poll(() => callsOf('phone')).toEqual(['contact_reached resident'])
    const beyond = await page
      .locator('#ticket *')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > 391).length)
    expect(beyond).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
})

type Tile = { z: number; x: number; y: number }

/** The tile of Web Mercator in which a place lies, by the published formula. */
function tileOf({ lat, lon }: { lat: number; lon: number }, z: number): Tile {
  const north = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI
  return { z, x: Math.floor(((lon + 180) / 360) * 2 ** z), y: Math.floor(((1 - north) / 2) * 2 ** z) }
}

/** The tile that lies under the middle of a mark, by the address of its picture. */
async function tileUnder(page: Page, mark: string): Promise<Tile> {
  const address = await page.evaluate((selector) => {
    const middle = (of: Element) => {
      const { x, y, width, height } = of.getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    }
    const at = middle(document.querySelector(selector)!)
    const under = [...document.querySelectorAll('.leaflet-tile')].find((tile) => {
      const { left, right, top, bottom } = tile.getBoundingClientRect()
      return left <= at.x && at.x < right && top <= at.y && at.y < bottom
    })
    return under?.getAttribute('src') ?? ''
  }, mark)
  const [, z = 0, x = 0, y = 0] = /\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(address) ?? []
  return { z: Number(z), x: Number(x), y: Number(y) }
}
