import { z } from 'zod'
import { detectors } from '../alerts/detectors/list.ts'
import { isoTime } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { type SignalKind, severities, signals } from '../domain/signals.ts'
import type { Api } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { pageOf } from './paging.ts'

const Rule = z.object({
  name: z.string().describe('the detector'),
  signals: z.array(z.object({ signal: z.string(), severity: z.enum(severities), text: z.string() })),
})

const Limit = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string(),
  reason: z.string(),
})

/** The numbers of domain/limits.ts by which a signal becomes a ticket. */
const inForce: z.infer<typeof Limit>[] = [
  {
    name: 'episode_gap',
    value: limits.episodeGapMs,
    unit: 'ms',
    reason: 'alerts of one home no further apart belong to one ticket, as long as it is not closed',
  },
  {
    name: 'answer_within',
    value: limits.answerWithinMs,
    unit: 'ms',
    reason: 'an open ticket that no person took by then alarms again (97.5 % of calls are to be answered within 60 s)',
  },
  {
    name: 'signal_stale',
    value: limits.signalStaleMs,
    unit: 'ms',
    reason: 'an older signal may be the replay of an old one: ticket, but unverified',
  },
  {
    name: 'clock_ahead',
    value: limits.clockAheadMs,
    unit: 'ms',
    reason: 'a device clock further ahead is wrong: the time of receipt counts, the skew is noted',
  },
  {
    name: 'clock_unset_before',
    value: isoTime(limits.clockUnsetBefore),
    unit: 'instant',
    reason: 'a device clock before it was never set: the time of receipt counts',
  },
  {
    name: 'evidence_per_ticket',
    value: limits.evidencePerTicket,
    unit: 'signals',
    reason: 'later repeats are counted instead of kept one by one',
  },
]

const severityOf = (kind: SignalKind) => ({
  signal: kind,
  severity: signals[kind].severity,
  text: signals[kind].text,
})

/** `GET /rules`: the detection in force. It is code, so it is read here and changed by a release. */
export function ruleRoutes(app: Api): void {
  app.route({
    method: 'GET',
    url: '/api/v1/rules',
    config: { may: 'read_rules' },
    schema: {
      summary: 'The detection rules in force',
      description:
        'Which detector judges which signal, and the limits by which signals become tickets, with their reasons.',
      tags: ['registry'],
      response: answers({ 200: pageOf(Rule).extend({ limits: z.array(Limit) }) }, ...withToken),
    },
    handler: async () => ({
      items: detectors.map(({ name, kinds }) => ({ name, signals: kinds.map(severityOf) })),
      next: null,
      limits: inForce,
    }),
  })
}
