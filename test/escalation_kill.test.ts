import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type HttpReceiver, startHttpReceiver } from '../alerts/channels/test_receivers.ts'
import type { Notice } from '../domain/notices.ts'
import { seededRandom } from '../domain/random.ts'
import { connectDevice, deliver, type FleetDevice, registerHomes } from './fleet.ts'
import { type Part, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** How many tickets: few on a developer's machine, more in CI. */
const count = Number(process.env.VIGIL_ESCALATION_KILLS ?? 100)
const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(seed)
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!

/** One program that is told at each of these seconds after the opening. */
const steps = [0, 1, 2, 3]
/** One kill for so many tickets. */
const ticketsPerKill = 5

let receiver: HttpReceiver
let system: System
let devices: FleetDevice[]
const clients = new Map<string, MqttClient>()

beforeAll(async () => {
  console.log(`escalation kill test: ${count} tickets, seed ${seed} (VIGIL_SEED repeats the choices)`)
  receiver = await startHttpReceiver()
  system = await startSystem()
  devices = await registerHomes(system, count, ['pendant'])
  for (const device of devices) clients.set(device.id, await connectDevice(system, device))
  const settings = { url: receiver.url, secret: 'a-secret-of-sixteen-or-more' }
  await system.call('POST', '/channels', { id: 'program', name: 'Program', kind: 'webhook', settings })
  const tell = [{ to: 'channel', channel: 'program' }]
  const ofPlan = steps.map((_, n) => ({ after_s: n === 0 ? 0 : 1, tell }))
  await system.call('POST', '/plans', { id: 'plan', name: 'Plan', steps: ofPlan })
}, 300_000)

afterAll(async () => {
  for (const client of clients.values()) client.end(true)
  await system?.close()
  await receiver?.close()
}, 60_000)

/** Every arrival, repeats too: what the receiver tells apart by. */
const arrivals = (): Notice[] =>
  receiver.received.map(({ body }) => JSON.parse(body) as Notice).filter(({ ticket }) => ticket?.kind === 'sos')

it('arrives at the receiver whole, with ids by which a repeat is known, whatever is killed', async () => {
  const sent: Promise<void>[] = []
  for (const [n, { id }] of devices.entries()) {
    const payload = JSON.stringify({ at: Date.now(), signal: 'sos' })
    sent.push(deliver(clients.get(id)!, `vigil/v1/${id}/signals`, payload))
    if (n % ticketsPerKill === ticketsPerKill - 1) {
      const arrived = receiver.received.length
      await system.kill(pick<Part>(['api', 'api', 'api', 'broker', 'vigil']))
      // Some are killed at once again, others when they are at work.
      if (random() < 0.7) await until('somebody is told', async () => receiver.received.length > arrived || undefined)
    }
  }
  await Promise.all(sent)

  const tickets = await until('every press is a ticket', async () => {
    const found = (await system.tickets().catch(() => [])).filter(({ kind }) => kind === 'sos')
    return found.length >= count ? found : undefined
  })
  expect(tickets.map(({ home }) => home).sort()).toEqual(devices.map(({ home }) => home).sort())

  const expected = tickets.flatMap(({ id }) => steps.map((_, n) => `call-${id}-1.0.${n}.0-channel:program-1`)).sort()
  await until(
    'every step has arrived',
    async () => new Set(arrivals().map(({ id }) => id)).size >= expected.length || undefined,
    180_000,
  )
  const ids = arrivals().map(({ id }) => id)
  expect([...new Set(ids)].sort()).toEqual(expected)
  for (const notice of arrivals()) expect(notice.id).toContain(`call-${notice.ticket?.id}-`)
  for (const { headers, body } of receiver.received) expect(headers['vigil-id']).toBe((JSON.parse(body) as Notice).id)
  console.log(
    `escalation kill test: ${count} tickets, ${expected.length} steps, ${Math.floor(count / ticketsPerKill)} kills, ${ids.length - expected.length} repeats of the same id; none lost, none doubled`,
  )
}, 900_000)
