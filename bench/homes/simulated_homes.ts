import { atLocal, ZONE } from '../../simulators/life/calendar.ts'
import { makePerson, type Person } from '../../simulators/life/person.ts'
import { DAY_BEGINS, type Dated, dayOf } from '../../simulators/life/routine.ts'
import type { Figure } from '../../simulators/life/scene.ts'
import { type Group, groups, type Rhythm, type Seen, type Span } from './rhythm.ts'

/** Simulated lives as ideal sensors of the same kind as in the real homes see them. */

const openings: Partial<Record<string, Group>> = { fridge: 'fridge', cupboard: 'cupboard', front_door: 'front_door' }

/** What the bathroom's water is drawn for: the first after sitting is the flush, the rest is washing. */
function bathroomWater(figure: Figure | undefined, hasSat: boolean): Group | undefined {
  if (figure?.room !== 'bathroom') return undefined
  return hasSat ? 'toilet' : 'washing'
}

function eventsOf(changes: readonly Dated[]): Seen[] {
  let figure: Figure | undefined
  let hasSat = false
  let flow = 0
  return changes.flatMap(({ at, change }): Seen[] => {
    if (change.what === 'moves') {
      figure = change.figure
      hasSat = figure.room === 'bathroom' && (hasSat || figure.posture === 'sitting')
    }
    const group = groupOf(change, figure, hasSat, flow)
    if (change.what === 'water' && group) hasSat = false
    if (change.what === 'water') flow = change.flow
    return group ? [{ at: at + ZONE, group }] : []
  })
}

function groupOf(
  change: Dated['change'],
  figure: Figure | undefined,
  hasSat: boolean,
  flow: number,
): Group | undefined {
  if (change.what === 'opens') return openings[change.opening]
  if (change.what === 'stove') return change.on ? 'stove' : undefined
  return change.what === 'water' && change.flow > flow ? bathroomWater(figure, hasSat) : undefined
}

/** Stretches in which the figure is so. */
function spansOf(changes: readonly Dated[], end: number, is: (figure: Figure) => boolean): Span[] {
  const spans: Span[] = []
  let from: number | undefined
  for (const { at, change } of changes) {
    if (change.what !== 'moves' || is(change.figure) === (from !== undefined)) continue
    if (from !== undefined) spans.push({ from: from + ZONE, to: at + ZONE })
    from = from === undefined ? at : undefined
  }
  return from === undefined ? spans : [...spans, { from: from + ZONE, to: end + ZONE }]
}

function rhythmOf(person: Person, firstDay: number, days: number): Rhythm {
  const changes = Array.from({ length: days }, (_, n) => dayOf(person, firstDay + n, 'well')).flat()
  const end = atLocal(firstDay + days, DAY_BEGINS)
  return {
    name: person.id,
    from: atLocal(firstDay, DAY_BEGINS) + ZONE,
    to: end + ZONE,
    events: eventsOf(changes),
    has: new Set(groups),
    inBed: spansOf(changes, end, ({ inBed }) => inBed),
    away: spansOf(changes, end, ({ doing }) => doing === 'out'),
  }
}

/** So many people from seeds `seed`, `seed` + 1, …, so many days each from a local day on. */
export const simulatedHomes = (people: number, days: number, seed: number, firstDay: number): Rhythm[] =>
  Array.from({ length: people }, (_, n) =>
    rhythmOf(makePerson({ id: `person ${seed + n}`, seed: seed + n }), firstDay, days),
  )
