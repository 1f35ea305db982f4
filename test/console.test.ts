import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ticket } from '../domain/ticket.ts'
import { type ConsolePage, launchBrowser, logIn, openPage, password, shows, textOf } from './console_browser.ts'
import { connectDevice, type FleetDevice } from './fleet.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

const hostile = `<img src="/x.png" onerror="document.title='owned'"> Heping 3-2-301`

let system: System
let browser: Browser
const devices: Record<string, FleetDevice> = {}

/**
 * An area with two dispatchers who see nothing else, and a home with everything that they want to know of it and a pendant:
 * a world of its own for every test.
 */
async function register(name: string, address: string): Promise<void> {
  const home = `home-${name}`
  await system.call('POST', '/areas', { id: name, name })
  for (const who of ['Li Na', 'Zhang Wei'])
    await system.call('POST', '/operators', { name: `${who} ${name}`, password, role: 'dispatcher', area: name })
  await system.call('POST', '/homes', { id: home, area: name, address, notes: 'The key is with the neighbour.' })
  await system.call('POST', '/residents', { home, name: '李桂英', birth_year: 1941, risks: 'anticoagulant' })
  await system.call('POST', '/contacts', { home, name: 'Second', phone: '0473-22', position: 2 })
  await system.call('POST', '/contacts', { home, name: 'First', relation: 'son', phone: '+86 138 11', position: 1 })
  const id = `${name}-pendant`
  const { token } = await system.call<{ token: string }>('POST', '/devices', { id, home, place: 'worn' })
  devices[name] = { id, token, home }
}

/** Publishes at QoS 1 and goes; resolves when the broker has acknowledged. */
async function publish(name: string, kind: 'signals' | 'readings', body: object): Promise<void> {
  const device = devices[name]!
  const client = await connectDevice(system, device)
  await client.publishAsync(`vigil/v1/${device.id}/${kind}`, JSON.stringify(body), { qos: 1 })
  await client.endAsync()
}

/** Opens a console in a browser session of its own and logs in by keyboard. `inPage` runs in the page before anything else. */
async function openConsole(name: string, locale: string, inPage?: () => void): Promise<ConsolePage> {
  const opened = await openPage(browser, system.url, { locale, ...(inPage && { inPage }) })
  await logIn(opened.page, name)
  return opened
}

/** Says it in the command bar, and takes the first that is offered, which must have this in it. */
async function say(page: Page, text: string, offered: string): Promise<void> {
  await page.keyboard.press('/')
  await page.keyboard.type(text)
  await shows(page, '#command [aria-selected=true]', offered)
  await page.keyboard.press('Enter')
}

const ticketOf = (home: string) =>
  until(`a ticket of ${home}`, async () => (await system.list<Ticket>(`/tickets?home=${home}`))[0])

