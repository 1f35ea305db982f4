import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import type { Ticket } from '../domain/ticket.ts'
import { openStore } from '../store/open.ts'
import { type ConsolePage, launchBrowser, logIn, openPage, password, shows } from './console_browser.ts'
import { type LivingHomes, openLivingHomes } from './living_homes.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** What Vigil is for, from the pressed button to the closed case: simulated homes, the real house, a real browser, and keys alone. */

let system: System
let browser: Browser
let homes: LivingHomes

const words = {
  'en-US': {
    ...{ sos: 'SOS pressed', mine: 'you have it', reached: 'Reached', sent: 'help sent' },
    ...{ there: 'help on the spot', settled: 'settled', closed: 'Closed: A real emergency' },
  },
  'zh-CN': {
    ...{ sos: '按下紧急呼救', mine: '您正在处理', reached: '已接通', sent: '已派遣' },
    ...{ there: '已到场', settled: '已处置', closed: '已结案：确有紧急情况' },
  },
}

/** Notes what the page gives to the ears: which pitch, and whether the sound was really running. */
function listen(): void {
  const heard: { pitch: number; running: boolean }[] = []
  Object.assign(window, { heard })
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (when) {
    heard.push({ pitch: this.frequency.value, running: this.context.state === 'running' })
    start.call(this, when)
  }
}
const heardBy = (page: Page) =>
  page.evaluate(() => (window as unknown as { heard: { pitch: number; running: boolean }[] }).heard)

async function openConsole(name: string, locale: keyof typeof words): Promise<ConsolePage> {
  const opened = await openPage(browser, system.url, { locale, inPage: listen })
  await logIn(opened.page, name)
  return opened
}

const ticketOf = (home: string) =>
  until(`a ticket of ${home}`, async () => (await system.list<Ticket>(`/tickets?home=${home}`))[0])

/** The resident of a home presses; somebody opens the ticket that comes of it, and it is shown. */
async function pressed(home: string, device: string, page: Page): Promise<Ticket> {
  homes.press(home, device)
  const ticket = await ticketOf(home)
  await shows(page, `.card[data-ticket="${ticket.id}"]`)
  return ticket
}

/** Fills in what a step asks, and confirms it. */
async function answer(page: Page, ...keys: string[]): Promise<void> {
  await shows(page, 'dialog[open]')
  for (const key of keys) await (key.length === 1 ? page.keyboard.press(key) : page.keyboard.type(key))
  await page.keyboard.press('Enter')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
}

describe.skipIf(!needs('chromium'))('a case, by keyboard alone', () => {
  beforeAll(async () => {
    system = await startSystem()
    for (const name of ['Li Na', 'Zhang Wei'])
      await system.call('POST', '/operators', { id: name.replace(' ', '-'), name, password, role: 'dispatcher' })
    homes = await openLivingHomes(system)
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await homes?.close()
    await system?.close()
  })

  it.each([
    ['en-US', 'home-li', 'li-pendant'],
    ['zh-CN', 'home-wang', 'wang-cord'],
  ] as const)('is heard, answered, telephoned, sent help, settled and closed in %s', async (locale, home, device) => {
    const { page, faults } = await openConsole('Li Na', locale)
    const say = words[locale]
    const { id } = await pressed(home, device, page)
    await shows(page, '#sound[data-sound=sounding]')
    await expect.poll(() => heardBy(page)).toContainEqual({ pitch: 660, running: true })

    await page.keyboard.press('g')
    await shows(page, '#head', say.sos)
    await page.keyboard.press('a')
    await shows(page, '.card[aria-current]', say.mine)
    await shows(page, '#sound[data-sound=on]')
    await page.keyboard.press('p')
    await answer(page, '2', 'y')
    await shows(page, '.contacts .last-call', say.reached)
    await page.keyboard.press('d')
    await answer(page, 'ambulance 7')
    await shows(page, '#head .state', say.sent)
    await page.keyboard.press('o')
    await shows(page, '#head .state', say.there)
    await page.keyboard.press('r')
    await answer(page, 'taken to hospital')
    await shows(page, '#head .state', say.settled)
    await page.keyboard.press('c')
    await answer(page, '1')
    await shows(page, '#head', say.closed)

    const ticket = await system.call<Ticket>('GET', `/tickets/${id}`)
    expect(ticket).toMatchObject({ state: 'closed', outcome: 'real_emergency', kind: 'sos', home })
    expect(Object.entries(ticket.times).filter(([, at]) => at === null)).toEqual([])
    expect(ticket.timeline.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['ambulance 7', 'taken to hospital']),
    )
    expect(faults).toEqual([])
    await page.close()
  })

  it('goes on over a crash of the house and the end of a session, and nothing is missed', async () => {
    const { page, faults } = await openConsole('Li Na', 'en-US')
    let lists = 0
    page.on('request', (request) => request.url().includes('/tickets?') && lists++)
    const { id } = await pressed('home-zhang', 'zhang-pendant', page)
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await shows(page, '.card[aria-current]', words['en-US'].mine)

    await system.kill('api')
    homes.press('home-chen', 'chen-watch')
    await shows(page, '.card.open')
    await shows(page, '#link[data-link=live]')
    expect(lists).toBe(0)

    await page.keyboard.press('n')
    await shows(page, 'dialog[open]')
    await page.keyboard.type('The neighbour has the key')
    await endSessions()
    await page.keyboard.press('Enter')
    await shows(page, '.login', 'Your session has ended')
    await page.keyboard.type('Li Na')
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    // Whose session has ended holds nothing any more: the case calls again, and is where he left it.
    await shows(page, '.card.open[aria-current]')
    await page.keyboard.press('a')
    await shows(page, '.card[aria-current]', words['en-US'].mine)
    await page.keyboard.press('c')
    await answer(page, '1')
    await shows(page, '#head', words['en-US'].closed)
    expect((await system.call<Ticket>('GET', `/tickets/${id}`)).state).toBe('closed')
    expect(faults).toEqual([])
    await page.close()
  })

  it('is seen by another console as it goes on; and who was a moment too late is told so', async () => {
    const a = await openConsole('Li Na', 'zh-CN')
    const b = await openConsole('Zhang Wei', 'en-US')
    const { id } = await ticketOf('home-chen')
    for (const { page } of [a, b]) {
      await page.keyboard.press('g')
      await shows(page, `.card[data-ticket="${id}"][aria-current]`)
    }
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await b.page.route('**/acknowledge', (route) => held.then(() => route.continue()))
    await b.page.keyboard.press('a')
    await a.page.keyboard.press('a')
    await shows(b.page, `.card[data-ticket="${id}"]`, 'Li Na has it')
    release()
    await shows(b.page, '.said', /“Answer” was not done.*Another operator.*Only Li Na or a supervisor/s)
    await a.page.keyboard.press('d')
    await answer(a.page, '110')
    await shows(b.page, '#timeline', '110')
    expect([...a.faults, ...b.faults]).toEqual([])
  })
})

/** Lets the time of every session be over, as it is after a night. */
async function endSessions(): Promise<void> {
  const store = await openStore({ data: system.data, clock: systemClock })
  await store.write((tx) =>
    tx
      .updateTable('sessions')
      .set({ expires_at: systemClock.now() - 1 })
      .execute(),
  )
  await store.close()
}
