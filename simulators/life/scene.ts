/** What sensors could notice in a home: where people are and what they do, doors, stove, water, smoke. */

/** The rooms of a simulated home; `outside` is everywhere else. */
export const rooms = ['bedroom', 'living_room', 'kitchen', 'bathroom', 'hall', 'outside'] as const
export type Room = (typeof rooms)[number]

/** What can stand open and bear a door contact. */
export const openings = ['front_door', 'bathroom_door', 'fridge', 'cupboard', 'window'] as const
export type Opening = (typeof openings)[number]

export type Posture = 'lying' | 'sitting' | 'standing' | 'on_floor'
/** `fallen`: on the floor and not getting up by oneself yet. */
export type Doing = 'asleep' | 'awake' | 'out' | 'fallen'

/** Somebody, resident or visitor, as a sensor could notice. `effort`: how hard at it, 0 still to 100 vigorous. */
export type Figure = { who: string; room: Room; posture: Posture; doing: Doing; effort: number; inBed: boolean }

/** Places where a hazard can be noticed. */
export const hazards = ['smoke', 'gas', 'carbon_monoxide', 'leak'] as const
export type Hazard = (typeof hazards)[number]

/** The home at one instant. `flows`: what everybody (or a leak) draws through the water meter, litres a minute. */
export type Scene = {
  figures: readonly Figure[]
  open: ReadonlySet<Opening>
  stove: boolean
  flows: Readonly<Record<string, number>>
  hazards: Readonly<Record<Hazard, ReadonlySet<Room>>>
}

/**
 * How a body meets the floor or a chair: what an accelerometer on it would feel. `fall`: hard; `slide`: slow, without
 * an impact; `sits_hard`, `claps`: daily life that shakes a wrist as hard as a fall does.
 */
export const impacts = ['fall', 'slide', 'sits_hard', 'claps'] as const
export type Impact = (typeof impacts)[number]

/** One thing that becomes different, or happens, at one instant. */
export type Change =
  | { what: 'moves'; figure: Figure }
  | { what: 'leaves'; who: string }
  | { what: 'opens' | 'closes'; opening: Opening }
  | { what: 'stove'; on: boolean }
  /** From now on `by` draws so many litres a minute. */
  | { what: 'water'; by: string; flow: number }
  | { what: 'hazard'; hazard: Hazard; room: Room; on: boolean }
  /** A button is pressed on this device. */
  | { what: 'presses'; device: string }
  /** The wearer of this device says on it that nothing is wrong. */
  | { what: 'cancels'; device: string }
  | { what: 'impact'; who: string; impact: Impact; room: Room }
  /** A worn device is put on or taken off (to the charger). */
  | { what: 'worn'; device: string; on: boolean }

/** Nobody there, everything shut and off. */
export const emptyScene: Scene = {
  figures: [],
  open: new Set(),
  stove: false,
  flows: {},
  hazards: { smoke: new Set(), gas: new Set(), carbon_monoxide: new Set(), leak: new Set() },
}

function withOr<T>(set: ReadonlySet<T>, item: T, on: boolean): ReadonlySet<T> {
  const next = new Set(set)
  if (on) next.add(item)
  else next.delete(item)
  return next
}

const without = (scene: Scene, who: string): Figure[] => scene.figures.filter((figure) => figure.who !== who)

/** The scene after a change. Presses, impacts and wearing leave it as it is: only devices notice them. */
export function changed(scene: Scene, change: Change): Scene {
  switch (change.what) {
    case 'moves':
      return { ...scene, figures: [...without(scene, change.figure.who), change.figure] }
    case 'leaves':
      return { ...scene, figures: without(scene, change.who) }
    case 'opens':
    case 'closes':
      return { ...scene, open: withOr(scene.open, change.opening, change.what === 'opens') }
    case 'stove':
      return { ...scene, stove: change.on }
    case 'water':
      return { ...scene, flows: { ...scene.flows, [change.by]: change.flow } }
    case 'hazard': {
      const places = withOr(scene.hazards[change.hazard], change.room, change.on)
      return { ...scene, hazards: { ...scene.hazards, [change.hazard]: places } }
    }
    case 'presses':
    case 'cancels':
    case 'impact':
    case 'worn':
      return scene
  }
}

/** Who is in a room. */
export const inRoom = (scene: Scene, room: Room | undefined): Figure[] =>
  scene.figures.filter((figure) => figure.room === room)
