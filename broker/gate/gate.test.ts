import type { Client } from 'aedes'
import { generate } from 'mqtt-packet'
import { describe, expect, it, vi } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { openConnections } from '../identity/connections.ts'
import { openQuotas } from '../quotas/quotas.ts'
import { connectPacket, openFrontDoor, publishPacket } from '../test_sockets.ts'
import { openGate } from './gate.ts'

const sos = publishPacket('vigil/v1/watch-1/signals', '{"signal":"sos"}', 1)

describe('a connection that does not come to the point', () => {
  it('is cut: one that says nothing, and one whose CONNECT comes a byte a second', async () => {
    const clock = virtualClock()
    const { device, dial } = await openFrontDoor({ clock })
    const connect = generate(connectPacket('watch-1', await device('watch-1')))
    const [silent, slow] = [dial(), dial()]
    slow.socket.write(connect.subarray(0, 1))
    await vi.waitFor(() => expect(silent.socket.readyState).toBe('open'))
    let gone = false
    slow.closed.then(() => {
      gone = true
    })
    for (let n = 1; !gone && n < connect.length; n++) {
      slow.socket.write(connect.subarray(n, n + 1))
      await clock.advance(1_000)
    }
    await silent.closed
    expect(gone).toBe(true)
  })

  it('is cut with a packet that comes too slowly; one that comes as slowly as GPRS is waited for', async () => {
    const clock = virtualClock()
    const { device, enter, journal } = await openFrontDoor({ clock })
    const [slow, gprs] = [
      await enter('watch-1', await device('watch-1')),
      await enter('watch-2', await device('watch-2')),
    ]
    const large = (id: string) =>
      generate(publishPacket(`vigil/v1/${id}/readings`, JSON.stringify({ note: 'x'.repeat(150_000) }), 1))
    const begun = clock.now()
    let goneAfter: number | undefined
    slow.closed.then(() => {
      goneAfter = clock.now() - begun
    })
    const [a, b] = [large('watch-1'), large('watch-2')]
    for (let s = 0; s * 2_000 < b.length; s++) {
      slow.socket.write(a.subarray(s, s + 1))
      await new Promise((resolve) => gprs.socket.write(b.subarray(s * 2_000, (s + 1) * 2_000), resolve))
      await clock.advance(1_000)
    }
    await gprs.next('puback')
    await vi.waitFor(() => expect(goneAfter).toBeGreaterThan(limits.packetWithinMs))
    expect(await journal.head('bulk')).toBe(1)
  })
})

describe('wrong credentials by the hundred', () => {
  it('are answered late, while a device of the same address comes in at once', async () => {
    const clock = virtualClock()
    const { device, dial, enter } = await openFrontDoor({ clock })
    const token = await device('watch-1')
    const guessers = Array.from({ length: limits.failedConnects.burst + 100 }, (_, n) => {
      const client = dial()
      client.send(connectPacket(`watch-${n}`, 'guessed'))
      return client
    })
    const answered = () => guessers.filter((client) => client.of('connack').length > 0).length
    await vi.waitFor(() => expect(answered()).toBeGreaterThanOrEqual(limits.failedConnects.burst))
    const honest = await enter('watch-1', token)
    honest.send(sos)
    await honest.next('puback')
    expect(answered()).toBeLessThan(guessers.length)
    for (let ms = 0; ms <= limits.failedConnectDelayMs; ms += 500) await clock.advance(500)
    for (const guesser of guessers) expect(await guesser.next('connack')).toMatchObject({ returnCode: 4 })
  })
})

describe('a device that connects again and again', () => {
  it('waits for its CONNACK, and is refused with 3 where it would wait too long', async () => {
    const clock = virtualClock()
    const { device, dial, enter } = await openFrontDoor({ clock })
    const token = await device('watch-1')
    const { burst, perSecond } = limits.deviceQuota.connects
    for (let n = 0; n < burst; n++) await enter('watch-1', token)
    const late = Array.from({ length: 6 }, (_, n) => {
      const client = dial()
      client.send(connectPacket('watch-1', token, { clientId: `late-${n}` }))
      return client
    })
    const codes = () => late.flatMap((client) => client.of('connack').map(({ returnCode }) => returnCode))
    const waited = (limits.quotaPatienceMs / 1_000) * perSecond
    // One more than the burst comes in at once, in debt; then those wait who do not wait too long.
    await vi.waitFor(() => expect(codes().sort()).toEqual([0, ...Array.from({ length: 5 - waited }, () => 3)]))
    for (let ms = 0; ms <= limits.quotaPatienceMs; ms += 100) await clock.advance(100)
    await vi.waitFor(() => expect(codes().filter((code) => code === 0).length).toBe(1 + waited))
    expect(codes().length).toBe(6)
  })

  it('under one client id twice: both are slowed, and no connection is left behind', async () => {
    const clock = virtualClock()
    const { device, dial } = await openFrontDoor({ clock })
    const token = await device('watch-1')
    const all = []
    for (let n = 0; n < limits.deviceQuota.connects.burst; n++) {
      const client = dial()
      client.send(connectPacket('watch-1', token), { ...sos, messageId: n + 1 } as typeof sos)
      await client.next('connack')
      all.push(client)
    }
    for (const client of all.slice(0, -1)) await client.closed
    await all.at(-1)!.next('puback')
    expect(all.at(-1)!.socket.destroyed).toBe(false)
  })

  it('with ever more client ids: the oldest connection makes room', async () => {
    const { device, enter } = await openFrontDoor()
    const token = await device('watch-1')
    const { connections } = limits.deviceQuota
    const all = []
    for (let n = 0; n < connections; n++) all.push(await enter('watch-1', token, { clientId: `c-${n}` }))
    const last = await enter('watch-1', token, { clientId: 'last' })
    await all[0]!.closed
    last.send(sos)
    await last.next('puback')
    expect(all.slice(1).map(({ socket }) => socket.destroyed)).toEqual(all.slice(1).map(() => false))
  })
})

it('whoever is remembered does not wait behind those who only the registry knows', async () => {
  const clock = virtualClock()
  const gate = openGate({
    clock,
    quotas: openQuotas({ clock, vendorQuota: async () => null }),
    live: openConnections(),
  })
  const ask = (isRemembered: boolean, work: () => Promise<unknown>) => gate.askInTurn({} as Client, isRemembered, work)
  const never = vi.fn(() => new Promise(() => {}))
  for (let n = 0; n <= limits.authenticating; n++) void ask(false, never)
  expect(await ask(true, async () => 'let in')).toBe('let in')
  expect(never).toHaveBeenCalledTimes(limits.authenticating)
  gate.close()
})
