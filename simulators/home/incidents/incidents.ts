import { HOUR, MINUTE, SECOND } from '../../life/calendar.ts'
import { between } from '../../life/draw.ts'
import type { Figure, Room } from '../../life/scene.ts'
import type { HomePlan } from '../home.ts'
import type { Incident } from '../script.ts'
import { factOf, type Of, whoOf } from './needs.ts'
import { cancels, presses, pressesByAccident } from './presses.ts'
import {
  figureOf,
  happens,
  moves,
  RECOVERS_IN,
  type Step,
  standing,
  stirs,
  throughDoor,
  type View,
  walks,
} from './steps.ts'

/** Somebody who is to do something in a room sets out this long before. */
const WALKS_FOR = 20 * SECOND
/** How long before its instant an incident begins, ms: who must be somewhere else walks there first. */
export function leadOf(plan: HomePlan, event: Incident): number {
  if (event.what === 'fall' || event.what === 'slide') return event.room ? WALKS_FOR : 0
  const isFixed = event.what === 'press' && plan.devices.find(({ id }) => id === event.device)?.room
  return isFixed ? WALKS_FOR : 0
}

/** Who tries to get up from the floor is at it for so long before falling back. */
const TRIES_FOR = 4 * SECOND

/**
 * Comes down, and lies there. Whoever lies on the floor already walks nowhere: that one tried to get up and falls back
 * in the same place, with the same blow, and is up no earlier than before.
 */
function falls(view: View, event: Of<'fall' | 'slide'>): Step[] {
  const { at, now } = view
  const who = whoOf(view, event.who)
  const figure = figureOf(view, who)
  const lies = figure.doing === 'fallen'
  const room = lies ? figure.room : (event.room ?? figure.room)
  const lying: Figure = { who, room, posture: 'on_floor', doing: 'fallen', effort: 4, inBed: false }
  const up = Math.max(at + event.liesFor, view.liesUntil(who))
  return [
    { at: now, what: 'takes', who, liesUntil: up },
    ...(lies ? [moves(view, at - TRIES_FOR, { ...lying, effort: 22 })] : walks(view, figure, room, at)),
    happens(view, at, { what: 'impact', who, impact: event.what, room }),
    moves(view, at, lying),
    { at, what: 'startles', who },
    factOf(event, at, up - at, { who, room }),
    ...stirs(view, lying, at + 20 * SECOND, up, 3 * MINUTE),
    moves(view, up, standing(who, room, 14)),
    { at: up + RECOVERS_IN, what: 'resumes', who },
  ]
}

/** What a burst hose loses, litres a minute. */
const LEAKS = 4

function hazard(view: View, event: Of<'hazard'>): Step[] {
  const { at, by } = view
  const { hazard: kind, room, lasts } = event
  const leaks = kind === 'leak'
  return [
    happens(view, at, { what: 'hazard', hazard: kind, room, on: true }),
    ...(leaks ? [happens(view, at, { what: 'water', by, flow: LEAKS })] : []),
    factOf(event, at, lasts, { kind, room }),
    happens(view, at + lasts, { what: 'hazard', hazard: kind, room, on: false }),
    ...(leaks ? [happens(view, at + lasts, { what: 'water', by, flow: 0 })] : []),
  ]
}

/** Who is up and at home puts the pot on and goes away. */
function forgetsStove(view: View, event: Of<'forgotten_stove'>): Step[] {
  const { at, plan } = view
  const cook = plan.residents.map(({ id }) => figureOf(view, id)).find(({ doing }) => doing === 'awake')
  const cooks: Step[] = cook
    ? [
        { at, what: 'takes', who: cook.who },
        ...walks(view, cook, 'kitchen', at),
        { at: at + 2 * MINUTE, what: 'resumes', who: cook.who },
      ]
    : []
  return [
    ...cooks,
    happens(view, at, { what: 'stove', on: true }),
    factOf(event, at, event.lasts, { room: 'kitchen', ...(cook ? { who: cook.who } : {}) }),
    happens(view, at + event.lasts, { what: 'stove', on: false }),
  ]
}

function wanders(view: View, event: Of<'wandering'>): Step[] {
  const { at } = view
  const who = whoOf(view, event.who)
  const home = at + event.lasts - 30 * SECOND
  return [
    { at, what: 'takes', who },
    ...walks(view, figureOf(view, who), 'outside', at + 40 * SECOND),
    moves(view, at + 45 * SECOND, standing(who, 'outside', 30)),
    factOf(event, at, event.lasts, { who }),
    ...walks(view, standing(who, 'outside'), 'bedroom', home),
    { at: at + event.lasts, what: 'resumes', who },
  ]
}

