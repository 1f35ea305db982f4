import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../domain/random.ts'
import type { Ticket } from '../domain/ticket.ts'
import { connectDevice, deliver, type FleetDevice, registerHomes, storedReadings, streamReadings } from './fleet.ts'
import { type Part, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** How many processes are killed: few on a developer's machine, at least 50 in CI. */
const kills = Number(process.env.VIGIL_CRASHES ?? 6)
const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e9))
const random = seededRandom(seed)
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!

const streaming = 8
const from = Date.now() - 60_000

let system: System
let devices: FleetDevice[]
const clients = new Map<string, MqttClient>()

beforeAll(async () => {
  console.log(`crash test: ${kills} kills, seed ${seed} (VIGIL_SEED repeats the choices)`)
  system = await startSystem()
  devices = await registerHomes(system, kills + streaming, ['pendant', 'radar'])
  for (const device of devices) clients.set(device.id, await connectDevice(system, device))
}, 120_000)

afterAll(async () => {
  for (const client of clients.values()) client.end(true)
  await system.close()
}, 60_000)

/** What happens in one home around a kill: a pressed button, three times, and a radar that agrees. */
const story = [
  { kind: 'pendant', signal: 'sos' },
  { kind: 'radar', signal: 'fall' },
  { kind: 'pendant', signal: 'sos' },
  { kind: 'pendant', signal: 'sos' },
]

/** Sends the story; resolves when all four are acknowledged. */
async function emergency(home: string): Promise<void> {
  const began = Date.now()
  const sent = story.map(({ kind, signal }, i) => {
    const device = `${home}-${kind}`
    const payload = JSON.stringify({ at: began + i * 1_000, signal })
    return deliver(clients.get(device)!, `vigil/v1/${device}/signals`, payload)
  })
  await Promise.all(sent)
}

const signalsOn = (ticket: Ticket): number => ticket.evidence.reduce((sum, { repeats }) => sum + 1 + repeats, 0)

describe('killed with SIGKILL at random moments under load', () => {
  it('loses nothing that was acknowledged and opens one ticket for each emergency', async () => {
    const streamers = devices.filter(({ home, id }) => Number(home.slice(5)) >= kills && id.endsWith('pendant'))
    const stream = streamReadings(new Map(streamers.map(({ id }) => [id, clients.get(id)!])), from)
    const emergencies: Promise<void>[] = []
    for (let i = 0; i < kills; i++) {
      await stream.more(50 + Math.floor(random() * 400))
      const part = pick<Part>(['broker', 'broker', 'ingest', 'api', 'api', 'vigil'])
      const before = random() < 0.5
      if (before) emergencies.push(emergency(`home-${i}`))
      await system.kill(part)
      if (!before) emergencies.push(emergency(`home-${i}`))
    }
    await Promise.all(emergencies)
    await stream.finish()

    const tickets = await until('every emergency is on a ticket with all its signals', async () => {
      const found = await system.tickets().catch(() => [])
      return found.reduce((sum, ticket) => sum + signalsOn(ticket), 0) >= kills * story.length ? found : undefined
    })
    expect(tickets.map((ticket) => ticket.home).sort()).toEqual(
      Array.from({ length: kills }, (_, i) => `home-${i}`).sort(),
    )
    for (const ticket of tickets) {
      expect(signalsOn(ticket), `signals on the ticket of ${ticket.home}`).toBeGreaterThanOrEqual(story.length)
      expect(new Set(ticket.evidence.map(({ device, device_at }) => `${device} ${device_at}`)).size).toBe(story.length)
      expect(ticket.next_step?.at, `a living next step of ${ticket.home}`).not.toBeNull()
      expect(ticket.unverified).toBe(false)
    }
    expect(new Set(tickets.map(({ number }) => number)).size).toBe(kills)

    const opened = (await system.events(2 * kills)).map(({ seq }) => seq)
    expect(opened).toEqual(opened.map((_, i) => i + 1))

    for (const device of streamers) {
      const mine = stream.acknowledged.filter((reading) => reading.device === device.id)
      await until(`the readings of ${device.id} are stored`, async () => {
        const stored = await storedReadings(system, device, from).catch(() => new Map<number, number>())
        return mine.every(({ at, value }) => stored.get(at) === value) || undefined
      })
    }
    console.log(`crash test: ${stream.acknowledged.length} acknowledged readings, ${tickets.length} tickets, none lost`)
  }, 600_000)
})