describe.skipIf(!needs('chromium'))('the console, in a real browser before the real house', () => {
  beforeAll(async () => {
    system = await startSystem()
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await system?.close()
  })

  it('shows, sounds and announces an SOS; it is answered and closed by keyboard while a second page looks on', async () => {
    await register('east', hostile)
    await publish('east', 'readings', { readings: { heart_rate: 118, spo2: 93 } })
    const a = await openConsole('Li Na east', 'zh-CN')
    const b = await openConsole('Zhang Wei east', 'en-US')
    await shows(a.page, '#queue', '当前无人等待')
    await shows(b.page, '#queue', 'Nobody is waiting')

    await publish('east', 'signals', { signal: 'sos' })
    await shows(a.page, '.card.open', '按下紧急呼救')
    await shows(a.page, '.card.open', hostile)
    await shows(a.page, '#sound[data-sound=sounding]')
    expect(await textOf(a.page, '#loud')).toContain('新警情')
    expect(await a.page.title()).toContain('(1)')

    await a.page.keyboard.press('Enter')
    await shows(a.page, '#where', '李桂英')
    await shows(a.page, '#where .risks', 'anticoagulant')
    await shows(a.page, '#where .address', hostile)
    await shows(a.page, '#charts figure', '心率')
    await expect
      .poll(() => a.page.locator('.contacts a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))))
      .toEqual(['tel:+8613811', 'tel:047322'])
    await shows(b.page, '.card.open')

    await a.page.keyboard.press('a')
    await shows(b.page, '.card.acknowledged', 'Li Na east has it')
    await shows(b.page, '#sound[data-sound=on]')

    await b.page.keyboard.press('Enter')
    await shows(b.page, '#head', 'SOS pressed')
    await b.page.keyboard.press('o')
    await shows(b.page, '.said', 'Only Li Na east or a supervisor can hand it over')

    await a.page.keyboard.press('c')
    await shows(a.page, 'dialog[open]', '处理结果')
    await a.page.keyboard.press('Enter')
    await shows(a.page, '.complaint', '请选择处理结果')
    await a.page.keyboard.press('3')
    await a.page.keyboard.press('Enter')
    await shows(a.page, '#head', '已结案')
    await shows(b.page, '#head', 'Closed: Nothing had happened')
    await shows(b.page, '#timeline', /Closed Li Na east.*Answered Li Na east.*Ticket opened Vigil/)
    expect(await ticketOf('home-east')).toMatchObject({ state: 'closed', outcome: 'false_alarm' })

    expect(await a.page.locator('#work img:not([src="icon.svg"])').count()).toBe(0)
    expect([...a.faults, ...b.faults]).toEqual([])
  })

  it('says that the line is cut, marks what it shows as old, and catches up with what it missed', async () => {
    await register('south', 'Heping 7-1-102')
    const { page, faults } = await openConsole('Li Na south', 'en-US')
    await shows(page, '#queue', 'Nobody is waiting')
    const lists = countLists(page)
    await system.stop()
    await shows(page, '#link[data-link=cut]', /No connection for \d+:\d\d/)
    await shows(page, '#main[data-old]')

    await system.start()
    await publish('south', 'signals', { signal: 'fall' })
    await shows(page, '.card.open', 'Heping 7-1-102')
    await shows(page, '#link[data-link=live]')
    await page.locator('#main:not([data-old])').waitFor()
    expect(lists()).toBe(0)
    expect(faults).toEqual([])
  })

  it('explains why a step is not possible, and which of two who were equally fast was first', async () => {
    await register('west', 'Heping 9-2-404')
    await publish('west', 'signals', { signal: 'fall' })
    const { page } = await openConsole('Zhang Wei west', 'en-US')
    await shows(page, '.card.open', 'Heping 9-2-404')
    await page.keyboard.press('Enter')
    await shows(page, '#head', 'Fall')
    await page.keyboard.press('r')
    await shows(page, '.said', /“Settled” is not possible while the ticket is “open”/)

    const { id } = await ticketOf('home-west')
    await page.keyboard.press('d')
    await shows(page, 'dialog[open]', 'Who goes?')
    await system.call('POST', `/tickets/${id}/close`, { outcome: 'test' })
    await shows(page, 'dialog .changed', 'it is now closed')
    await page.keyboard.press('Enter')
    await shows(page, '.said', /“Send help” was not done.*Meanwhile: administrator, Closed/)
  })

  it('comes back to the login when the session ends, and shows after it what came meanwhile', async () => {
    await register('north', 'Heping 3-2-301')
    const { page } = await openConsole('Li Na north', 'en-US')
    await page.evaluate(async () => {
      await fetch('/api/v1/logout', { method: 'POST', headers: { 'vigil-console': '1' } })
    })
    await shows(page, '.login', 'Your session has ended')
    await publish('north', 'signals', { signal: 'sos', at: '2026-01-01T00:00:00Z' })
    await logIn(page, 'Li Na north')
    await shows(page, '.card.open .unverified')
    await page.keyboard.press('Enter')
    await shows(page, '#doubts', 'more than 15 minutes old')
  })

  it('tells by telephone whom it reached, and the case goes by its plan, on the screen of whoever works it', async () => {
    await register('dispatch', '5 Plan Street')
    const steps = [{ after_s: 0, tell: [{ to: 'emergency', number: '120', text: 'lives alone' }] }]
    await system.call('POST', '/plans', { name: 'the plan of the street', area: 'dispatch', steps })
    const { page, faults } = await openConsole('Li Na dispatch', 'en-US')
    await publish('dispatch', 'signals', { signal: 'sos' })
    await shows(page, '.card.open')
    await page.keyboard.press('Enter')
    await shows(page, '#next .plan', 'the plan of the street (of this area)')
    await shows(page, '#next .to-do', '120')
    await page.keyboard.press('p')
    await page.keyboard.press('1')
    await page.keyboard.press('y')
    await page.keyboard.press('Enter')
    await shows(page, '#next .step', 'You have it in hand')
    await page.locator('#next .to-do').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'First: Not reached' }).click()
    await shows(page, '.contacts .last-call', 'Not reached')
    const ticket = await ticketOf('home-dispatch')
    expect(ticket).toMatchObject({ state: 'acknowledged', to_do: [] })
    expect(ticket.times.shown).not.toBeNull()
    expect(ticket.times.contact_made).not.toBeNull()
    expect(ticket.timeline.map(({ what, reason }) => `${what}: ${reason}`)).toEqual(
      expect.arrayContaining(['contact_reached: 120', 'contact_not_reached: First']),
    )
    expect(faults).toEqual([])
  })

  it('finds a step, a ticket and the keys by their names in either language, by keyboard alone', async () => {
    await register('command', '11 Command Street')
    const { page, faults } = await openConsole('Li Na command', 'zh-CN')
    await publish('command', 'signals', { signal: 'fall' })
    await shows(page, '.card.open')
    const { number } = await ticketOf('home-command')
    await say(page, `${number}`, `#${number}`)
    await shows(page, '#head', '跌倒')
    await say(page, 'acknow', '接警')
    await shows(page, '.card.acknowledged')
    await say(page, '语言', '切换语言')
    await shows(page, '#head', 'Fall')
    await say(page, '快捷键', 'Show all keys')
    await shows(page, '.keys', 'On the open ticket')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('nothing of the kind')
    await shows(page, '#command .empty', 'Nothing fits')
    await page.keyboard.press('Escape')
    await page.locator('#command').waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
  })

  it('behind another window shows a new alarm all the same, with nothing personal in it', async () => {
    await register('behind', '9 Hidden Street')
    const { page } = await openConsole('Li Na behind', 'en-US', asBehindAnother)
    await publish('behind', 'signals', { signal: 'sos' })
    await shows(page, '.card.open')
    const shown = await page.evaluate(() => (window as unknown as { shownOutside: object[] }).shownOutside)
    expect(shown).toEqual([
      { title: 'Vigil', body: expect.stringMatching(/^New alarm, critical: SOS pressed\. Ticket \d+\.$/) },
    ])
    expect((await ticketOf('home-behind')).times.shown).toBeNull()
  })
})

/** A page behind another window, whose browser notes what it was asked to show: a headless one has neither. */
function asBehindAnother(): void {
  const shown: { title: string; body: string }[] = []
  class Noted {
    static permission = 'granted'
    constructor(title: string, { body }: { body: string }) {
      shown.push({ title, body })
    }
  }
  Object.assign(window, { Notification: Noted, shownOutside: shown })
  Object.defineProperty(document, 'hidden', { get: () => true })
}

/** Counts from now on how often the page loads the whole list of tickets. */
function countLists(page: Page): () => number {
  let lists = 0
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/tickets?')) lists++
  })
  return () => lists
}
