import type { Clock } from '../../domain/clock.ts'
import type { Config } from '../config.ts'
import { findRunning, type ProcessName, type Running } from '../runtime.ts'

const needed = ['broker', 'ingest', 'alerts', 'api', 'auditor'] as const satisfies ProcessName[]
const answerMs = 2_000

export type Status = { name: ProcessName; running: Running | undefined; healthy: boolean }

/** Every process of the house of a data folder: whether it runs, and whether it answers within two seconds. */
export const statusOf = ({ data }: Pick<Config, 'data'>, clock: Clock): Promise<Status[]> =>
  Promise.all(
    needed.map(async (name) => {
      const running = await findRunning(data, name)
      return { name, running, healthy: await answers(running?.ports.admin, clock) }
    }),
  )

async function answers(port: number | undefined, clock: Clock): Promise<boolean> {
  if (port === undefined) return false
  const late = new AbortController()
  const cancel = clock.after(answerMs, () => late.abort())
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`, { signal: late.signal })).ok
  } catch {
    return false
  } finally {
    cancel()
  }
}

/** One line a process for people. */
export function statusLine({ name, running, healthy }: Status): string {
  if (!running) return `${name.padEnd(8)}does not run`
  const { mqtt, mqtts, http, https } = running.ports
  const ports = { MQTT: mqtt, 'MQTT with TLS': mqtts, HTTP: http, HTTPS: https }
  const where = Object.entries(ports).flatMap(([what, port]) => (port ? [`${what} on ${running.host}:${port}`] : []))
  return [`${name.padEnd(8)}${healthy ? 'up' : 'does not answer'} (pid ${running.pid})`, ...where].join(', ')
}
