import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import type { Command } from '../domain/commands.ts'
import { seededRandom } from '../domain/random.ts'
import { openFleet } from '../simulators/links/fleet.ts'
import { rawConnected } from './raw_client.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** Commands through the whole house: API, broker, ingest and command line, each a process of its own. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let system: System
const clients: MqttClient[] = []
beforeAll(async () => {
  system = await startSystem()
})
afterAll(async () => {
  for (const client of clients) client.end(true)
  await system.close()
})

const register = async (id: string, fields: object = {}) =>
  (await system.call<{ token: string }>('POST', '/devices', { id, ...fields })).token
const send = (device: string, body: object) => system.call<Command>('POST', `/devices/${device}/commands`, body)
const becomes = (device: string, id: string, state: string) =>
  until(`${id} is ${state}`, async () => {
    const command = await system.call<Command>('GET', `/devices/${device}/commands/${id}`)
    return command.state === state ? command : undefined
  })

/** A device that is connected and subscribed, and the commands that it hears. */
async function device(id: string, password: string, options: IClientOptions = {}) {
  const login = { clientId: id, username: id, password, reconnectPeriod: 0 }
  const client = await connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, { ...login, ...options })
  clients.push(client)
  const heard: string[] = []
  client.on('error', () => {})
  client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()).id))
  await client.subscribeAsync(`vigil/v1/${id}/commands`, { qos: 1 })
  return { client, heard }
}

it.each([
  ['clean', true],
  ['lasting', false],
])(
  'a device with a %s session gets what was queued while it was away and every process was killed',
  async (name, clean) => {
    const id = `watch-${name}`
    const token = await register(id)
    const before = await device(id, token, { clean })
    await before.client.endAsync()
    await send(id, { id: 'c-1', kind: 'ring' })
    await system.kill('broker')
    await send(id, { id: 'c-2', kind: 'say', text: 'hello' })
    await system.kill('vigil')
    const after = await device(id, token, { clean })
    await until('both came', async () => (after.heard.length >= 2 ? true : undefined))
    expect(after.heard).toEqual(['c-1', 'c-2'])
    await becomes(id, 'c-1', 'delivered')
    await system.kill('ingest')
    const answers = [
      { command: 'c-1', result: 'done' },
      { command: 'c-2', result: 'refused', detail: 'no speaker' },
    ]
    await after.client.publishAsync(`vigil/v1/${id}/answers`, JSON.stringify(answers), { qos: 1 })
    expect((await becomes(id, 'c-1', 'answered')).answer).toMatchObject({ result: 'done' })
    expect((await becomes(id, 'c-2', 'answered')).answer).toMatchObject({ result: 'refused', detail: 'no speaker' })
  },
)

it('one that was not acknowledged when the broker was killed comes again', async () => {
  const token = await register('watch-cut')
  // A client that acknowledges nothing by itself.
  const login = { clientId: 'watch-cut', username: 'watch-cut', password: Buffer.from(token) }
  const first = await rawConnected(system.mqttPort, login)
  first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'vigil/v1/watch-cut/commands', qos: 1 }] })
  await send('watch-cut', { id: 'c-1', kind: 'ring' })
  expect((await first.next('publish')).payload.toString()).toContain('c-1')
  await system.kill('broker')
  const again = await until('the broker is back', () => device('watch-cut', token).catch(() => undefined))
  await until('it came again', async () => (again.heard.length > 0 ? true : undefined))
  expect(again.heard).toEqual(['c-1'])
  await becomes('watch-cut', 'c-1', 'delivered')
})

it('vigil device command waits for what a simulated watch answers', async () => {
  const home = { id: 'li', label: 'li', position: { lat: 39.6, lon: 106.8 }, residents: [{ id: 'wang', seed: 1 }] }
  const tokens: Record<string, string> = { 'sim-watch': await register('sim-watch') }
  const stopping = new AbortController()
  const fleet = openFleet({
    mqttUrl: `mqtt://127.0.0.1:${system.mqttPort}`,
    httpUrl: system.url,
    homes: [{ ...home, devices: [{ id: 'sim-watch', kind: 'watch' }] }],
    token: async (id) => tokens[id] ?? '',
    onReceipt: () => {},
    onState: () => {},
    clock: systemClock,
    random: seededRandom(1),
    signal: stopping.signal,
  })
  const vigil = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))
  const url = new URL(system.url).origin
  const args = [vigil, 'device', 'command', 'sim-watch', 'locate', '--wait', '--url', url, '--token', adminToken]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  await fleet.close()
  const lines = stdout.trim().split('\n')
  expect(lines.at(0)).toMatch(/queued as command-/)
  expect(lines.at(-1)).toMatch(/answered: done, position \{"lat":39.6,"lon":106.8\}/)
})
