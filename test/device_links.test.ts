import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type RunningBroker, startBroker } from '../broker/start.ts'
import { systemClock } from '../domain/clock.ts'
import { seededRandom } from '../domain/random.ts'
import type { Receipt } from '../domain/ticket.ts'
import type { Journal } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { type Fleet, openFleet } from '../simulators/links/fleet.ts'
import { createDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

/** Simulated devices at the real front door: what they count as acknowledged is in the journal. */

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const home = {
  id: 'home',
  label: 'home',
  position: { lat: 39.6, lon: 106.8 },
  residents: [],
  devices: [
    { id: 'over-http', kind: 'bp_cuff', transport: 'http' },
    { id: 'over-mqtt', kind: 'pendant' },
  ],
} as const

let data: string
let store: Store
let journal: Journal
let broker: RunningBroker
let fleet: Fleet
let tokens: Record<string, string>
let receipts: Receipt[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-links-'))
  store = await openStore({ data, clock: systemClock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0, data }
  broker = await startBroker({ journal, store, clock: systemClock, log: pino({ level: 'silent' }), ...ports })
  tokens = {}
  receipts = []
  for (const { id } of home.devices) tokens[id] = (await store.write((tx) => createDevice(tx, { id }, 0))).token
})

afterEach(async () => {
  await fleet.close()
  await broker.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

function open(): void {
  fleet = openFleet({
    mqttUrl: `mqtt://127.0.0.1:${broker.mqttPort}`,
    httpUrl: `http://127.0.0.1:${broker.httpPort}`,
    homes: [home],
    token: async (device) => tokens[device] ?? '',
    onReceipt: (_device, _home, receipt) => void receipts.push(receipt),
    onState: () => {},
    clock: systemClock,
    random: seededRandom(1),
    signal: new AbortController().signal,
  })
}

const say = (n: number, kind: 'readings' | 'signals', payload: Record<string, unknown>) =>
  fleet.carry({ what: 'message', at: 0, home, device: home.devices[n]!, message: { kind, payload } })
const line = (n: number, up: boolean) => fleet.carry({ what: 'link', at: 0, home, device: home.devices[n]!, up })

async function inJournal(lane: 'urgent' | 'bulk'): Promise<string[]> {
  const records = await journal.read(lane, 0, 1_000)
  return records.map(({ topic }) => topic).filter((topic) => !topic.endsWith('/status'))
}

it.each([
  [0, 'over-http'],
  [1, 'over-mqtt'],
])('what device %i sends is in the journal when it is acknowledged, the SOS of an outage too', async (n, id) => {
  open()
  line(n, false)
  for (let seq = 1; seq <= 20; seq++) say(n, 'readings', { at: Date.now(), seq, readings: { heart_rate: 70 } })
  say(n, 'signals', { at: Date.now(), seq: 21, signal: 'sos' })
  expect(fleet.waiting()).toBe(21)
  line(n, true)
  await fleet.settled()
  expect(fleet.account()).toMatchObject({ sent: 21, acknowledged: 21, redelivered: 0, dropped: 0 })
  expect(await inJournal('urgent')).toEqual([`vigil/v1/${id}/signals`])
  expect(await inJournal('bulk')).toEqual(Array(20).fill(`vigil/v1/${id}/readings`))
})

it('a message that the front door cannot read is answered over HTTP with the reason, and not sent for ever', async () => {
  open()
  say(0, 'signals', { at: Date.now(), signal: 'no such thing' })
  await fleet.settled()
  expect(receipts).toMatchObject([{ result: 'refused', code: 'signal_unknown' }])
  expect(fleet.account()).toMatchObject({ sent: 1, acknowledged: 1, refused: 1 })
})
