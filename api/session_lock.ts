import { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { LiveEvent, Ticket } from '../domain/ticket.ts'
import { lockSession, unlockSession } from '../store/session_lock.ts'
import { callerOf, tokenOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { failuresOfName, type PasswordGate } from './password_gate.ts'

const Unlock = z.object({ password: z.string().min(1).max(200) })
const Unlocked = z.object({ expires_at: z.string().describe('whoever proves anew who he is has a whole shift anew') })

/** `POST /session/lock`, `POST /session/unlock`. The lock is held here, whatever the console before it does. */
export function lockRoutes(app: Api, deps: ApiDeps, gate: PasswordGate): void {
  lockRoute(app, deps)
  unlockRoute(app, deps, gate)
}

function lockRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/session/lock',
    config: { may: 'be_signed_in', whileLocked: true },
    schema: {
      summary: 'Lock this session: nobody sits before its console',
      description:
        'It may then hear events, list tickets and read `/me`, without anything of who is cared for; all else is `session_locked`. A stream that is open is cut back within 5 s. `forbidden` for tokens that no log-in began.',
      tags: ['session'],
      response: answers({ 204: z.undefined().describe('It is locked') }, ...withToken),
    },
    handler: async (request, reply) => {
      const isSession = await store.write((tx) => lockSession(tx, tokenOf(request) ?? '', clock.now()))
      if (!isSession) throw noSession()
      return reply.code(204).send()
    },
  })
}

function unlockRoute(app: Api, { store, clock }: ApiDeps, gate: PasswordGate): void {
  app.route({
    method: 'POST',
    url: '/api/v1/session/unlock',
    config: { may: 'be_signed_in', whileLocked: true },
    schema: {
      summary: 'Unlock this session with its operator’s password',
      description: `After ${failuresOfName} wrong passwords within five minutes, here and at the log-in together, one must wait; see \`retry-after\` (seconds).`,
      tags: ['session'],
      body: Unlock,
      response: answers({ 200: Unlocked }, ...withToken, 'login_failed'),
    },
    handler: async (request, reply) => {
      const { key, name } = callerOf(request)
      if (!key.startsWith('operator:')) throw noSession()
      const given = { token: tokenOf(request) ?? '', password: request.body.password }
      const session = await gate(request, reply, { name, look: () => unlockSession(store, given, clock.now()) })
      return { expires_at: isoTime(session.expires_at) }
    },
  })
}

const noSession = () => new VigilError('forbidden', 'Only a session that began with a log-in can be locked.')

/** Somebody has it in hand; who, is nobody's business before a locked console. */
const hidden = 'hidden'

/**
 * A ticket for a locked console: its number, kind, severity, state, times and whether it waits. Not where and of whom it is (home,
 * area, device, evidence with positions, partner), nor who works it, nor any words and numbers that people wrote (plan, notes, what to do).
 * Each field is named, so that a new one is not told before somebody has thought about it.
 */
export const behindLock = (ticket: Ticket): Ticket => ({
  id: ticket.id,
  number: ticket.number,
  state: ticket.state,
  kind: ticket.kind,
  severity: ticket.severity,
  opened_at: ticket.opened_at,
  updated_at: ticket.updated_at,
  acknowledged_at: ticket.acknowledged_at,
  closed_at: ticket.closed_at,
  unverified: ticket.unverified,
  late: ticket.late,
  outcome: ticket.outcome,
  lease_until: ticket.lease_until,
  times: ticket.times,
  holder: ticket.holder === null ? null : hidden,
  timeline: ticket.timeline.filter(({ what }) => waitsAnew.includes(what)).map(({ at, what }) => noWords(at, what)),
  home: null,
  area: null,
  device: null,
  plan: null,
  plan_at: null,
  to_do: [],
  shared_with: [],
  origin: null,
  unverified_reasons: [],
  evidence: [],
  next_step: null,
})

/** Since when a ticket waits is told by these. */
const waitsAnew = ['reopened', 'lapsed']
const noWords = (at: string, what: string) => ({ at, what, who: hidden, reason: null })

/** An event for a locked console. */
export const eventBehindLock = (event: LiveEvent): LiveEvent => ({
  ...event,
  ticket: event.ticket && behindLock(event.ticket),
})
