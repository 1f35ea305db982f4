import type { Change, Opening, Scene } from '../life/scene.ts'

/**
 * Doors, stove and hazards that several people use at once: open as long as anybody holds it open, on as long as anybody
 * needs it on. `by` is a resident, a visitor or an incident.
 */
export type Things = {
  /** What becomes different for the sensors; undefined where somebody else keeps it as it was. */
  take(by: string, change: Change, scene: Scene): Change | undefined
  /** What `by` has to change so as to hold what is in `kept`, and nothing else. */
  towards(by: string, kept: Kept): Change[]
}

/** What one holds: openings and the stove, and the water drawn (litres a minute). */
export type Kept = { things: ReadonlySet<string>; flow: number }

const STOVE = 'stove'
export const nothingKept: Kept = { things: new Set(), flow: 0 }

/** The thing that a change is about and whether it is wanted on; undefined for what nobody holds. */
function holding(change: Change): { thing: string; on: boolean } | undefined {
  switch (change.what) {
    case 'opens':
    case 'closes':
      return { thing: change.opening, on: change.what === 'opens' }
    case 'stove':
      return { thing: STOVE, on: change.on }
    case 'hazard':
      return { thing: `${change.hazard}:${change.room}`, on: change.on }
    default:
      return undefined
  }
}

const wanted = (thing: string, on: boolean): Change =>
  thing === STOVE ? { what: 'stove', on } : { what: on ? 'opens' : 'closes', opening: thing as Opening }

/** What somebody holds after changes that begin with everything shut and off. */
export function keptAfter(changes: Iterable<Change>): Kept {
  const things = new Set<string>()
  let flow = 0
  for (const change of changes) {
    if (change.what === 'water') flow = change.flow
    const held = holding(change)
    if (held?.on) things.add(held.thing)
    else if (held) things.delete(held.thing)
  }
  return { things, flow }
}

export function createThings(): Things {
  const holders = new Map<string, Set<string>>()
  function take(by: string, change: Change, scene: Scene): Change | undefined {
    if (change.what === 'water') return (scene.flows[change.by] ?? 0) === change.flow ? undefined : change
    const held = holding(change)
    if (!held) return change
    const those = holders.get(held.thing) ?? new Set()
    const was = those.size > 0
    if (held.on) those.add(by)
    else those.delete(by)
    if (those.size > 0) holders.set(held.thing, those)
    else holders.delete(held.thing)
    return was === those.size > 0 ? undefined : change
  }
  return {
    take,
    towards(by, { things, flow }) {
      const held = [...holders].filter(([, those]) => those.has(by)).map(([thing]) => thing)
      const less = held.filter((thing) => !things.has(thing)).map((thing) => wanted(thing, false))
      const more = [...things].filter((thing) => !held.includes(thing)).map((thing) => wanted(thing, true))
      return [...less, ...more, { what: 'water', by, flow }]
    },
  }
}
