import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../domain/errors.ts'
import type { Receipt } from '../domain/ticket.ts'
import { connectDevice, type FleetDevice, registerHomes, storedReadings } from './fleet.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

let system: System
let devices: FleetDevice[]
let careless: MqttClient
let bystander: MqttClient
let lost = 0
const receipts: Receipt[] = []

const own = 'home-0-watch'
const topicOf = (device: string, kind: string) => `vigil/v1/${device}/${kind}`

beforeAll(async () => {
  system = await startSystem()
  devices = await registerHomes(system, 2, ['watch'])
  careless = await connectDevice(system, devices[0]!)
  bystander = await connectDevice(system, devices[1]!)
  for (const client of [careless, bystander]) client.on('close', () => lost++)
  careless.on('message', (_topic, payload) => receipts.push(JSON.parse(payload.toString())))
  await careless.subscribeAsync(topicOf(own, 'receipts'), { qos: 1 })
})

afterAll(async () => {
  careless.end(true)
  bystander.end(true)
  await system.close()
})

const table: [what: string, code: ErrorCode, topic: string, payload: string][] = [
  ['not JSON', 'payload_not_json', topicOf(own, 'readings'), 'temperature=36.6'],
  ['NaN', 'value_not_a_number', topicOf(own, 'readings'), '{"readings":{"heart_rate":NaN}}'],
  ['NaN in quotes', 'value_not_a_number', topicOf(own, 'readings'), '{"readings":{"heart_rate":"NaN"}}'],
  ['nothing', 'payload_empty', topicOf(own, 'readings'), ''],
  ['a wrong type', 'payload_invalid', topicOf(own, 'readings'), '{"readings":5}'],
  ['a time without a zone', 'time_invalid', topicOf(own, 'readings'), '{"at":"yesterday","readings":{"spo2":97}}'],
  ['an unknown metric', 'metric_unknown', topicOf(own, 'readings'), '{"readings":{"mood":3}}'],
  ['an unknown signal', 'signal_unknown', topicOf(own, 'signals'), '{"signal":"banana"}'],
  ['2 MB', 'payload_too_large', topicOf(own, 'readings'), `{"pad":"${'x'.repeat(2_000_000)}"}`],
  ['deep nesting', 'payload_too_deep', topicOf(own, 'readings'), '['.repeat(100_000)],
  ['an unknown topic', 'topic_unknown', topicOf(own, 'wishes'), '{"readings":{"spo2":97}}'],
  ["another device's topic", 'topic_foreign', topicOf('home-1-watch', 'readings'), '{"readings":{"spo2":1}}'],
  ['a broken motion window', 'payload_invalid', topicOf(own, 'motion'), '{"rate_hz":50,"x":[1],"y":[],"z":[1]}'],
]

describe('bad input', () => {
  it.each(table)('%s: %s, with receipt, dead letter and metric', async (_what, code, topic, payload) => {
    const before = { receipts: receipts.length, letters: await lettersOf(topic, code), counted: await counted(code) }
    await careless.publishAsync(topic, payload, { qos: 1 })
    await until('the receipt', async () => (receipts.length > before.receipts ? true : undefined))
    expect(receipts.at(-1)).toMatchObject({ result: 'refused', code, topic })
    expect(receipts.at(-1)?.reason).toBeTruthy()

    const known = new Set(before.letters)
    const [id] = (await lettersOf(topic, code)).filter((letter) => !known.has(letter))
    const letter = await system.call<{ payload: string }>('GET', `/dead-letters/${id}`)
    expect(Buffer.from(letter.payload, 'base64').toString()).toBe(payload)
    expect(await counted(code)).toBe(before.counted + 1)
  })

  it('keeps a reading outside what physics allows', async () => {
    const at = Date.now()
    await careless.publishAsync(topicOf(own, 'readings'), JSON.stringify({ at, readings: { heart_rate: 900 } }), {
      qos: 1,
    })
    await until(
      'it is stored',
      async () => (await storedReadings(system, devices[0]!, at - 1_000)).get(at) === 900 || undefined,
    )
  })

  it('leaves everybody connected, the careless device too', async () => {
    await bystander.publishAsync(topicOf('home-1-watch', 'signals'), '{"signal":"sos"}', { qos: 1 })
    await until('its ticket', async () => (await system.tickets()).some(({ home }) => home === 'home-1') || undefined)
    expect(lost).toBe(0)
  })
})

async function lettersOf(topic: string, code: string): Promise<string[]> {
  const letters = await system.list<{ id: string; topic: string; code: string }>(`/dead-letters?code=${code}`)
  return letters.filter((letter) => letter.topic === topic).map(({ id }) => id)
}

async function counted(code: string): Promise<number> {
  const text = await (await fetch(`${system.url}/metrics`)).text()
  const line = text.split('\n').find((l) => l.startsWith('vigil_ingest_refused_total') && l.includes(`code="${code}"`))
  return Number(line?.split(' ').at(-1) ?? 0)
}
