import { copyFileSync, mkdtempSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import type { ClientLike, OutgoingPacket, PublishPacket, Qos, Subscription } from './packets.ts'
import { openSessions, type Sessions, type SessionsOptions } from './sessions.ts'

/** For tests of sessions: each has a folder and a clock of its own. */

export let path: string
export let clock: VirtualClock
const open: Sessions[] = []

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vigil-sessions-'))
  clock = virtualClock()
})
afterEach(async () => {
  for (const sessions of open.splice(0)) await sessions.close()
  await rm(path, { recursive: true })
})

export async function opened(options: Partial<SessionsOptions> = {}): Promise<Sessions> {
  const log = pino({ level: 'silent' })
  const sessions = await openSessions({ path, clock, log, diskReserveBytes: 0, mayReceive: () => true, ...options })
  await sessions.persistence.setup({ id: `broker-${open.length}`, clients: {} })
  open.push(sessions)
  return sessions
}

/** Opens the folder again, as after a restart; what was noted by then is durable. */
export async function reopened(sessions: Sessions): Promise<Sessions> {
  await sessions.close()
  return opened()
}

export const receipts = 'vigil/v1/watch-1/receipts'
export const client = (n: number | string, key = 'device:watch-1') => ({ id: `${key}/${n}`, clean: false })
let counter = 0
export const message = (payload: string, topic = receipts, qos: Qos = 1): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(payload),
  qos,
  retain: false,
  dup: false,
  brokerId: 'broker',
  brokerCounter: ++counter,
})

export async function subscribe(sessions: Sessions, id: string, ...filters: (string | Subscription)[]): Promise<void> {
  const subscriptions = filters.map((one) => (typeof one === 'string' ? { topic: one, qos: 1 } : one))
  for (const subscription of subscriptions) sessions.grant(subscription)
  await sessions.persistence.addSubscriptions({ id, clean: false }, subscriptions)
}

/** As Aedes publishes it. */
export async function publish({ persistence }: Sessions, packet: PublishPacket): Promise<void> {
  await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic(packet.topic), packet)
}

export async function queue({ persistence }: Sessions, id: string): Promise<OutgoingPacket[]> {
  return persistence.outgoingStream({ id }).toArray()
}
/** Whether the number of a QoS 2 message that came is known, as Aedes asks for PUBREL. */
export const knows = ({ persistence }: Sessions, of: ClientLike, messageId: number): Promise<boolean> =>
  persistence.incomingGetPacket(of, { messageId }).then(
    () => true,
    () => false,
  )
export const textOf = (packet: OutgoingPacket) => (packet.cmd === 'publish' ? packet.payload.toString() : packet.cmd)
export const texts = async (sessions: Sessions, id: string) => (await queue(sessions, id)).map(textOf)
export const filters = async ({ persistence }: Sessions, id: string) =>
  (await persistence.subscriptionsByClient({ id })).map(({ topic }) => topic)
export const retained = async ({ persistence }: Sessions, filter: string) =>
  (await persistence.createRetainedStreamCombi([filter]).toArray()).map(textOf)

/** What is found by whoever opens the folder after the process was killed now. */
export async function killed(): Promise<Sessions> {
  const copy = mkdtempSync(join(path, 'killed-'))
  copyFileSync(join(path, 'sessions.mdb'), join(copy, 'sessions.mdb'))
  return opened({ path: copy })
}
