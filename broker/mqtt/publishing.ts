import type { Client, PublishPacket } from 'aedes'
import { isUrgent } from '../../codecs/urgent.ts'
import type { Clock } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { parsePrincipalKey } from '../../domain/principals.ts'
import type { PassOn } from '../admission.ts'
import type { Door } from '../door.ts'
import type { Connection } from '../identity/connections.ts'
import type { Identity } from '../identity/identity.ts'
import { noteCut, noteForeign } from '../identity/noting.ts'
import { receiptsFor } from '../identity/permission.ts'
import { cut } from '../metrics.ts'
import { bytesOf, type Flows } from '../reading/flow.ts'
import { keyOfSession, type Sessions } from '../sessions/sessions.ts'
import type { TellRefused } from './receipts.ts'

/** Nobody may subscribe to this, so what is sent on here reaches nobody: the message is for the journal alone. */
const nowhere = 'vigil/nowhere'

/** How long a connection whose message could not be stored is kept, so that an SOS behind it still gets through. */
const withheldGraceMs = 5_000

type Done = (err?: Error | null) => void
type Will = PublishPacket & { clientId?: string }

type Options = {
  identity: Identity
  door: Door
  sessions: Sessions
  flows: Flows
  tellRefused: TellRefused
  clock: Clock
}

/** From PUBLISH to its acknowledgement: into the journal first, then to whoever is subscribed. */
export function openPublishing({ identity, door, sessions, flows, tellRefused, clock }: Options) {
  const { connections: live, registry, refusals } = identity
  const farewells = new Set<() => void>()

  /**
   * Whether a QoS 2 message has come before. A device that lost its memory counts from 1 again, and its session still has
   * the number of a message that it never let go: a repeat is only what is the same message, and a signal only where its
   * sender says so too. To journal one twice does no harm.
   */
  function isKnownAlready(client: Client, packet: PublishPacket): boolean {
    if (packet.qos !== 2 || !sessions.isRepeat(client, packet)) return false
    return packet.dup || !isUrgent(packet.topic, bytesOf(packet))
  }

  /** A QoS 2 message that came before: it is acknowledged again, in its turn, and nothing else. */
  function ackAgain(connection: Connection, packet: PublishPacket, done: Done): void {
    settle(packet, 'nobody')
    connection.acks = connection.acks.then(() => done(null))
  }

  /** The will of a client on which a broker died that did not come back: as from whoever its session is. */
  async function journalWill(will: Will): Promise<void> {
    const name = parsePrincipalKey(keyOfSession(will.clientId ?? ''))
    const principal = name && (await registry.principalOf(name))
    if (!principal) return settle(will, 'nobody')
    const message = { topic: will.topic, payload: Buffer.from(will.payload), retained: will.retain }
    settle(will, (await door.enter(principal, message, 'mqtt')).passOn)
  }

  function journalThenAck(connection: Connection, packet: PublishPacket, done: Done): void {
    const { client, principal } = connection
    const lineMs = clock.now() - connection.since
    const message = { topic: packet.topic, payload: bytesOf(packet), retained: packet.retain, lineMs }
    const entered = door.enter(principal, message, 'mqtt', (admission) => flows.of(client)?.spend(admission))
    const entry = entered.then(
      ({ passOn, record }) => {
        settle(packet, passOn)
        noteForeign(refusals, connection, record)
      },
      (err) => withhold(connection, packet, err),
    )
    // Acknowledgements go out in the order in which the messages came in [MQTT-4.6.0-2].
    connection.acks = Promise.all([connection.acks, entry]).then(() => done(null))
  }

  /**
   * A message that could not be stored is not acknowledged: at QoS 0 Aedes sends no acknowledgement. The connection
   * stays for a moment, so that a safety signal behind it is heard, and is then cut, so that the client sends again.
   */
  function withhold({ client, principal }: Connection, packet: PublishPacket, err: unknown): void {
    const code = err instanceof VigilError ? err.code : 'internal'
    const flow = flows.of(client)
    if (code !== 'quota_exceeded' || flow?.mayTell())
      tellRefused(receiptsFor(principal, packet.topic), packet.topic, code)
    settle(packet, 'nobody')
    packet.qos = 0
    if (!flow || flow.isLeaving) return
    flow.isLeaving = true
    const cancel = clock.after(withheldGraceMs, () => {
      farewells.delete(cancel)
      if (code === 'quota_exceeded') noteCut(identity, client, code)
      else cut.inc({ reason: code })
      client.close()
    })
    farewells.add(cancel)
  }

  return {
    /** Calls `done` when the message may be acknowledged. `client` is null for the will of a client of a dead broker. */
    authorize(client: Client | null, packet: PublishPacket, done: Done) {
      if (!client) return void journalWill(packet).then(() => done(null), done)
      const connection = live.of(client)
      if (!connection) return done(new VigilError('unauthenticated'))
      if (isKnownAlready(client, packet)) return ackAgain(connection, packet, done)
      journalThenAck(connection, packet, done)
    },
    /** A message that was read whole from a connection that has gone since: nobody is told, but it counts. */
    orphaned(client: Client, packet: PublishPacket): void {
      const connection = live.of(client)
      if (connection) journalThenAck(connection, packet, () => {})
    },
    close(): void {
      for (const cancel of farewells) cancel()
    },
  }
}

/** What Aedes does with a message after the journal has it: what is for nobody goes where nobody may subscribe. */
function settle(packet: PublishPacket, passOn: PassOn): void {
  if (passOn === 'nobody') packet.topic = nowhere
  if (passOn !== 'retained') packet.retain = false
}
