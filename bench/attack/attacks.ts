import type { Socket } from 'node:net'
import { type Attacker, again, answered, type Bot, gone, open, openBot, write } from './attacker.ts'
import { floodHttp, openSlowly } from './attacks_http.ts'
import { below, connectPacket, pick, publishPacket, randomBytes, somePacket, subscribePacket } from './packets.ts'
import { deepJson, giantJson, hazardWords } from './payloads.ts'

type Attack = (attacker: Attacker) => Promise<void>

const login = ({ device, token }: Bot): Buffer => connectPacket(device, token)
const burst = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n))

/** Keeps connections of bots, each sending what `make` gives as fast as it is read. */
const flood =
  (atOnce: number, make: (bot: Bot, attacker: Attacker) => Buffer[], connect = login): Attack =>
  (attacker) =>
    again(attacker, atOnce, async (n) => {
      const socket = await openBot(attacker, n, connect)
      const bot = attacker.bots[n % attacker.bots.length]!
      while (socket && !attacker.isOver() && (await write(attacker, socket, make(bot, attacker)))) {
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket?.destroy()
    })

async function hold(attacker: Attacker, socket: Socket | undefined): Promise<void> {
  if (socket && !socket.destroyed) await Promise.race([gone(socket), attacker.over])
  socket?.destroy()
}

/** Sends a connection's worth of packets and hears what comes of them. */
const fuzz =
  (length: number, broken: number, first: (attacker: Attacker) => Buffer[]): Attack =>
  (attacker) =>
    again(attacker, 30, async () => {
      const socket = await open(attacker)
      if (!socket) return
      socket.resume()
      await write(attacker, socket, [...first(attacker), ...burst(length, () => somePacket(attacker.random, broken))])
      // What it has not read of a broken stream it will not read; what it reads it has read by its answers.
      socket.end()
      await Promise.race([gone(socket), attacker.over])
      socket.destroy()
    })

const json = (body: () => string, kind: string): Attack =>
  flood(2, ({ device }, { random }) => [
    publishPacket(`vigil/v1/${device}/${kind}`, body(), { qos: 1, messageId: 1 + below(random, 65_535) }),
  ])

/** What attackers do, by name. */
export const attacks = {
  'bad credentials': (attacker) =>
    again(attacker, 40, async () => {
      const socket = await open(attacker)
      if (!socket) return
      const { device } = pick(attacker.random, attacker.bots)
      await write(attacker, socket, [connectPacket(pick(attacker.random, [device, 'admin', 'nobody']), 'guessed')])
      await answered(attacker, socket)
      socket.destroy()
    }),
  'connect storm': (attacker) =>
    again(attacker, 40, async (n) => {
      const socket = await openBot(attacker, n, ({ device, token }) =>
        connectPacket(device, token, { clientId: `${device}-${below(attacker.random, 1e9)}` }),
      )
      socket?.destroy()
    }),
  'half-open': (attacker) =>
    again(attacker, 2_000, async (n) => {
      const socket = await open(attacker)
      if (socket && n % 2 === 0) await write(attacker, socket, [connectPacket('slow', 'loris').subarray(0, 9)])
      await hold(attacker, socket)
    }),
  'random bytes': (attacker) =>
    again(attacker, 30, async () => {
      const socket = await open(attacker)
      if (!socket) return
      await write(attacker, socket, [randomBytes(attacker.random, 1 + below(attacker.random, 2_000))])
      socket.destroy()
    }),
  'fuzz, unknown': fuzz(40, 0.3, ({ random }) => [somePacket(random, 0.5)]),
  'fuzz, logged in': fuzz(200, 0.01, ({ bots, random }) => [login(pick(random, bots))]),
  'giant JSON': json(giantJson, 'readings'),
  'deep JSON': json(deepJson, 'readings'),
  'hazard words': json(hazardWords, 'readings'),
  'hazard words as signals': json(hazardWords, 'signals'),
  topics: flood(10, ({ device }, { random }) =>
    burst(50, () => publishPacket(`vigil/v1/${pick(random, [device, 'x'])}/${below(random, 1e9)}`, '{}')),
  ),
  'foreign signals': flood(5, (_bot, { random }) =>
    burst(50, () => publishPacket(`vigil/v1/made-up-${below(random, 1e9)}/signals`, '{"signal":"sos"}')),
  ),
  retained: flood(10, ({ device }, { random }) =>
    burst(50, () =>
      publishPacket(
        `vigil/v1/${pick(random, [device, `x-${below(random, 1e9)}`])}/status`,
        `{"n":${below(random, 1e9)}}`,
        {
          retain: true,
        },
      ),
    ),
  ),
  subscriptions: flood(10, (_bot, { random }) =>
    burst(20, () => subscribePacket(burst(10, () => `vigil/v1/x-${below(random, 1e9)}/#`))),
  ),
  wills: (attacker) =>
    again(attacker, 40, async (n) => {
      const will = {
        topic: `vigil/v1/x-${below(attacker.random, 1e9)}/status`,
        payload: Buffer.alloc(8_000, 'w'),
        qos: 1,
        retain: true,
      }
      const socket = await openBot(attacker, n, ({ device, token }) => connectPacket(device, token, { will }))
      socket?.destroy()
    }),
  'frozen subscriber': (attacker) =>
    again(attacker, 5, async (n) => {
      const { device } = attacker.bots[n % attacker.bots.length]!
      const receipts = `vigil/v1/${device}/receipts`
      const frozen = await openBot(attacker, n, ({ token }) => connectPacket(device, token, { clientId: 'frozen' }))
      if (frozen) await write(attacker, frozen, [subscribePacket([receipts])])
      frozen?.pause()
      await flood(1, () => burst(50, () => publishPacket(`vigil/v1/${device}/readings`, 'rubbish')))(attacker)
      frozen?.destroy()
    }),
  signals: flood(1, ({ device }) =>
    burst(100, (n) => publishPacket(`vigil/v1/${device}/signals`, '{"signal":"sos"}', { qos: 1, messageId: n + 1 })),
  ),
  'signals in batches': flood(1, ({ device }) => [
    publishPacket(
      `vigil/v1/${device}/signals`,
      JSON.stringify(burst(4_000, (n) => ({ signal: 'fall', at: 1.6e12 + n * 36e5 }))),
      {
        qos: 1,
        messageId: 1,
      },
    ),
  ]),
  HTTP: floodHttp,
  'HTTP, slowly': openSlowly,
} satisfies Record<string, Attack>

export type AttackName = keyof typeof attacks
export const attackNames = Object.keys(attacks) as AttackName[]
