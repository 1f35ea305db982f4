import { z } from 'zod'
import { type AreaDuty, dutyIn, dutyReasons } from '../alerts/escalation/duty.ts'
import { type PreviewedTarget, previewPlan, type Supposed } from '../alerts/escalation/preview.ts'
import { isoTime } from '../domain/clock.ts'
import { planReasons, Target } from '../domain/dispatch.ts'
import { dutyOver, localTimeOf } from '../domain/duty.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { severities, signals, ticketKinds } from '../domain/signals.ts'
import { listAreas, pathOfArea } from '../store/areas.ts'
import { rotas } from '../store/dispatch.ts'
import { pathOfHome } from '../store/homes.ts'
import { operatorsById } from '../store/operators.ts'
import type { Db } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { rota } from './dispatch_resources.ts'
import { answers, withToken } from './openapi.ts'
import { PageQuery, pageOf } from './paging.ts'
import { seenPath } from './resource.ts'
import { areaPathSeen, boundOf, mustSee, mustSeeAll } from './scope.ts'

/** What plans and rotas come to, asked before anybody needs them: who would be told of a ticket, who is on duty when. */
export function dispatchPreviewRoutes(app: Api, deps: ApiDeps): void {
  previewRoute(app, deps)
  rotaDutyRoute(app, deps)
  dutyRoute(app, deps)
}

const instant = z.iso.datetime({ offset: true })

const Asked = z.strictObject({
  home: Id.optional().describe('the ticket’s home; or'),
  area: Id.optional().describe('its area; neither: it lies in none, as those about the system do'),
  kind: z.enum(ticketKinds),
  severity: z.enum(severities).optional().describe('absent: as the kind has it'),
  at: instant.optional().describe('when it opens; absent: now'),
})

const Told = z.object({
  key: z.string().describe('`operator:…`, `contact:…`, `team:…/…`, `channel:…` or `emergency`'),
  name: z.string(),
  console: z.boolean().describe('the console alarms'),
  channels: z.array(z.string()).describe('ids of the channels by which a message goes'),
  telephone: z.string().nullable().describe('whoever works the ticket is asked to telephone this number; may be empty'),
})
const above = z
  .string()
  .nullable()
  .describe('the area whose people they are; empty: beyond all areas; null: of the ticket’s')
const PreviewStep = z.object({
  step: z.number().int(),
  plan: z.string().describe('whose step it is'),
  after_s: z.number().int().describe('seconds after the opening'),
  at: z.string(),
  passed_over: z.boolean().describe('it is outside its hours'),
  tell: z.array(
    z.object({
      to: z.enum(Target.options.map(({ shape }) => shape.to.value)),
      people: z.array(Told),
      nobody: z.boolean().describe('it has nobody of its own, and the ticket would say so'),
      above,
    }),
  ),
})
const PlanPreview = z.object({
  plan: z
    .object({ id: z.string(), name: z.string(), reason: z.enum(planReasons) })
    .nullable()
    .describe('null: no plan is for such a ticket, and the consoles alone alarm'),
  steps: z.array(PreviewStep),
  reaches: z.number().int().describe('how many people, groups and numbers the steps come to'),
})

function previewRoute(app: Api, { store, clock, zone }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/plans/preview',
    config: { may: 'read_registry' },
    schema: {
      summary: 'Who would be told of such a ticket, step by step',
      description: 'Chosen and looked up exactly as for a real one. Nothing is written, nobody is told.',
      tags: ['registry'],
      body: Asked,
      response: answers({ 200: PlanPreview }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { kind, at, severity = severityOf(kind) } = request.body
      const place = await placeOf(store.db, callerOf(request), request.body)
      const supposed: Supposed = { kind, severity, ...place, at: at ? Date.parse(at) : clock.now(), zone }
      const { plan, steps } = await previewPlan(store.db, supposed)
      const reached = steps.flatMap(({ tell }) => tell.flatMap(keysOf))
      return {
        plan: plan ? { id: plan.id, name: plan.name, reason: plan.reason } : null,
        steps: steps.map((step) => ({ ...step, at: isoTime(step.at) })),
        reaches: new Set(reached).size,
      }
    },
  })
}

const keysOf = ({ people }: PreviewedTarget) => people.map(({ key, telephone }) => `${key} ${telephone ?? ''}`)

/** Of a fault of the alarm system itself there is no signal. */
const severityOf = (kind: z.infer<typeof Asked>['kind']) => (kind === 'system' ? 'high' : signals[kind].severity)

