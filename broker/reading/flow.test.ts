import { generate } from 'mqtt-packet'
import { describe, expect, it, vi } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { connectPacket, openFrontDoor, publishPacket } from '../test_sockets.ts'

const readings = 'vigil/v1/watch-1/readings'
const signals = 'vigil/v1/watch-1/signals'
const reading = generate(publishPacket(readings, '{"readings":{"heart_rate":70}}'))
const sos = (number: number) => generate(publishPacket(signals, '{"signal":"sos"}', number))

/** So many readings in one piece. */
const flood = (count: number) => Buffer.alloc(reading.length * count, reading)

describe('a device that sends more than its quota', () => {
  it('is not read on, then refused, and its SOS behind the flood is journalled all the same', async () => {
    const clock = virtualClock()
    const { device, enter, journal } = await openFrontDoor({ clock })
    const client = await enter('watch-1', await device('watch-1'))
    client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'vigil/v1/watch-1/receipts', qos: 0 }] })
    await client.next('suback')
    const { burst, perSecond } = limits.deviceQuota.messages
    client.socket.write(flood(burst * 2))
    client.socket.write(sos(1))
    // While the clock stands still, no more than the burst goes in: the rest stays in the socket.
    await vi.waitFor(async () => expect(await journal.head('bulk')).toBeGreaterThan(burst - 10), { timeout: 20_000 })
    await clock.advance(0)
    expect(await journal.head('bulk')).toBeLessThan(burst + limits.inFlight)
    expect(await journal.head('urgent')).toBe(0)
    for (let ms = 0; ms < limits.quotaPatienceMs; ms += 100) await clock.advance(100)
    // From here on without another tick of the clock.
    await client.next('puback')
    expect(await journal.head('urgent')).toBe(1)
    expect(await journal.head('bulk')).toBeLessThanOrEqual(burst + (perSecond * limits.quotaPatienceMs) / 1_000 + 10)
    const receipts = client.of('publish').map(({ payload }) => JSON.parse(payload.toString()))
    expect(receipts).toMatchObject([{ result: 'refused', code: 'quota_exceeded', topic: readings }])
    await clock.advance(5_000)
    await client.closed
  }, 60_000)

  it('may send a flood of signals: none is refused, and no more than so many are under way', async () => {
    const { device, enter, journal } = await openFrontDoor({ clock: virtualClock() })
    const client = await enter('watch-1', await device('watch-1'))
    const count = limits.deviceQuota.messages.burst + 2_000
    const piece = Buffer.concat(Array.from({ length: 1_000 }, (_, n) => sos(n + 1)))
    for (let n = 0; n < count; n += 1_000) client.socket.write(piece)
    await vi.waitFor(() => expect(client.of('puback').length).toBe(count), { timeout: 60_000 })
    expect(await journal.head('urgent')).toBe(count)
  }, 90_000)

  it.each([
    ['under names that are not its own', 'vigil/v1/made-up/signals', '{"signal":"sos"}', 1],
    ['that are large', signals, `{"signal":"sos","pad":"${'x'.repeat(limits.heavyBytes * 4)}"}`, 4],
  ])(
    'may send signals %s only so fast, and none is refused',
    async (_which, topic, payload, weight) => {
      const clock = virtualClock()
      const { device, enter, journal } = await openFrontDoor({ clock })
      const client = await enter('watch-1', await device('watch-1'))
      const { burst } = limits.heavySignals
      const atOnce = Math.ceil(burst / weight)
      const count = atOnce + 20
      client.socket.write(
        Buffer.concat(Array.from({ length: count }, (_, n) => generate(publishPacket(topic, payload, n + 1)))),
      )
      await vi.waitFor(async () => expect(await journal.head('urgent')).toBeGreaterThanOrEqual(atOnce))
      await clock.advance(0)
      expect(await journal.head('urgent')).toBeLessThan(count)
      // Who sends no such ones waits for nothing.
      const other = await enter('watch-2', await device('watch-2'))
      other.socket.write(generate(publishPacket('vigil/v1/watch-2/signals', '{"signal":"sos"}', 1)))
      await other.next('puback')
      for (let ms = 0; ms < 60_000 && (await journal.head('urgent')) < count + 1; ms += 100) await clock.advance(100)
      await vi.waitFor(async () => expect(await journal.head('urgent')).toBe(count + 1))
    },
    60_000,
  )
})

describe('what was read whole', () => {
  it('is journalled though the connection is gone in the same moment', async () => {
    const { device, dial, journal } = await openFrontDoor()
    const token = await device('watch-1')
    const client = dial()
    client.socket.write(Buffer.concat([generate(connectPacket('watch-1', token)), flood(2_000), sos(1)]))
    await client.next('connack')
    client.socket.end()
    await vi.waitFor(async () => expect([await journal.head('bulk'), await journal.head('urgent')]).toEqual([2_000, 1]))
  })

  it('is journalled though nonsense follows', async () => {
    const { device, enter, journal } = await openFrontDoor()
    const client = await enter('watch-1', await device('watch-1'))
    client.socket.write(Buffer.concat([flood(400), sos(1), Buffer.alloc(8, 0xff)]))
    await client.closed
    await vi.waitFor(async () => expect([await journal.head('bulk'), await journal.head('urgent')]).toEqual([400, 1]))
  })
})
