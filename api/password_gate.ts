import type { FastifyReply, FastifyRequest } from 'fastify'
import { inTurn } from '../broker/gate/in_turn.ts'
import { addressKey } from '../domain/addresses.ts'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { createLockout } from './lockout.ts'

/** Wrong passwords of one name from one address. By both, so that nobody can lock a dispatcher out from elsewhere. */
export const failuresOfName = 10
/** Wrong passwords from one address, whatever the names: a whole centre may sit behind one. */
const failuresOfAddress = 100
const windowMs = 5 * 60_000
/** Passwords that are looked at at one time, in turn over addresses. Each takes one of the four threads by which this
 *  process reads files, and an SOS by HTTP would wait for them. */
const passwordsAtOnce = 1

/** Where a password is looked at, by `look`, which throws for a wrong one. Throws `too_many_requests` besides. */
export type PasswordGate = <Found>(
  request: FastifyRequest,
  reply: FastifyReply,
  given: { name: string; look: () => Promise<Found> },
) => Promise<Found>

/** One for all ways to give a password, so that what is guessed at one counts at the other. */
export function createPasswordGate(clock: Clock): PasswordGate {
  const byAddress = createLockout(clock, failuresOfAddress, windowMs)
  const byName = createLockout(clock, failuresOfName, windowMs)
  const turn = inTurn(passwordsAtOnce)
  return async (request, reply, { name, look }) => {
    const address = addressKey(request.ip)
    const wait = byAddress.attempt(address) || byName.attempt(`${address} ${name}`)
    if (wait > 0) {
      reply.header('retry-after', Math.ceil(wait / 1_000))
      throw new VigilError('too_many_requests', 'Too many wrong passwords; wait and try again.')
    }
    const found = await turn(address, look)
    byAddress.succeeded(address)
    byName.succeeded(`${address} ${name}`)
    return found
  }
}