async function placeOf(db: Db, caller: Principal, { home, area }: z.infer<typeof Asked>) {
  if (home !== undefined && area !== undefined)
    throw new VigilError('request_invalid', 'name a home or an area, not both: a home lies in its own')
  if (home !== undefined) {
    const areaPath = await pathOfHome(db, home)
    mustSee(caller, areaPath)
    return { home, areaPath: areaPath ?? null }
  }
  if (area !== undefined) return { home: null, areaPath: await areaPathSeen(db, caller, area) }
  mustSeeAll(caller)
  return { home: null, areaPath: null }
}

/** Longer than anybody plans at one look, and short enough to be laid out at once. */
const daysMost = 35

const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const localDate = z.string().describe('by the clock of the house')
const localClock = z.string().describe('HH:MM by the clock of the house; 24:00 is the end of the day')
const DutyTime = z.object({
  date: localDate,
  from: localClock,
  to: localClock,
  starts_at: z.string(),
  ends_at: z.string(),
  operators: z.array(z.object({ id: z.string(), name: z.string() })).describe('empty: nobody'),
  shifts: z.array(z.number().int()).describe('places in the rota’s `shifts`, from 0'),
  overrides: z.array(z.number().int()).describe('places in its `overrides`, from 0'),
})
const RotaDuty = pageOf(DutyTime).extend({ zone: z.string(), now: z.object({ date: localDate, time: localClock }) })

function rotaDutyRoute(app: Api, { store, clock, zone }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/rotas/:id/duty',
    config: { may: 'read_registry' },
    schema: {
      summary: 'Who is on duty by a rota, day by day, and why',
      description: 'Shifts, holidays and overrides together; times without anybody are there with no operators.',
      tags: ['registry'],
      params: z.object({ id: Id }),
      querystring: z.object({
        date: z.iso.date().optional().describe('the first day; absent: today'),
        days: z.coerce.number().int().min(1).max(daysMost).default(7),
      }),
      response: answers({ 200: RotaDuty }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      await seenPath(store.db, callerOf(request), rota, id)
      const found = await rotas.get(store.db, id)
      if (!found) throw new VigilError('not_found')
      const now = localTimeOf(clock.now(), zone)
      const { date = now.date, days } = request.query
      const stretches = dutyOver(found, { date, days, zone })
      const people = await operatorsById(store.db, [...new Set(stretches.flatMap(({ operators }) => operators))])
      const names = new Map(people.map(({ id: operator, name }) => [operator, name]))
      const items = stretches.map(({ from, to, starts_at, ends_at, operators, ...rest }) => ({
        ...rest,
        ...{ from: clockOf(from), to: clockOf(to), starts_at: isoTime(starts_at), ends_at: isoTime(ends_at) },
        operators: operators.map((operator) => ({ id: operator, name: names.get(operator) ?? operator })),
      }))
      return { items, next: null, zone, now: { date: now.date, time: clockOf(now.minute) } }
    },
  })
}

const dutyRoles = ['dispatcher', 'supervisor'] as const
const OnDuty = z.object({
  people: z.array(z.object({ id: z.string(), name: z.string() })),
  reason: z
    .enum(dutyReasons)
    .describe('by a rota; everybody of the role, for want of a rota; those above, for want of anybody; nobody'),
  rotas: z.array(z.string()).describe('ids of the rotas of this area by which somebody is on duty'),
  above,
})
const AreaOnDuty = z.object({ area: z.string(), name: z.string(), dispatcher: OnDuty, supervisor: OnDuty })

function dutyRoute(app: Api, { store, clock, zone }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/duty',
    config: { may: 'read_registry' },
    schema: {
      summary: 'Who is on duty for each area, and why',
      description: 'As the target `duty` of a plan would find them.',
      tags: ['registry'],
      querystring: PageQuery.extend({
        area: Id.optional().describe('this area and all below'),
        at: instant.optional().describe('absent: now'),
      }),
      response: answers({ 200: pageOf(AreaOnDuty) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { area, at, after, limit } = request.query
      const bound = await boundOf(store.db, callerOf(request), area)
      const { items, next } = await listAreas(store.db, { ...bound, after, most: limit })
      const when = { at: at ? Date.parse(at) : clock.now(), zone }
      return { items: await Promise.all(items.map(({ id, name }) => dutyOf(store.db, { id, name }, when))), next }
    },
  })
}

async function dutyOf(db: Db, { id, name }: { id: string; name: string }, when: { at: number; zone: string }) {
  const scene = { home: null, areaPath: (await pathOfArea(db, id)) ?? null, ...when }
  const [dispatcher, supervisor] = await Promise.all(dutyRoles.map((role) => dutyIn(db, id, { ...scene, role })))
  return { area: id, name, dispatcher: shown(dispatcher!), supervisor: shown(supervisor!) }
}

const shown = ({ people, ...duty }: AreaDuty): z.infer<typeof OnDuty> => ({
  ...duty,
  people: people.map(({ key, name }) => ({ id: key.slice(key.indexOf(':') + 1), name })),
})
