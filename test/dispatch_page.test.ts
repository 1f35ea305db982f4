import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findingCodes } from '../alerts/auditor/finding.ts'
import { leaseMs } from '../alerts/escalation/leases.ts'
import { limits } from '../domain/limits.ts'
import { severities } from '../domain/signals.ts'
import type { Ticket } from '../domain/ticket.ts'
import { connectDevice } from './fleet.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** What docs/Dispatch.md tells supervisors to type does what it says. */

const page = readFileSync(new URL('../docs/Dispatch.md', import.meta.url), 'utf8')
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text).join('\n')

/** The telephone company of the page's example, on this machine. */
const told: { to: string; text: string }[] = []
const company = createServer((request, response) => {
  request.setEncoding('utf8')
  let body = ''
  request.on('data', (part: string) => {
    body += part
  })
  request.on('end', () => {
    told.push(JSON.parse(body))
    response.end('{}')
  })
})

let system: System
beforeAll(async () => {
  company.listen(0, '127.0.0.1')
  await once(company, 'listening')
  system = await startSystem()
}, 60_000)
afterAll(async () => {
  await system.close()
  company.close()
})

it('the commands make a plan by which an SOS of that street goes', async () => {
  const env = { ...process.env, V: `${system.url}/api/v1`, TOKEN: adminToken }
  const { port } = company.address() as AddressInfo
  const here = commands.replace('https://sms.example.org', `http://127.0.0.1:${port}`)
  await promisify(execFile)('bash', ['-e', '-o', 'pipefail', '-c', here], { env })
  await until('the trial arrives', async () => told.some(({ to }) => to === '13800000000') || undefined)
  await system.call('POST', '/homes', { id: 'elm', area: 'hill', address: '1 Hill Street' })
  const { token } = await system.call<{ token: string }>('POST', '/devices', { id: 'pendant', home: 'elm' })
  const client = await connectDevice(system, { id: 'pendant', token, home: 'elm' })
  await client.publishAsync('vigil/v1/pendant/signals', '{"signal":"sos"}', { qos: 1 })
  await client.endAsync()
  const ticket = await until('the first step is taken', async () => {
    const [found] = await system.tickets()
    return found?.timeline.some(({ what }) => what === 'called') ? found : undefined
  })
  // On a weekday from eight to eight by the clock of Shanghai it is Ann who is called; at other times the street has nobody or Sue.
  expect(ticket).toMatchObject({ plan: { id: 'hill-sos', reason: 'area' }, plan_at: { step: 2 } } satisfies Partial<{
    [Key in keyof Ticket]: unknown
  }>)
})

const asMs = (text: string): number => {
  const [, n = '', unit] = /^(\d+) (min|h)$/.exec(text) ?? []
  return Number(n) * (unit === 'h' ? 3_600_000 : 60_000)
}

it('the table of leases is the one in force', () => {
  const rows = {
    acknowledged: 'acknowledged',
    'help sent': 'dispatched',
    'on the scene': 'on_scene',
    resolved: 'resolved',
  } as const
  for (const [word, state] of Object.entries(rows)) {
    const row = new RegExp(`^\\| ${word} \\| (.*) \\|$`, 'm').exec(page)?.[1]?.split(' | ')
    expect(row?.map(asMs), word).toEqual(severities.toReversed().map((severity) => leaseMs(state, severity, null)))
  }
})

it('tells of every finding of the auditor, and the pauses of notices', () => {
  for (const code of Object.keys(findingCodes)) expect(page).toContain(`\`${code}\``)
  expect(page).toContain(`after ${limits.noticePausesMs.map((ms) => ms / 1_000).join(', ')}`)
})
