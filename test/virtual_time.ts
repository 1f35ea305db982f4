import { rename, writeFile } from 'node:fs/promises'
import type { AlertsState } from '../alerts/state.ts'
import { findRunning, type ProcessName } from '../app/runtime.ts'
import { until } from './until.ts'

/** The clock of a real system in virtual time: the machine's, and ahead of it by what the file says. Instants in epoch ms. */
export type VirtualTime = {
  /** For `VIGIL_CLOCK_FILE`. */
  file: string
  now(): number
  /** Puts the clock to `at`, or leaves it where it is later than that already. The processes follow by themselves. */
  jump(at: number): Promise<void>
  /** Resolves when every process has taken up the time. One that is just being started is waited for. */
  followed(data: string): Promise<void>
}

export async function openTime(file: string): Promise<VirtualTime> {
  let offset = 0
  const now = () => Date.now() + offset
  async function write(): Promise<void> {
    await writeFile(`${file}.new`, `${offset}`)
    await rename(`${file}.new`, file)
  }
  await write()
  return {
    file,
    now,
    async jump(at) {
      if (at <= now()) return
      offset += Math.ceil(at - now())
      await write()
    },
    async followed(data) {
      await Promise.all(
        processes.map((name) => until(`${name} is at the virtual time`, () => hasOffset(data, name, offset))),
      )
    },
  }
}

/** What `vigil start` runs; the api is in the process of alerts. */
const processes = ['broker', 'ingest', 'alerts'] as const satisfies ProcessName[]

async function hasOffset(data: string, name: ProcessName, offset: number): Promise<true | undefined> {
  const clock = await askAdmin<{ offset_ms: number }>(data, name, '/clock.json')
  return (clock && clock.offset_ms >= offset) || undefined
}

/** What a process's admin listener answers; undefined while it does not run or does not answer. */
export async function askAdmin<T>(data: string, name: ProcessName, path: string): Promise<T | undefined> {
  const port = (await findRunning(data, name))?.ports.admin
  const answer = port ? await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined) : undefined
  return answer?.ok ? ((await answer.json().catch(() => undefined)) as T | undefined) : undefined
}

/**
 * Resolves when the alert service has folded what the front door acknowledged and worked every timer that was due at `at`,
 * with the state in which it is then.
 */
export function alertsSettled(data: string, at: number): Promise<AlertsState> {
  return until('the alert service has done what is due', async () => {
    const state = await askAdmin<AlertsState>(data, 'alerts', '/state.json')
    if (!state || state.behind.urgent > 0 || state.behind.bulk > 0) return undefined
    return state.next_timer_at === null || Date.parse(state.next_timer_at) > at ? state : undefined
  })
}
