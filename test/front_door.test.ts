import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FrontDoor, LiveConnection } from '../domain/front_door.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))

let system: System
let token: string
const clients: MqttClient[] = []
/** The watch goes on publishing, one message at a time, until this is set. */
let isOver = false
let publishing: Promise<void>

beforeAll(async () => {
  system = await startSystem()
  await system.call('POST', '/vendors', { id: 'acme', name: 'Acme' })
  ;({ token } = await system.call<{ token: string }>('POST', '/devices', { id: 'watch-1', vendor: 'acme' }))
  const mqtt = `mqtt://127.0.0.1:${system.mqttPort}`
  const login = { username: 'watch-1', password: token, clientId: 'wrist', reconnectPeriod: 0 }
  clients.push(await connectAsync(mqtt, login))
  clients.push(
    await connectAsync(`${system.url.replace('http', 'ws')}/mqtt`, { username: 'admin', password: adminToken }),
  )
  publishing = publishOn(clients[0]!)
  const refused = connectAsync(mqtt, { username: 'watch-1', password: 'guessed', reconnectPeriod: 0 })
  await expect(refused).rejects.toThrow(/Not authorized|Bad username/i)
})

afterAll(async () => {
  isOver = true
  await publishing
  for (const client of clients) client.end(true)
  await system.close()
})

async function publishOn(watch: MqttClient): Promise<void> {
  while (!isOver) await watch.publishAsync('vigil/v1/watch-1/readings', '{"readings":{"heart_rate":72}}', { qos: 1 })
}

const connections = async (query = '') =>
  (await system.call<{ items: LiveConnection[] }>('GET', `/connections${query}`)).items

const post = async (heartRate: number, key: string): Promise<string> => {
  const answer = await fetch(`${system.url}/api/v1/devices/watch-1/readings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
    body: JSON.stringify({ readings: { heart_rate: heartRate } }),
  })
  const { code } = (await answer.json()) as { code?: string }
  return `${answer.status} ${code ?? ''}`.trim()
}

it('an idempotency key goes through the api to the front door: the same again is accepted, another message is not', async () => {
  expect([await post(70, 'k-1'), await post(70, 'k-1'), await post(71, 'k-2')]).toEqual(['202', '202', '202'])
  expect(await post(71, 'k-1')).toBe('422 idempotency_key_reused')
  expect(await post(70, '')).toBe('400 idempotency_key_invalid')
})

describe('what stands at the front door', () => {
  it('is each connection, whose it is, and how it came', async () => {
    const [watch, admin] = await connections()
    expect(watch).toMatchObject({ principal: 'device:watch-1', client_id: 'wrist', address: '127.0.0.1', via: 'tcp' })
    expect(admin).toMatchObject({ principal: 'administrator', via: 'websocket', quota: null })
    expect(watch?.quota).toMatchObject({ of: 'device:watch-1', slowed: false, refused: 0 })
    expect(watch?.quota?.messages_per_s).toBeGreaterThan(0)
    expect((await connections('?vendor=acme')).map(({ principal }) => principal)).toEqual(['device:watch-1'])
  })

  it('is counted: connections, connects by result, refusals by code, messages by lane', async () => {
    const door = await system.call<FrontDoor>('GET', '/front-door')
    expect(door).toMatchObject({ connections: 2, by_kind: { device: 1, administrator: 1 } })
    expect(door.connects).toMatchObject({ accepted: 2, unauthenticated: 1 })
    expect(door.refused).toMatchObject({ unauthenticated: 1 })
    expect(door.messages.bulk).toBeGreaterThanOrEqual(1)
    expect(door.busiest.map(({ of }) => of)).toContain('device:watch-1')
  })

  it('is told by vigil top, in words', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [commandLine, 'top', '--once', '--every', '100ms'], {
      env: { ...process.env, VIGIL_DATA: system.data, VIGIL_ADMIN_TOKEN: adminToken },
    })
    expect(stdout).toMatch(/2 connections: device 1, administrator 1/)
    expect(stdout).toMatch(/refused +in all +a second\n {2}unauthenticated +1 +0/)
    expect(stdout).toMatch(/device:watch-1 +[\d.]+ +[\d.]+ +\d+ %/)
  })

  it('is over when a connection ends', async () => {
    isOver = true
    await publishing
    clients[0]!.end(true)
    await until('the watch has gone', async () => (await connections()).length === 1 || undefined)
  })
})
