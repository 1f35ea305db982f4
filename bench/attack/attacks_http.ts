import { request } from 'node:http'
import { type Attacker, again, open, write } from './attacker.ts'
import { below, pick } from './packets.ts'
import { giantJson, hazardWords } from './payloads.ts'

/** Posts what devices post: with good tokens and bad ones, small, large and broken. */
export function floodHttp(attacker: Attacker): Promise<void> {
  return again(attacker, 20, () => post(attacker))
}

function post(attacker: Attacker): Promise<void> {
  const { bots, random, counts, httpPort } = attacker
  const { device, token } = pick(random, bots)
  const body =
    random() < 0.02
      ? pick(random, [giantJson, hazardWords])()
      : pick(random, ['{}', 'rubbish', '{"readings":{"heart_rate":70}}'])
  counts.packets += 1
  counts.bytes += body.length
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port: httpPort,
      localAddress: `127.${1 + below(random, 199)}.0.1`,
      method: 'POST',
      path: `/api/v1/devices/${device}/${pick(random, ['readings', 'motion', 'wishes'])}`,
      headers: { authorization: `Bearer ${random() < 0.5 ? token : 'guessed'}`, 'content-type': 'application/json' },
      agent: false,
    })
    counts.connections += 1
    asked.on('response', (answer) => answer.resume().on('close', resolve))
    asked.on('error', () => resolve())
    asked.on('close', () => resolve())
    asked.end(body)
    void attacker.over.then(() => asked.destroy())
  })
}

/** Holds requests open whose headers or bodies never end. */
export function openSlowly(attacker: Attacker): Promise<void> {
  return again(attacker, 500, async (n) => {
    const socket = await open(attacker, attacker.httpPort)
    if (!socket) return
    const head = 'POST /api/v1/devices/bot-1/readings HTTP/1.1\r\nHost: vigil\r\nContent-Length: 100000\r\n'
    await write(attacker, socket, [Buffer.from(n % 2 === 0 ? head : `${head}\r\n{`)])
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), attacker.over])
    socket.destroy()
  })
}
