import { setImmediate as turn } from 'node:timers/promises'
import type { Client } from 'aedes'
import { generate } from 'mqtt-packet'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { parsePrincipalKey, principalKey } from '../../domain/principals.ts'
import { parseTopic, topicOf } from '../../domain/topics.ts'
import { devicesWaiting, markDelivered, type PendingCommand, pendingCommands } from '../../store/commands.ts'
import type { FamilyName } from '../../store/devices.ts'
import type { Store } from '../../store/store.ts'
import type { Connections } from '../identity/connections.ts'
import type { Principal } from '../identity/principal.ts'
import { commandsDelivered, commandsSent } from '../metrics.ts'
import { subscribedAt } from '../mqtt/delivery.ts'
import { freePacketId } from '../mqtt/watching.ts'
import { openWorker } from './worker.ts'

/** Devices that are asked about in one query: the rows of all of them are at most some 10 MB. */
const devicesAtOnce = 32
/** Deliveries that one transaction notes. */
const notedAtOnce = 500
/** Gathered before they are noted: a ticket may be waiting for its turn to be written. */
const gatherMs = 25
/** Every device's commands, as a gateway or a vendor may subscribe to those that it speaks for. */
const allCommands = topicOf('+', 'commands')

/**
 * Delivers commands: to the device itself, or else to its gateway, or else to its vendor's account; to whichever is
 * connected to this broker and subscribed. The store is the queue, so nothing is lost with a connection or a broker: what
 * was not acknowledged is sent again on the next connection, and a command may come twice.
 */
export type Commands = {
  /** A client has these filters from now on, or has them again. */
  subscribed(client: Client, filters: string[]): void
  /** A client acknowledged a message that is in no session's queue. */
  acknowledged(client: Client, packetId: number): void
  /** Something may wait for this principal, or it may be somebody else's to take it. */
  offer(key: string): void
  /** Resolves when what was acknowledged is noted, or cannot be. */
  close(): Promise<void>
}

/** What is known of a connection that was sent commands. */
type Line = {
  client: Client
  /** Sent with QoS 1 and not acknowledged, by packet id. */
  flying: Map<number, PendingCommand>
  /** The last command of each device that was sent with QoS 0. */
  told: Map<string, number>
  /** Devices for which there is more than may be in flight. */
  waiting: Set<string>
}

type Options = { store: Store; connections: Connections; clock: Clock; log: Logger }

