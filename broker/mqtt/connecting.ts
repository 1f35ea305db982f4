import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { type ErrorCode, VigilError } from '../../domain/errors.ts'
import type { Gate } from '../gate/gate.ts'
import type { Access } from '../identity/access.ts'
import type { Identity } from '../identity/identity.ts'
import { noteConnect } from '../identity/noting.ts'
import { type Denial, keyOf, type Login } from '../identity/principal.ts'
import { connects } from '../metrics.ts'
import type { Flows } from '../reading/flow.ts'
import { type Sessions, sessionId } from '../sessions/sessions.ts'
import { holdToKeepAlive, turnAway, unwelcome } from './unwelcome.ts'

type Done<E extends Error> = (err: E | null, success: boolean) => void

type Options = {
  identity: Identity
  access: Pick<Access, 'look'>
  sessions: Pick<Sessions, 'forgetBefore'>
  gate: Gate
  flows: Flows
  clock: Clock
  log: Logger
}

/** From CONNECT to CONNACK: what Aedes asks before anybody is let in. */
export function openConnecting({ identity, access, sessions, gate, flows, clock, log }: Options) {
  const { connections: live } = identity

  /** Whether somebody who is known may come in now; a denial where he is not known. */
  async function letIn(client: Client, { name, password }: Login): Promise<boolean | Denial> {
    const peer = live.peerOf(client) ?? { address: '' }
    const { seen } = identity
    const login = { name, password, certificate: peer.certificate }
    const isRemembered = identity.isRemembered(login)
    const verdict = await gate.askInTurn(client, isRemembered, () => identity.login(login))
    if (!verdict.principal) {
      connects.inc({ result: verdict.code })
      noteConnect(identity.refusals, login, peer, verdict)
      return verdict
    }
    const connection = live.authenticated(client, verdict, clock.now())
    // Among the connections only now: a change that was heard of meanwhile did not find it.
    if (identity.seen !== seen) await access.look(connection)
    // Before Aedes looks for a session of this id, or for a connection that is to make room.
    const key = keyOf(verdict.principal)
    Object.assign(client, { id: sessionId(key, client.id) })
    // The change that tells of it may not be heard of yet.
    const createdAt = 'createdAt' in verdict.principal ? verdict.principal.createdAt : undefined
    if (createdAt !== undefined) await sessions.forgetBefore(key, createdAt)
    const purse = await gate.admit(connection)
    if (purse) flows.of(client)?.paidBy(purse)
    return purse !== undefined
  }

  return {
    preConnect(client: Client, packet: ConnectPacket, done: Done<Error>) {
      const refusal = unwelcome(packet)
      if (!refusal) {
        holdToKeepAlive(packet)
        return done(null, true)
      }
      connects.inc({ result: refusal.code })
      turnAway(client, refusal.answer, () => done(new VigilError(refusal.code), false))
    },
    authenticate(client: Client, login: Login, done: Done<AuthenticateError>) {
      letIn(client, login).then(
        (admitted) => {
          if (typeof admitted !== 'boolean') {
            const { code } = admitted
            return gate.refuse(client, () => done(refusedConnect(code === 'certificate_refused' ? 5 : 4, code), false))
          }
          connects.inc({ result: admitted ? 'accepted' : 'quota_exceeded' })
          if (!admitted) return done(refusedConnect(3, 'quota_exceeded'), false)
          done(null, true)
        },
        (err) => {
          connects.inc({ result: 'failed' })
          log.error({ err }, 'registry not readable, connection refused')
          done(refusedConnect(3, 'internal'), false)
        },
      )
    },
  }
}

/** CONNACK return codes: 3 server unavailable, 4 bad user name or password, 5 not authorized. */
function refusedConnect(returnCode: 3 | 4 | 5, code: ErrorCode): AuthenticateError {
  return Object.assign(new VigilError(code), { returnCode })
}