/** Dozes on, then lies awake. */
function staysInBed(view: View, event: Of<'stays_in_bed'>): Step[] {
  const { at } = view
  const who = whoOf(view, event.who)
  const until = at + event.lasts
  const wakes = Math.min(until, at + HOUR)
  const lying: Figure = { who, room: 'bedroom', posture: 'lying', doing: 'awake', effort: 3, inBed: true }
  return [
    { at, what: 'takes', who },
    { at, what: 'leaves_safe', who },
    moves(view, at, { ...lying, doing: 'asleep', effort: 1 }),
    factOf(event, at, event.lasts, { who, room: 'bedroom' }),
    moves(view, wakes, lying),
    ...stirs(view, lying, wakes, until, 12 * MINUTE),
    { at: until, what: 'resumes', who },
  ]
}

function fallsIll(view: View, event: Of<'illness'>): Step[] {
  const { at } = view
  const who = whoOf(view, event.who)
  return [
    { at, what: 'turns', who, condition: 'ill' },
    factOf(event, at, event.lasts, { who }),
    { at: at + event.lasts, what: 'turns', who, condition: 'well' },
  ]
}

function isAway(view: View, event: Of<'absence'>): Step[] {
  const { at } = view
  const who = whoOf(view, event.who)
  const back = at + event.lasts
  return [
    { at, what: 'takes', who },
    { at, what: 'leaves_safe', who },
    ...walks(view, figureOf(view, who), 'outside', at),
    moves(view, at, { ...standing(who, 'outside', 6), posture: 'sitting' }),
    factOf(event, at, event.lasts, { who }),
    ...walks(view, standing(who, 'outside'), 'living_room', back),
    { at: back + RECOVERS_IN, what: 'resumes', who },
  ]
}

/** The visitor warms something up for who lives here. */
function cooksFor(view: View, who: string, at: number, until: number): Step[] {
  return [
    ...walks(view, standing(who, 'living_room'), 'kitchen', at),
    happens(view, at + 30 * SECOND, { what: 'opens', opening: 'fridge' }),
    happens(view, at + 38 * SECOND, { what: 'closes', opening: 'fridge' }),
    happens(view, at + MINUTE, { what: 'stove', on: true }),
    happens(view, until - MINUTE, { what: 'stove', on: false }),
    ...walks(view, standing(who, 'kitchen'), 'living_room', until),
  ]
}

function visits(view: View, event: Of<'visit'>): Step[] {
  const { at, by, random } = view
  const who = `visitor-${by}`
  const until = at + event.lasts
  const sits: Figure = { ...standing(who, 'living_room', 8), posture: 'sitting' }
  const cooks = event.lasts >= HOUR && random() < 0.5
  const from = at + Math.round(event.lasts * between(random, 0.2, 0.4))
  return [
    { at, what: 'takes', who },
    ...throughDoor(view, at),
    moves(view, at, standing(who, 'hall')),
    moves(view, at + 40 * SECOND, sits),
    factOf(event, at, event.lasts, { who }),
    ...(cooks ? cooksFor(view, who, from, from + Math.round(event.lasts * 0.3)) : []),
    ...walks(view, sits, 'hall', until - 10 * SECOND),
    ...throughDoor(view, until),
    happens(view, until, { what: 'leaves', who }),
  ]
}

function jolts(view: View, event: Of<'jolt'>): Step[] {
  const { at } = view
  const who = whoOf(view, event.who)
  const room: Room = figureOf(view, who).room
  return [happens(view, at, { what: 'impact', who, impact: event.impact, room }), factOf(event, at, 0, { who, room })]
}

/** The steps of an incident that begins now, in no order. Pure but for `random`. */
export function stepsOf(view: View, event: Incident): Step[] {
  switch (event.what) {
    case 'fall':
    case 'slide':
      return falls(view, event)
    case 'press':
      return presses(view, event)
    case 'accidental_press':
      return pressesByAccident(view, event)
    case 'cancel':
      return cancels(view, event)
    case 'hazard':
      return hazard(view, event)
    case 'forgotten_stove':
      return forgetsStove(view, event)
    case 'wandering':
      return wanders(view, event)
    case 'stays_in_bed':
      return staysInBed(view, event)
    case 'illness':
      return fallsIll(view, event)
    case 'absence':
      return isAway(view, event)
    case 'visit':
      return visits(view, event)
    case 'jolt':
      return jolts(view, event)
  }
}
