import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Aedes, type AuthenticateError } from 'aedes'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Load, type LoadOptions, startLoad } from './load.ts'
import { eventTime } from './load_messages.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

type Arrived = { device: string; at: number; seq: number; readings: Record<string, number> }

let aedes: Aedes
let server: Server
let arrived: Arrived[]
let load: Load | undefined
/** Whether a message is to be taken; the others are refused, and so never acknowledged. */
let takes: (message: Arrived) => boolean

beforeEach(async () => {
  arrived = []
  takes = () => true
  load = undefined
  aedes = await Aedes.createBroker({
    authenticate: (client, name, password, done) => {
      if (name === client?.id && password?.toString() === `token-${name}`) return done(null, true)
      done(Object.assign(new Error('refused'), { returnCode: 4 }) as AuthenticateError, false)
    },
    authorizePublish: (client, { topic, payload }, done) => {
      expect(topic).toBe(`vigil/v1/${client?.id}/readings`)
      const message = { device: client?.id ?? '', ...JSON.parse(payload.toString()) } as Arrived
      if (!takes(message)) return done(new Error('not taken'))
      arrived.push(message)
      done(null)
    },
  })
  server = createServer(aedes.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  await load?.close()
  await new Promise<void>((resolve) => aedes.close(() => resolve()))
  server.close()
})

const times = { base: Date.UTC(2026, 2, 4), step: 10 }

function optionsFor(devices: number, window = 16): LoadOptions {
  const identities = Array.from({ length: devices }, (_, n) => ({ device: `d-${n}`, token: `token-d-${n}` }))
  return { port: (server.address() as AddressInfo).port, identities, window, times }
}

const seqsOf = (device: string) => arrived.filter((message) => message.device === device).map(({ seq }) => seq)

describe('the load', () => {
  it('sends at the rate asked for, and knows exactly what was acknowledged', async () => {
    load = await startLoad(optionsFor(7))
    const result = await load.run({ rate: 1_000, seconds: 1 })
    expect(result).toMatchObject({ sent: 1_000, acked: 1_000, strange: 0, lost: 0, unanswered: 0 })
    expect(arrived).toHaveLength(1_000)
    for (const [device, { upTo, beyond }] of result.acknowledged) {
      expect(beyond).toEqual([])
      expect(seqsOf(device)).toEqual(Array.from({ length: upTo }, (_, n) => n + 1))
    }
    expect(result.latencies.count).toBe(1_000)
  })

  it('spreads the messages evenly over the devices', async () => {
    load = await startLoad(optionsFor(10))
    const result = await load.run({ rate: 500, seconds: 0.5 })
    const counts = [...result.acknowledged.values()].map(({ upTo }) => upTo)
    expect(counts).toEqual(Array(10).fill(25))
  })

  it('writes readings whose time and steps tell the sequence number', async () => {
    load = await startLoad(optionsFor(1, 500))
    await load.run({ rate: 0, seconds: 0.3 })
    expect(arrived.length).toBeGreaterThan(100)
    const wrong = arrived.filter(({ at, seq, readings }) => at !== eventTime(times, seq) || readings.steps !== seq)
    expect(wrong).toEqual([])
    expect(arrived.every(({ readings }) => readings.heart_rate! >= 60 && readings.respiration_rate! >= 12)).toBe(true)
  })

  it('goes on with message ids beyond 65,535', async () => {
    load = await startLoad(optionsFor(1, 10_000))
    let result = await load.run({ rate: 0, seconds: 1 })
    while (result.acked < 70_000) result = await load.run({ rate: 0, seconds: 1 })
    expect(result).toMatchObject({ strange: 0, unanswered: 0 })
    expect(result.acknowledged.get('d-0')).toEqual({ upTo: arrived.length, beyond: [] })
  })

  it('counts what was not acknowledged as not acknowledged, and a cut connection as lost', async () => {
    takes = ({ device, seq }) => device !== 'd-1' || seq <= 3
    load = await startLoad(optionsFor(2))
    const result = await load.run({ rate: 200, seconds: 0.5 })
    // The refusal cuts the line, and with it acknowledgements that were on their way.
    expect(result.acknowledged.get('d-1')?.beyond).toEqual([])
    expect(result.acknowledged.get('d-1')?.upTo).toBeLessThanOrEqual(3)
    expect(result.lost).toBe(1)
    expect(result.unanswered).toBeGreaterThan(0)
    expect(result.acknowledged.get('d-0')?.upTo).toBe(seqsOf('d-0').length)
  })

  it('says which device was refused', async () => {
    const options = optionsFor(3)
    const identities = options.identities.map((identity, n) => (n === 1 ? { ...identity, token: 'wrong' } : identity))
    await expect(startLoad({ ...options, identities })).rejects.toThrow('d-1: connection refused with MQTT code 4')
  })
})
