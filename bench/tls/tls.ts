import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { listRunning } from '../../app/runtime.ts'
import { systemClock } from '../../domain/clock.ts'
import { topicOf } from '../../domain/topics.ts'
import { type Connection, openConnection } from '../../simulators/links/connection.ts'
import { createHeartbeat, type Heartbeat } from '../../simulators/links/heartbeat.ts'
import { addressFor } from '../../simulators/load/addresses.ts'
import { type FleetDevice, registerFleet } from '../pipeline/fleet.ts'
import { settledBytes } from '../pipeline/idle.ts'
import { openSeams } from '../pipeline/seams.ts'
import { type System, startSystem } from '../pipeline/system.ts'
import { cpuOf } from '../pipeline/usage.ts'

export type TlsOptions = { connections: number; messages: number }

/** What one connection, and one acknowledged message on it, took of the broker: resident bytes, CPU milliseconds. */
export type WayFigures = { way: string; bytes: number; connectMs: number; messageMs: number }

/** Connections that are on their way at one time. */
const AT_ONCE = 50
const payload = JSON.stringify({ readings: { heart_rate: 72 } })

type Line = { connection: Connection; device: string; acknowledged(): Promise<void> }

/** One device's connection; rejects where the front door does not take it. */
function dial(url: string, device: FleetDevice, localAddress: string | undefined, heartbeat: Heartbeat): Promise<Line> {
  const topic = topicOf(device.device, 'status')
  let answered = () => {}
  return new Promise((resolve, reject) => {
    const connection = openConnection({
      url,
      client: device.device,
      token: device.token,
      will: { topic, payload: '{"online":false}' },
      localAddress,
      heartbeat,
      clock: systemClock,
      onLinked: () => resolve({ connection, device: device.device, acknowledged }),
      onAcknowledged: () => answered(),
      onMessage: () => {},
      onEnd: (code) => reject(new Error(`a connection ended: ${code ?? 'without a word'}`)),
    })
  })
  function acknowledged(): Promise<void> {
    return new Promise((resolve) => {
      answered = resolve
    })
  }
}

/** Does something for each, so many at one time. */
async function eachOf<T, R>(all: readonly T[], work: (one: T, n: number) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  let next = 0
  const worker = async () => {
    for (let n = next++; n < all.length; n = next++) done[n] = await work(all[n]!, n)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return done
}

const cpuMs = async (pid: number): Promise<number> => {
  const { user, system } = await cpuOf(pid)
  return (user + system) * 1_000
}

async function talk({ connection, device, acknowledged }: Line, messages: number): Promise<void> {
  for (let n = 1; n <= messages; n++) {
    const answer = acknowledged()
    connection.publish(topicOf(device, 'readings'), payload, { id: n })
    await answer
  }
}

async function measure(way: 'mqtt' | 'mqtts', system: System, options: TlsOptions): Promise<WayFigures> {
  const broker = (await listRunning(system.data)).find(({ process }) => process === 'broker')
  const port = broker?.ports[way]
  if (!broker || !port) throw new Error(`the broker does not speak ${way}`)
  const url = `${way}://127.0.0.1:${port}`
  const seams = await openSeams({ data: system.data })
  const devices = await registerFleet(seams.store, 'tls', options.connections)
  await seams.close()
  const heartbeat = createHeartbeat(systemClock)
  const from = addressFor(url, 0)
  // The first ones make the program itself warm.
  const [first, rest] = [devices.slice(0, AT_ONCE), devices.slice(AT_ONCE)]
  const lines = await eachOf(first, (device, n) => dial(url, device, from?.(n), heartbeat))
  const [bytes, before] = [await settledBytes(broker.pid), await cpuMs(broker.pid)]
  lines.push(...(await eachOf(rest, (device, n) => dial(url, device, from?.(n + AT_ONCE), heartbeat))))
  const connected = await cpuMs(broker.pid)
  const held = (await settledBytes(broker.pid)) - bytes
  const beforeTalk = await cpuMs(broker.pid)
  await eachOf(lines, (line) => talk(line, options.messages))
  const afterTalk = await cpuMs(broker.pid)
  for (const { connection } of lines) connection.destroy()
  return {
    way,
    bytes: held / rest.length,
    connectMs: (connected - before) / rest.length,
    messageMs: (afterTalk - beforeTalk) / (lines.length * options.messages),
  }
}

/** What TLS costs the broker beside plain TCP: each way on a Vigil of its own. Prints nothing; `say` is told how it goes. */
export async function measureTls(options: TlsOptions, say: (line: string) => void): Promise<WayFigures[]> {
  const figures: WayFigures[] = []
  for (const way of ['mqtt', 'mqtts'] as const) {
    const system = await startSystem()
    try {
      const ca = await readFile(join(system.data, 'tls', 'ca.pem'), 'utf8')
      setDefaultCACertificates([...getCACertificates('default'), ca])
      say(`${way}: ${options.connections} connections, ${options.messages} messages on each`)
      figures.push(await measure(way, system, options))
    } catch (error) {
      say(system.output())
      throw error
    } finally {
      await system.stop()
    }
  }
  return figures
}

/** A table for people. */
export function tableOf(figures: readonly WayFigures[]): string[] {
  const rows = figures.map(({ way, bytes, connectMs, messageMs }) =>
    [way.padEnd(6), (bytes / 1_024).toFixed(1), connectMs.toFixed(2), messageMs.toFixed(3)].map((v) => v.padStart(12)),
  )
  const head = ['', 'KiB held', 'ms connect', 'ms message'].map((v) => v.padStart(12))
  return [head, ...rows].map((row) => row.join(''))
}
