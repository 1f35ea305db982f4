import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlertsState } from '../alerts/state.ts'
import { isoTime } from '../domain/clock.ts'
import { type Listener, listen } from './live_events.ts'
import { adminToken, type Part, type System, startSystem } from './system.ts'
import { alertsSettled, openTime, type VirtualTime } from './virtual_time.ts'

/** People who may log in, by the name that stories use. They see everything. */
const people = { ann: 'dispatcher', bob: 'dispatcher', sue: 'supervisor' } as const
export type OperatorName = keyof typeof people
const password = 'a-password-of-the-tests'
type Session = { token: string; expires_at: string }
/** No story is longer. */
const nightMs = 6 * 3_600_000

/** An alarm centre of real processes in virtual time. One for a test file; each story has a night of its own in it. */
export type Centre = {
  system: System
  time: VirtualTime
  live: Listener
  /**
   * Lets time pass to `to` (epoch ms) and stops wherever a timer falls due, so that each is worked at its time. At every stop,
   * when all that is due has been done and told, it asks `look`, and ends where that gives true. While nothing runs, time
   * just passes. Gives whether `look` ended it.
   */
  pass(to: number, look?: () => Promise<boolean>): Promise<boolean>
  /** Kills a process; it comes back by itself. `vigil` takes everything with it, until `start`. */
  kill(part: Part): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  isUp(): boolean
  /** Logs in everybody whose session does not last for another night: a step in a story is not to wait for a password. */
  logIn(): Promise<void>
  /** Ends somebody's session; the next night he has a new one. */
  logOut(operator: OperatorName): Promise<void>
  /** The token of somebody's session. */
  tokenOf(operator: OperatorName): string
  close(): Promise<void>
}

/** The alert service looks at its timers once in a second; a shorter leap would not make it look. */
const leapAtLeastMs = 1_050

export async function openCentre(): Promise<Centre> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-centre-'))
  const time = await openTime(join(folder, 'clock'))
  const system = await startSystem({ VIGIL_CLOCK_FILE: time.file }, join(folder, 'data'))
  const live = listen(() => system.url, adminToken)
  await fillRegistry(system)
  const sessions = new Map<OperatorName, Session>()
  let isUp = true

  async function settle(at: number): Promise<AlertsState | undefined> {
    if (!isUp) return undefined
    await time.followed(system.data)
    const state = await alertsSettled(system.data, at)
    await live.heard(state.last_event)
    return state
  }

  async function pass(to: number, look = async () => false): Promise<boolean> {
    for (let at = time.now(); ; ) {
      const state = await settle(Math.min(at, to))
      if (await look()) return true
      if (at >= to) return false
      const due = state?.next_timer_at ? Date.parse(state.next_timer_at) : to
      at = Math.min(to, Math.max(due, time.now() + leapAtLeastMs))
      await time.jump(at)
    }
  }

  return {
    system,
    time,
    live,
    pass,
    async kill(part) {
      isUp &&= part !== 'vigil'
      await system.kill(part, false)
    },
    async stop() {
      isUp = false
      await system.stop()
    },
    async start() {
      await system.start()
      isUp = true
    },
    isUp: () => isUp,
    async logIn() {
      for (const name of Object.keys(people) as OperatorName[]) {
        if (Date.parse(sessions.get(name)?.expires_at ?? isoTime(0)) - time.now() > nightMs) continue
        sessions.set(name, await system.call<Session>('POST', '/login', { name, password }))
      }
    },
    async logOut(name) {
      await system.call('POST', '/logout', undefined, sessions.get(name)?.token)
      sessions.delete(name)
    },
    tokenOf: (name) => sessions.get(name)?.token ?? 'nobody logged in',
    async close() {
      await live.close()
      await system.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function fillRegistry(system: System): Promise<void> {
  await system.call('POST', '/areas', { id: 'city', name: 'City' })
  for (const [id, role] of Object.entries(people))
    await system.call('POST', '/operators', { id, name: id, password, role })
}
