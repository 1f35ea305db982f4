import type { MqttClient } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { connectDevice, deliver, registerHomes, storedReadings, streamReadings } from './fleet.ts'
import { isGuest, startInflux } from './influxdb.ts'
import { startPostgres } from './postgres.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

const from = Date.now() - 60_000
const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
}, 60_000)

/** A system with three homes, each with a pendant that is connected. */
async function connectedHomes(env: Record<string, string>) {
  const system = await startSystem(env)
  cleanUp.push(() => system.close())
  const devices = await registerHomes(system, 3, ['pendant'])
  const clients = new Map<string, MqttClient>()
  for (const device of devices) clients.set(device.id, await connectDevice(system, device))
  cleanUp.push(() => [...clients.values()].map((client) => client.end(true)))
  const press = (n: number) =>
    deliver(clients.get(`home-${n}-pendant`)!, `vigil/v1/home-${n}-pendant/signals`, '{"signal":"sos"}')
  const stream = streamReadings(new Map([['home-0-pendant', clients.get('home-0-pendant')!]]), from)
  const allStored = () =>
    until('every acknowledged reading is stored', async () => {
      const stored = await storedReadings(system, devices[0]!, from).catch(() => new Map<number, number>())
      return stream.acknowledged.every(({ at, value }) => stored.get(at) === value) || undefined
    })
  const reconnect = (n: number) => {
    const client = clients.get(`home-${n}-pendant`)!
    const back = new Promise<void>((resolve) => client.once('connect', () => resolve()))
    client.stream.destroy()
    return back
  }
  return { system, press, stream, allStored, reconnect }
}

const homesOf = async (system: System) => (await system.tickets()).map(({ home }) => home).sort()

describe.skipIf(!needs('postgres') || process.env.TEST_DATABASE_URL !== undefined)(
  'PostgreSQL stopped for a while',
  () => {
    it('acknowledges on, and opens one ticket for each SOS when it is back', async () => {
      const postgres = await startPostgres()
      cleanUp.push(() => postgres.close())
      const { system, press, stream, allStored, reconnect } = await connectedHomes({
        DATABASE_URL: await postgres.freshDatabase(),
      })
      await press(0)
      await until('the first ticket', async () => ((await homesOf(system)).length === 1 ? true : undefined))
      await stream.more(100)
      await postgres.stop()
      await press(1)
      await press(1)
      // Who loses the line meanwhile gets in again.
      await reconnect(2)
      await press(2)
      await stream.more(500)
      await postgres.start()
      const homes = await until('three tickets', async () => {
        const found = await homesOf(system).catch(() => [])
        return found.length >= 3 ? found : undefined
      })
      expect(homes).toEqual(['home-0', 'home-1', 'home-2'])
      await stream.finish()
      await allStored()
      const numbers = (await system.events(4)).map(({ seq }) => seq)
      expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    }, 180_000)
  },
)

describe.skipIf(isGuest || !needs('influxdb'))('InfluxDB stopped for a while', () => {
  it('tickets an SOS meanwhile, loses no reading, and drains by itself', async () => {
    const influx = await startInflux()
    cleanUp.push(() => influx.close())
    const { system, press, stream, allStored } = await connectedHomes({
      INFLUX_URL: influx.url,
      INFLUX_DATABASE: influx.freshDatabase(),
    })
    await stream.more(500)
    await influx.stop()
    await stream.more(500)
    await press(1)
    await until('the ticket', async () => ((await homesOf(system)).length === 1 ? true : undefined))
    await stream.more(500)
    await influx.start()
    await stream.finish()
    await allStored()
    expect(stream.acknowledged.length).toBeGreaterThanOrEqual(1_500)
  }, 180_000)
})
