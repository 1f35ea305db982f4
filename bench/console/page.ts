import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { systemClock } from '../../domain/clock.ts'
import { findPart } from '../../test/real_parts.ts'
import { dispatcher } from './crowd.ts'
import { installProbe, type Probe } from './probe.ts'

/** A dispatcher before the console: a real browser, keys at the pace of a hand, whether the page keeps up or not. */

/** A hand that looks at each ticket, a fast writer, and a finger that rests on the key. Milliseconds between two keys. */
const STEP_MS = 125
const TYPE_MS = 80
const HELD_MS = 33
const LOADED_WITHIN_MS = 60_000
const SETTLE_MS = 1_500

export type FirstLoad = {
  /** Bytes over the wire until the login stands, with and without what the browser keeps; the list of tickets. */
  pageBytes: number
  listBytes: number
  requests: number
  /** Milliseconds: from the address to the login, from the login to the first card and to all of them. */
  loginMs: number
  firstCardMs: number
  allMs: number
}
export type Measured = { what: string; keys: number; paints: number[]; slow: number[] }
export type Sitting = {
  steps: Measured[]
  typed: number
  arrived: number
  longTasks: number[]
}
export type Console = {
  load: FirstLoad
  /** Works for a while: `rounds` keys of each kind. */
  work(rounds: number): Promise<Sitting>
  /** How many tickets the page counts, by group. */
  counts(): Promise<Record<string, number>>
  /** Heap after a collection, bytes; nodes of the document. */
  memory(): Promise<{ heap: number; nodes: number }>
  close(): Promise<void>
}

export async function openConsole(url: string): Promise<Console> {
  const executablePath = findPart('chromium')
  if (!executablePath) throw new Error('chromium is not here (Debian: apt install chromium)')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    return await inBrowser(browser, url)
  } catch (error) {
    await browser.close()
    throw error
  }
}

async function inBrowser(browser: Browser, url: string): Promise<Console> {
  const page = await (await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 720 } })).newPage()
  page.setDefaultTimeout(LOADED_WITHIN_MS)
  await page.addInitScript(installProbe)
  const cdp = await page.context().newCDPSession(page)
  const load = await firstLoad(page, cdp, url)
  return {
    load,
    work: (rounds) => work(page, cdp, rounds),
    counts: () => countsOf(page),
    memory: () => memoryOf(cdp),
    close: () => browser.close(),
  }
}

async function firstLoad(page: Page, cdp: CDPSession, url: string): Promise<FirstLoad> {
  let [bytes, requests] = [0, 0]
  await cdp.send('Network.enable')
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
    requests += 1
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  const [pageBytes, pageRequests] = [bytes, requests]
  const begun = await logIn(page)
  await page.locator('#queue .card').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('#queue')?.textContent?.includes('…'))
  const all = await page.evaluate(() => performance.now())
  await systemClock.sleep(SETTLE_MS)
  const marks = await page.evaluate(() => (window as unknown as { probe: Probe }).probe.marks)
  return {
    pageBytes,
    listBytes: bytes - pageBytes,
    requests: pageRequests,
    loginMs: marks.login ?? Number.NaN,
    firstCardMs: (marks['first card'] ?? Number.NaN) - begun,
    allMs: all - begun,
  }
}

/** Gives the page's own time at which the login was confirmed. */
async function logIn(page: Page): Promise<number> {
  await page.locator('input[name=name]').fill(dispatcher.name)
  await page.locator('input[name=password]').fill(dispatcher.password)
  const begun = await page.evaluate(() => performance.now())
  await page.keyboard.press('Enter')
  return begun
}

