import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Notice } from '../domain/notices.ts'
import type { Ticket } from '../domain/ticket.ts'
import { connectDevice } from './fleet.ts'
import { findPart, needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** From a press to a message, and from the link in the message to an answer: over the real processes, in a real browser. */

const notices: Notice[] = []
const receiver = createServer((request, response) => {
  request.setEncoding('utf8')
  let body = ''
  request.on('data', (part: string) => {
    body += part
  })
  request.on('end', () => {
    notices.push(JSON.parse(body) as Notice)
    response.end()
  })
})

let system: System
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  system = await startSystem({ VIGIL_URL: 'https://vigil.example' })
  const settings = { url: `http://127.0.0.1:${port}/`, secret: 'a secret of some length' }
  await system.call('POST', '/areas', { id: 'hill', name: 'Hill' })
  await system.call('POST', '/channels', { id: 'hook', name: 'hook', kind: 'webhook', language: 'en', settings })
  await system.call('POST', '/homes', { id: 'elm', area: 'hill', address: '1 Hill Street' })
  const ways = [{ channel: 'hook', to: '' }]
  await system.call('POST', '/contacts', { id: 'son', home: 'elm', name: 'Li Ming', phone: '138', ways })
  const steps = [{ after_s: 0, tell: [{ to: 'contacts' }] }]
  await system.call('POST', '/plans', { id: 'p', name: 'p', area: 'hill', steps })
  const { token } = await system.call<{ token: string }>('POST', '/devices', { id: 'pendant', home: 'elm' })
  const client = await connectDevice(system, { id: 'pendant', token, home: 'elm' })
  await client.publishAsync('vigil/v1/pendant/signals', '{"signal":"sos"}', { qos: 1 })
  await client.endAsync()
}, 60_000)
afterAll(async () => {
  await system.close()
  receiver.close()
})

const call = () => until('the call arrives', async () => notices.find(({ reason }) => reason === 'call'))
const onHere = (link: string) => link.replace('https://vigil.example', system.url)
const ticket = async () => (await system.tickets())[0] as Ticket

describe('the link in a message', () => {
  it('names nobody, is for this house, and fetching its page answers nothing', async () => {
    const { link, reason } = await call()
    expect(reason).toBe('call')
    expect(link).toMatch(/^https:\/\/vigil\.example\/a\/[\w.-]+$/)
    const page = await fetch(onHere(link!))
    expect([page.status, page.headers.get('referrer-policy')]).toEqual([200, 'no-referrer'])
    expect(await page.text()).not.toMatch(/Li Ming|Hill Street|elm/)
    expect((await ticket()).holder).toBeNull()
  })

  it.skipIf(!needs('chromium'))(
    'answers for whom it was sent to, and tells so again; a console takes the ticket over, and the page tells that too',
    async () => {
      const browser: Browser = await chromium.launch({
        executablePath: findPart('chromium') ?? '',
        args: ['--no-sandbox', '--disable-gpu'],
      })
      const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'en' })
      const { link } = await call()
      await page.goto(onHere(link!))
      await page.locator('#answer[data-state=yours]').waitFor()
      expect(await page.locator('h1').textContent()).toBe('You have it: ticket 1')
      if (process.env.VIGIL_SHOTS) await page.screenshot({ path: `${process.env.VIGIL_SHOTS}/answer.png` })
      expect(await ticket()).toMatchObject({ state: 'acknowledged', holder: 'contact:son' })
      expect((await ticket()).timeline.at(-1)).toMatchObject({ who: 'Li Ming', what: 'acknowledged' })
      await page.reload()
      await page.locator('#answer[data-state=yours]').waitFor()
      const taken = await system.call<Ticket>('POST', `/tickets/${(await ticket()).id}/dispatch`, {})
      expect(taken).toMatchObject({ state: 'dispatched', holder: 'administrator' })
      await page.reload()
      await page.locator('#answer[data-state=answered_before]').waitFor()
      await browser.close()
    },
  )
})
