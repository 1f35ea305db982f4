import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDevice, type FleetDevice, registerHomes } from './fleet.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** A format that nobody understands loses nothing: it is described while Vigil runs, and what came before is replayed. */

let system: System
let device: FleetDevice
let client: MqttClient

beforeAll(async () => {
  system = await startSystem()
  ;[device] = (await registerHomes(system, 1, ['mat'])) as [FleetDevice]
  client = await connectDevice(system, device)
})
afterAll(async () => {
  client?.end(true)
  await system?.close()
})

/** Runs the command line against the system; gives what it printed. */
async function vigil(...args: string[]): Promise<string> {
  const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))
  const env = { ...process.env, VIGIL_DATA: system.data, VIGIL_ADMIN_TOKEN: adminToken }
  const { stdout } = await promisify(execFile)(process.execPath, [commandLine, ...args], { env })
  return stdout
}

const topic = 'acme/mat-1/up'
const say = (content: object) => client.publishAsync(topic, JSON.stringify(content), { qos: 1 })
type Letter = { id: string; topic: string; code: string; state: string }
const letters = async (state: string) =>
  (await system.list<Letter>(`/dead-letters?state=${state}`)).filter((letter) => letter.topic === topic)

type Telemetry = { series: { device: string; metric: string; points: [string, number][] }[] }
/** The telemetry of the home, as device, metric, value and instant in epoch ms. */
async function stored(): Promise<[string, string, number, number][]> {
  const { series } = await system.call<Telemetry>(
    'GET',
    `/homes/${device.home}/telemetry?from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z`,
  )
  return series.flatMap(({ device: id, metric, points }) =>
    points.map(([at, value]): [string, string, number, number] => [id, metric, value, Date.parse(at)]),
  )
}

it('what is not understood is kept, a mapping is taken while running, and the replay stores readings at their own time', async () => {
  const now = Date.now()
  const earlier = now - 3_600_000
  await say({ t: earlier, pulse: 61 })
  await say({ t: earlier + 1_000, pulse: 62, call: 'HELP' })
  await until('two dead letters', async () => (await letters('kept')).length === 2 || undefined)
  expect((await letters('kept')).map(({ code }) => code)).toEqual(['topic_unknown', 'topic_unknown'])
  expect(await stored()).toEqual([])
  const first = ['--topic', 'acme/#', '--until', new Date(Date.now() + 1).toISOString()]

  await mkdir(join(system.data, 'mappings'), { recursive: true })
  await writeFile(
    join(system.data, 'mappings', 'acme.yaml'),
    'name: acme_mat\ntopics: [acme/+/up]\ntime: $.t\nreadings: { heart_rate: $.pulse }\nsignals: { sos: { path: $.call, values: [HELP] } }\n',
  )
  await until('a new message is understood', async () => {
    await say({ t: now, pulse: 70 })
    return (await stored()).some(([, , value]) => value === 70) || undefined
  })

  const id = (await letters('kept')).at(-1)?.id
  expect(await vigil('dead-letters', 'count', ...first)).toMatch(/2 +no vendor +topic_unknown +no format +kept/)
  expect(await vigil('dead-letters', 'show', id!)).toMatch(/reading +home-0-mat +heart_rate 61 /)
  const file = join(system.data, 'letters.jsonl')
  expect(await vigil('dead-letters', 'export', ...first, file)).toContain('2 dead letters are in')
  const exported = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(exported.map(({ payload }) => JSON.parse(Buffer.from(payload, 'base64').toString()).pulse)).toEqual([61, 62])
  expect(await vigil('dead-letters', 'replay', ...first)).toContain('2 dead letters are replayed')
  await until(
    'both are replayed',
    async () => (await stored()).filter(([, , value]) => value < 70).length === 2 || undefined,
  )
  expect((await stored()).filter(([, , value]) => value < 70)).toEqual([
    [device.id, 'heart_rate', 61, earlier],
    [device.id, 'heart_rate', 62, earlier + 1_000],
  ])
  const [ticket] = await until('the ticket of the call', async () => {
    const tickets = await system.tickets()
    return tickets.length > 0 ? tickets : undefined
  })
  expect(ticket).toMatchObject({ kind: 'sos', home: device.home })
  expect(ticket?.evidence[0]?.doubts).toContain('replayed')
})