export function openCommands({ store, connections, clock, log }: Options): Commands {
  const lines = new WeakMap<Client, Line>()
  /** By number: in flight on a living connection, or acknowledged and not noted yet. */
  const taken = new Set<number>()
  /** Noted, while a query may be under way that does not know it yet. */
  const noted: number[] = []
  const due = new Set<string>()
  /** Gateways and vendors that are to be asked about, by key. */
  const families = new Map<string, FamilyName>()
  let acknowledged: PendingCommand[] = []
  const looking = openWorker({
    clock,
    log,
    name: 'commands',
    hasWork: () => noted.length + families.size + due.size > 0,
    work: look,
  })
  const noting = openWorker({ clock, log, name: 'deliveries', hasWork: () => acknowledged.length > 0, work: note })

  async function look(): Promise<void> {
    for (const seq of noted.splice(0)) taken.delete(seq)
    const [asking] = families
    if (asking) {
      for (const device of await devicesWaiting(store.db, asking[1], clock.now())) due.add(device)
      families.delete(asking[0])
      return
    }
    // Whoever comes in the same moment is asked about in the same query.
    await turn()
    const devices = [...due].slice(0, devicesAtOnce)
    for (const device of devices) due.delete(device)
    try {
      for (const command of await pendingCommands(store.db, devices, clock.now())) send(command)
    } catch (err) {
      for (const device of devices) due.add(device)
      throw err
    }
  }

  /** Sends it, unless it is on its way, nobody is there for it, or too much is on the way already. */
  function send(command: PendingCommand): void {
    const { seq, device, sent } = command
    if (taken.has(seq)) return
    const taker = takerOf(command)
    if (!taker) return
    const { client, qos, to } = taker
    const line = lines.get(client) ?? openLine(client)
    if (line.flying.size >= limits.commandsInFlight) return void line.waiting.add(device)
    if (qos === 0 && seq <= (line.told.get(device) ?? 0)) return
    const messageId = freePacketId(client, (id) => !line.flying.has(id))
    if (qos === 0) line.told.set(device, seq)
    else {
      line.flying.set(messageId, command)
      taken.add(seq)
    }
    const topic = topicOf(device, 'commands')
    const packet = { topic, payload: JSON.stringify(sent), qos, messageId, retain: false, dup: false } as const
    commandsSent.inc({ to })
    // Not through Aedes, which would queue it in a session; what the stream cannot take yet, it keeps.
    client.conn.write(generate({ cmd: 'publish', ...packet }))
  }

  type Taker = { client: Client; qos: 0 | 1; to: 'device' | 'gateway' | 'vendor' }

  function takerOf({ device, gateway, vendor }: PendingCommand): Taker | undefined {
    const topic = topicOf(device, 'commands')
    const keys = [
      ['device', principalKey({ kind: 'device', id: device })],
      ['gateway', gateway && principalKey({ kind: 'device', id: gateway })],
      ['vendor', vendor && principalKey({ kind: 'vendor', id: vendor })],
    ] as const
    for (const [to, key] of keys) {
      // Of several connections the newest, because an older one may be dead without anybody knowing.
      for (const connection of key ? connections.byKey(key).reverse() : []) {
        const { client } = connection
        const qos = client.conn.destroyed ? undefined : subscribedAt(client, topic)
        if (qos !== undefined) return { client, qos: qos === 0 ? 0 : 1, to }
      }
    }
    return undefined
  }

  function openLine(client: Client): Line {
    const line: Line = { client, flying: new Map(), told: new Map(), waiting: new Set() }
    lines.set(client, line)
    client.conn.once('close', () => {
      for (const { seq, device } of line.flying.values()) {
        taken.delete(seq)
        due.add(device)
      }
      for (const device of line.waiting) due.add(device)
      looking.wake()
    })
    return line
  }

  async function note(signal: AbortSignal): Promise<void> {
    await clock.sleep(gatherMs, signal)
    const some = acknowledged.slice(0, notedAtOnce)
    const seqs = some.map(({ seq }) => seq)
    commandsDelivered.inc(await store.write((tx) => markDelivered(tx, seqs, clock.now())))
    acknowledged = acknowledged.slice(some.length)
    noted.push(...seqs)
    looking.wake()
  }

  return {
    subscribed(client, filters) {
      const principal = connections.of(client)?.principal
      if (!principal) return
      for (const filter of filters) {
        if (filter === allCommands) askFor(principal)
        else if (parseTopic(filter)?.kind === 'commands') due.add(parseTopic(filter)!.device)
      }
      looking.wake()
    },
    acknowledged(client, packetId) {
      const line = lines.get(client)
      const command = line?.flying.get(packetId)
      if (!line || !command) return
      line.flying.delete(packetId)
      acknowledged.push(command)
      noting.wake()
      const [next] = line.waiting
      if (next === undefined) return
      line.waiting.delete(next)
      due.add(next)
      looking.wake()
    },
    offer(key) {
      const named = parsePrincipalKey(key)
      if (named?.kind !== 'device') return
      due.add(named.id)
      looking.wake()
    },
    async close() {
      await Promise.all([looking.close(), noting.close()])
    },
  }

  function askFor(principal: Principal): void {
    if (principal.kind === 'vendor') families.set(principalKey(principal), { vendor: principal.id })
    if (principal.kind !== 'device') return
    due.add(principal.id)
    families.set(principalKey(principal), { gateway: principal.id })
  }
}
