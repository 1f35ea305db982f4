import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Device } from '../domain/registry.ts'
import type { Ticket } from '../domain/ticket.ts'
import { connectDevice, type FleetDevice, registerHomes } from './fleet.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** A Zigbee2MQTT with a Vigil that has never heard of its devices, through the real processes. */

let system: System
let hub: FleetDevice
let client: MqttClient

beforeAll(async () => {
  system = await startSystem()
  ;[hub] = (await registerHomes(system, 1, ['hub'])) as [FleetDevice]
  client = await connectDevice(system, hub)
})
afterAll(async () => {
  client?.end(true)
  await system?.close()
})

const say = (name: string, state: object | string, retain = false) =>
  client.publishAsync(`zigbee2mqtt/${name}`, typeof state === 'string' ? state : JSON.stringify(state), {
    qos: 1,
    retain,
  })
const theTicket = (what: string, isSo: (ticket: Ticket) => boolean) =>
  until(what, async () => (await system.tickets()).find(isSo))
const types = async (count: number) => (await system.events(count)).map(({ type }) => type)

it('what a broker may have kept rings nobody; a press rings, once, by both of its messages; its button comes into the registry', async () => {
  await say('Bed room/SOS', { action: 'emergency' }, true)
  const late = await theTicket('a late ticket', () => true)
  expect(late).toMatchObject({ late: true, severity: 'low', home: hub.home })
  expect(late.unverified_reasons).toContain('retained')

  const refused = await system.call('POST', `/tickets/${late.id}/dispatch`, {}).catch((error: Error) => error.message)
  expect(refused).toContain('409')
  expect(refused).toContain('late_only')

  const button = await until('the button in the registry', async () =>
    (await system.list<Device>(`/devices?gateway=${hub.id}`)).find(({ place }) => place === 'Bed room/SOS'),
  )
  expect(button).toMatchObject({ home: hub.home, gateway: hub.id })

  await say('Bed room/SOS', { action: 'emergency', battery: 88 })
  await say('Bed room/SOS/action', 'emergency')
  const fresh = await theTicket('a ticket of now', ({ late: isLate }) => !isLate)
  expect(fresh).toMatchObject({ id: late.id, severity: 'critical', state: 'open' })
  const told = await until('both messages are judged', async () => {
    const { evidence } = await system.call<Ticket>('GET', `/tickets/${late.id}`)
    return evidence.reduce((sum, { repeats }) => sum + 1 + repeats, 0) === 3 ? evidence : undefined
  })
  expect(told.map(({ device, repeats }) => [device, repeats])).toEqual([
    [button.id, 0],
    [button.id, 1],
  ])
  expect((await types(2)).slice(0, 2)).toEqual(['ticket.opened', 'ticket.reopened'])
  expect(await system.tickets()).toHaveLength(1)
})