async function work(page: Page, cdp: CDPSession, rounds: number): Promise<Sitting> {
  await page.evaluate(() => {
    const { probe } = window as unknown as { probe: Probe }
    Object.assign(probe, { paints: {}, keys: {}, slow: [], longTasks: [] })
  })
  await labelled(page, 'open the most urgent', () => pressEach(cdp, alternating(rounds, 'Escape', 'g'), STEP_MS * 2))
  await labelled(page, 'step to the next', () => pressEach(cdp, Array(rounds).fill('j'), STEP_MS))
  await labelled(page, 'key held down', () => pressEach(cdp, Array(rounds * 2).fill('j'), HELD_MS, true))
  const commands = await write(page, cdp, {
    key: '/',
    field: '#command_text',
    label: 'write in the command bar',
    rounds,
  })
  await pressEach(cdp, ['g'], STEP_MS)
  await systemClock.sleep(SETTLE_MS)
  const note = { key: 'n', field: 'dialog[open] input[name=reason]', label: 'write in a dialog', rounds }
  const notes = await write(page, cdp, note)
  const probe = await page.evaluate(() => (window as unknown as { probe: Probe }).probe)
  const steps = Object.entries(probe.paints).map(([what, paints]) => ({
    what,
    keys: probe.keys[what] ?? 0,
    paints,
    slow: probe.slow.filter(({ name }) => name === what).map(({ ms }) => ms),
  }))
  const typed = rounds * 2
  return { steps, typed, arrived: commands + notes, longTasks: probe.longTasks }
}

type Field = { key: string; field: string; label: string; rounds: number }

/** Opens a field by its key and writes `rounds` letters; gives how many of them stand there in the end. */
async function write(page: Page, cdp: CDPSession, { key, field, label, rounds }: Field): Promise<number> {
  const text = Array.from({ length: rounds }, (_, n) => 'fall sos 42 water '[n % 18] ?? ' ')
  await pressEach(cdp, [key], STEP_MS)
  await page.locator(field).waitFor()
  await labelled(page, label, () => pressEach(cdp, text, TYPE_MS))
  const written = await page.locator(field).inputValue()
  await pressEach(cdp, ['Escape'], STEP_MS)
  return arrivedOf(text.join(''), written)
}

/** How many letters stand where they were meant to. */
const arrivedOf = (wanted: string, got: string): number => [...wanted].filter((letter, n) => got[n] === letter).length

const alternating = (rounds: number, a: string, b: string): string[] =>
  Array.from({ length: rounds }, (_, n) => (n % 2 === 0 ? a : b))

async function labelled(page: Page, label: string, keys: () => Promise<void>): Promise<void> {
  await page.evaluate((text) => {
    ;(window as unknown as { probe: Probe }).probe.label = text
  }, label)
  await keys()
  await systemClock.sleep(SETTLE_MS)
  await page.evaluate(() => {
    ;(window as unknown as { probe: Probe }).probe.label = ''
  })
}

/** Presses each key when its time has come: a hand does not wait for the page. */
async function pressEach(cdp: CDPSession, keys: string[], everyMs: number, held = false): Promise<void> {
  const begun = performance.now()
  const sent: Promise<unknown>[] = []
  for (const [n, key] of keys.entries()) {
    await systemClock.sleep(Math.max(0, begun + n * everyMs - performance.now()))
    sent.push(...press(cdp, key, held && n > 0))
  }
  await Promise.all(sent)
}

const codes: Record<string, { code: string; keyCode: number; text?: string }> = {
  Escape: { code: 'Escape', keyCode: 27 },
  Enter: { code: 'Enter', keyCode: 13, text: '\r' },
  ' ': { code: 'Space', keyCode: 32, text: ' ' },
  '/': { code: 'Slash', keyCode: 191, text: '/' },
  '2': { code: 'Digit2', keyCode: 50, text: '2' },
  '4': { code: 'Digit4', keyCode: 52, text: '4' },
}

function press(cdp: CDPSession, key: string, autoRepeat: boolean): Promise<unknown>[] {
  const upper = key.toUpperCase()
  const { code, keyCode, text } = codes[key] ?? { code: `Key${upper}`, keyCode: upper.charCodeAt(0), text: key }
  const common = { key, code, windowsVirtualKeyCode: keyCode }
  return [
    cdp.send('Input.dispatchKeyEvent', {
      type: text ? 'keyDown' : 'rawKeyDown',
      ...common,
      ...(text && { text }),
      autoRepeat,
    }),
    ...(autoRepeat ? [] : [cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common })]),
  ]
}

function countsOf(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const groups = [...document.querySelectorAll('#queue .group')]
    return Object.fromEntries(groups.map((group) => [group.id, Number(group.querySelector('.count')?.textContent)]))
  })
}

async function memoryOf(cdp: CDPSession): Promise<{ heap: number; nodes: number }> {
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('Performance.enable')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes') }
}
