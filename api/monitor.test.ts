import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import type { Journal, JournalRecord, Lane } from '../journal/journal.ts'
import { createDevice, updateDevice } from '../store/devices.ts'
import { logout } from '../store/operators.ts'
import { lockSession } from '../store/session_lock.ts'
import { memoryJournal } from '../test/memory_journal.ts'
import type { Message } from './message_shown.ts'
import { type House, openHouse } from './test_house.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8)

/** Appends what a device sent; `more` says where it is otherwise than usual. */
const send = (journal: Journal, lane: Lane, payload: string | Uint8Array, more: Partial<JournalRecord> = {}) => {
  const device = more.device ?? 'device-north'
  const kind = lane === 'urgent' ? 'signals' : 'readings'
  const shared = { receivedAt, topic: `vigil/v1/${device}/${kind}`, principal: device, device, partition: 1 }
  const rest = { payload: Buffer.from(payload), retained: false, refused: undefined, replayOf: undefined }
  return journal.append(lane, { ...shared, ...rest, ...more })
}

type Told = { event: string; data: Message & { count: number; records: Record<Lane, number> } }

/** Watches a device. `next` gives one event after the other, undefined at the end. */
async function watch(house: House, device: string, token: string) {
  const answer = await fetch(`${house.base}/api/v1/devices/${device}/monitor`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  async function next(): Promise<Told | undefined> {
    for (;;) {
      const block = /^(.*?)\n\n/s.exec(rest)?.[1]
      if (block !== undefined) {
        rest = rest.slice(block.length + 2)
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
        if (event && data) return { event, data: JSON.parse(data) }
        continue
      }
      const { done, value } = (await reader?.read().catch(() => undefined)) ?? { done: true }
      if (done) return undefined
      rest += value
    }
  }
  const message = async (): Promise<Message> => {
    const told = await next()
    if (told?.event !== 'message') throw new Error(`${told?.event} instead of a message`)
    return told.data
  }
  return { status: answer.status, next, message, text: () => reader?.read(), leave: () => reader?.cancel() }
}

/** A house with a journal, and whoever watches `device` with its first event taken. */
async function watched(device: string, token: string, options: Parameters<typeof openHouse>[0] = {}) {
  const journal = memoryJournal()
  const house = await openHouse({ openJournal: async () => journal, ...options })
  const line = await watch(house, device, token)
  expect((await line.next())?.event).toBe('begin')
  return { journal, house, line }
}

describe('the monitor of a device', () => {
  it('shows what comes in both lanes with what was understood, and nothing of others', async () => {
    const { journal, line } = await watched('device-north', 'token-integrator')
    await send(journal, 'bulk', '{"readings":{"heart_rate":50}}', { device: 'device-south', principal: 'device-south' })
    await send(journal, 'bulk', '{"at":"2026-11-22T07:59:00Z","readings":{"heart_rate":72,"spo2":97}}')
    expect(await line.message()).toMatchObject({
      ...{ lane: 'bulk', seq: 2, received_at: '2026-11-22T08:00:00.000Z', size: 68, retained: false, refused: null },
      ...{ topic: 'vigil/v1/device-north/readings', sender: 'device-north', withheld: false, dead_letter: null },
      payload: { text: '{"at":"2026-11-22T07:59:00Z","readings":{"heart_rate":72,"spo2":97}}', cut: false },
      decoded: {
        codec: 'native',
        readings: [
          { metric: 'heart_rate', value: 72, unit: '/min', at: '2026-11-22T07:59:00.000Z', implausible: false },
          { metric: 'spo2', value: 97, unit: '%' },
        ],
        signals: [],
        refusals: [],
      },
    })
    await send(journal, 'urgent', '{"signal":"sos","confidence":1}')
    expect(await line.message()).toMatchObject({
      ...{ lane: 'urgent', seq: 1 },
      decoded: { signals: [{ signal: 'sos', at: null, confidence: 1 }], readings: [] },
    })
  })

  it('shows what was refused, at the front door or by the codec, and the dead letter that it becomes', async () => {
    const { journal, line } = await watched('device-north', 'token-integrator')
    await send(journal, 'bulk', '{"readings":')
    expect(await line.message()).toMatchObject({
      ...{ refused: null, dead_letter: 'bulk-1' },
      decoded: { refusals: [{ code: 'payload_not_json' }] },
    })
    await send(journal, 'bulk', '{"readings":{"spo2":97}}', { principal: 'spare-north', refused: 'topic_foreign' })
    expect(await line.message()).toMatchObject({
      ...{ sender: 'spare-north', refused: 'topic_foreign', dead_letter: 'bulk-2' },
      decoded: { readings: [], refusals: [{ code: 'topic_foreign' }] },
    })
  })

  it('shows bytes that are no text as base64, and of what is large the beginning', async () => {
    const { journal, line } = await watched('device-north', 'token-integrator')
    await send(journal, 'bulk', Uint8Array.of(0xff, 0x00, 0x7f))
    expect((await line.message()).payload).toEqual({ base64: '/wB/', cut: false })
    const most = limits.watchedPayloadBytes
    await send(journal, 'bulk', `${'x'.repeat(most - 1)}心`)
    expect(await line.message()).toMatchObject({ size: most + 2, payload: { text: 'x'.repeat(most - 1), cut: true } })
  })

  it('begins with what came before, oldest first, each once, and says how far it looked', async () => {
    const journal = memoryJournal()
    const house = await openHouse({ openJournal: async () => journal })
    await send(journal, 'urgent', '{"signal":"sos"}', { receivedAt: receivedAt + 5 })
    for (let i = 0; i < 450; i++)
      await send(journal, 'bulk', `{"readings":{"heart_rate":${i % 200}}}`, {
        device: i % 5 === 0 ? 'device-north' : 'device-south',
        receivedAt: receivedAt + i,
      })
    const line = await watch(house, 'device-north', 'token-integrator')
    expect((await line.next())?.data).toEqual({ messages: limits.lookBackMessages, records: { urgent: 1, bulk: 400 } })
    const seqs: number[] = []
    for (let i = 0; i < limits.lookBackMessages; i++) seqs.push((await line.message()).seq)
    expect(seqs).toEqual(Array.from({ length: 50 }, (_, i) => 201 + i * 5))
    await send(journal, 'bulk', '{"readings":{"spo2":97}}')
    expect(await line.message()).toMatchObject({ seq: 451 })
  })

  it('finds a device in what its gateway tells, without the others; the payload only for who is bounded by nothing', async () => {
    const journal = memoryJournal()
    const house = await openHouse({ openJournal: async () => journal })
    await house.store.write(async (tx) => {
      await createDevice(tx, { id: 'bridge', home: 'home-north', category: 'gateway' }, 0)
      await createDevice(tx, { id: 'bridge:door', home: 'home-north', gateway: 'bridge' }, 0)
    })
    const all = await watch(house, 'bridge:door', 'token-integrator')
    const bounded = await watch(house, 'bridge:door', 'token-integrator-north')
    await Promise.all([all.next(), bounded.next()])
    const tell = (told: object) =>
      send(journal, 'bulk', JSON.stringify(told), {
        ...{ topic: 'v1/gateway/telemetry', principal: 'bridge', device: 'bridge' },
      })
    await tell({ window: [{ values: { battery: 10 } }] })
    await tell({ window: [{ values: { battery: 11 } }], door: [{ values: { battery: 80 } }] })
    const seen = await all.message()
    expect(seen).toMatchObject({ seq: 2, sender: 'bridge', decoded: { readings: [{ metric: 'battery', value: 80 }] } })
    expect([seen.decoded.readings.length, seen.payload?.text]).toEqual([1, expect.stringContaining('window')])
    expect(await bounded.message()).toMatchObject({ seq: 2, withheld: true, payload: null })
  })
})

describe('who may watch', () => {
  it('is who may see the device and read messages', async () => {
    const house = await openHouse()
    const asked = [
      ['token-integrator-north', 'device-south', 404],
      ['token-maker-north', 'device-south', 404],
      ['token-integrator', 'nowhere', 404],
      ['token-dispatcher', 'device-north', 403],
      ['token-viewer-north', 'device-north', 403],
      ['token-centre-north', 'device-north', 403],
      ['token-supervisor-north', 'device-north', 200],
    ] as const
    const answered = asked.map(async ([token, device]) => [token, device, (await watch(house, device, token)).status])
    expect(await Promise.all(answered)).toEqual(asked)
  })

  it('a vendor sees what its device sends while it is at no home, and of one at a home no payload and no values', async () => {
    const { journal, house, line } = await watched('device-north', 'token-maker-north')
    await house.store.write((tx) => createDevice(tx, { id: 'on-the-bench', vendor: 'maker-north' }, 0))
    await send(journal, 'bulk', '{"readings":{"heart_rate":72,"secret":"her name"}}')
    const worn = await line.message()
    expect(worn).toMatchObject({ withheld: true, payload: null, decoded: { readings: [{ metric: 'heart_rate' }] } })
    expect(JSON.stringify(worn)).not.toMatch(/72\b|her name/)
    const bench = await watch(house, 'on-the-bench', 'token-maker-north')
    await bench.next()
    const topic = 'vigil/v1/on-the-bench/readings'
    await send(journal, 'bulk', '{"readings":{"heart_rate":71}}', { device: 'on-the-bench', topic })
    expect(await bench.message()).toMatchObject({ withheld: false, decoded: { readings: [{ value: 71 }] } })
  })

  it.each(['the session', 'the sight of the device', 'somebody before the console'])(
    'the stream ends with %s',
    async (what) => {
      const beats: (() => void)[] = []
      const { house, line } = await watched('device-north', 'token-integrator-north', {
        clock: {
          now: () => Date.now(),
          sleep: () => new Promise(() => {}),
          after: (ms, fn) => {
            if (ms === 5_000) beats.push(fn)
            return () => {}
          },
        },
      })
      const token = 'token-integrator-north'
      await house.store.write<unknown>((tx) => {
        if (what === 'the session') return logout(tx, token)
        if (what === 'somebody before the console') return lockSession(tx, token, 0)
        return updateDevice(tx, 'device-north', { home: 'home-south' }, 0)
      })
      for (const beat of beats) beat()
      expect(await line.next()).toBeUndefined()
    },
  )
})

describe('the reading of the journal', () => {
  it('is one for all who watch, and over when the last has gone', async () => {
    const journal = memoryJournal()
    const over = Promise.withResolvers<void>()
    let opened = 0
    const openJournal = async () => {
      opened += 1
      return { ...journal, close: async () => over.resolve() }
    }
    const house = await openHouse({ openJournal })
    expect(opened).toBe(0)
    const lines = [await watch(house, 'device-north', 'token-integrator'), await watch(house, 'device-south', adminOf)]
    for (const line of lines) await line.next()
    await send(journal, 'urgent', '{"signal":"fall"}', { device: 'device-south' })
    expect((await lines[1]?.message())?.decoded.signals).toMatchObject([{ signal: 'fall' }])
    expect(opened).toBe(1)
    for (const line of lines) await line.leave()
    await over.promise
    const again = await watch(house, 'device-north', 'token-integrator')
    expect((await again.next())?.event).toBe('begin')
    expect(opened).toBe(2)
  })

  it('that is not possible is told, and tried anew the next time', async () => {
    let isMade = false
    const openJournal = async () => {
      if (isMade) return memoryJournal()
      isMade = true
      throw new Error('not made yet')
    }
    const house = await openHouse({ openJournal })
    const ask = () => watch(house, 'device-north', 'token-integrator')
    expect([(await ask()).status, (await ask()).status]).toEqual([503, 200])
  })

  it('has a limit of watchers, who are told', async () => {
    const house = await openHouse()
    const ask = () => watch(house, 'device-north', 'token-integrator')
    const lines = await Promise.all(Array.from({ length: limits.watchers }, ask))
    expect(lines.every(({ status }) => status === 200)).toBe(true)
    const answer = await house.call('GET', '/api/v1/devices/device-north/monitor', { token: 'token-integrator' })
    expect([answer.status, answer.body.code]).toEqual([429, 'watchers_too_many'])
  })

  it('leaves out the oldest for who takes nothing, and says how many', async () => {
    const { journal, line } = await watched('device-north', 'token-integrator')
    const large = JSON.stringify({ readings: { heart_rate: 70 }, filling: 'x'.repeat(limits.watchedPayloadBytes) })
    for (let i = 0; i < 1_200; i++) await send(journal, 'bulk', large)
    let [shown, missed] = [0, 0]
    while (shown + missed < 1_200) {
      const told = await line.next()
      if (told?.event === 'missed') missed += told.data.count
      else shown += 1
    }
    expect([shown + missed, missed > 0]).toEqual([1_200, true])
  })
})

const adminOf = 'token-administrator'
