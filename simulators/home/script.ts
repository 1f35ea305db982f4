import type { Hazard, Room } from '../life/scene.ts'

/** What can happen to people and the home beside the routine. Durations in ms. `who`: a resident; absent, the first. */
export type Incident =
  /** A hard fall; helped or got up after `liesFor`. Whoever lies there already tried to get up, and falls back. */
  | { what: 'fall'; who?: string; room?: Room; liesFor: number }
  /** A slow slide to the floor, without an impact. */
  | { what: 'slide'; who?: string; room?: Room; liesFor: number }
  /** A button pressed in need. `device` absent: the first button that the person has within reach. */
  | { what: 'press'; device?: string; times: number; every: number }
  /** A button pressed without need: a grandchild, a sleeve, washing up. */
  | { what: 'accidental_press'; device?: string; times: number; every: number }
  /** The wearer says on the device that nothing is wrong; heard where it is worn and has not spoken yet. */
  | { what: 'cancel'; device: string }
  /** A hazard in a room, gone after `lasts`. */
  | { what: 'hazard'; hazard: Hazard; room: Room; lasts: number }
  /** The stove stays on while nobody is at it. */
  | { what: 'forgotten_stove'; lasts: number }
  /** Out of bed at night and out of the house. */
  | { what: 'wandering'; who?: string; lasts: number }
  /** Awake or not, the person stays in bed beyond the usual hour. */
  | { what: 'stays_in_bed'; who?: string; lasts: number }
  /** Fever, fast heart and breath, little movement, for days. */
  | { what: 'illness'; who?: string; lasts: number }
  /** Away: hospital, travel. */
  | { what: 'absence'; who?: string; lasts: number }
  | { what: 'visit'; lasts: number }
  /** A hard seat or applause: shakes a worn accelerometer like a fall does. */
  | { what: 'jolt'; who?: string; impact: 'sits_hard' | 'claps' }

/** What can happen to a device. */
export type Trouble =
  | { what: 'link_lost'; device: string; lasts: number }
  | { what: 'reboot'; device: string }
  /** The charge is this from now on (percent); at 0 the device is silent until it is charged. */
  | { what: 'battery'; device: string; percent: number }
  /** The device's clock is off by this many ms from now on (positive: fast). */
  | { what: 'clock'; device: string; offset: number }
  /** Everything is sent twice. */
  | { what: 'sends_twice'; device: string; lasts: number }
  /** Taken off and laid on the charger. */
  | { what: 'taken_off'; device: string; lasts: number }

/** Something that is to happen at an instant (epoch ms). */
export type Scripted = { at: number; event: Incident | Trouble }

/** Every incident and every trouble, by name. */
export const incidents = [
  'fall',
  'slide',
  'press',
  'accidental_press',
  'cancel',
  'hazard',
  'forgotten_stove',
  'wandering',
  'stays_in_bed',
  'illness',
  'absence',
  'visit',
  'jolt',
] as const satisfies Incident['what'][]
export const troubles = [
  'link_lost',
  'reboot',
  'battery',
  'clock',
  'sends_twice',
  'taken_off',
] as const satisfies Trouble['what'][]
export const happenings = [...incidents, ...troubles] as const

export const isTrouble = (event: Incident | Trouble): event is Trouble =>
  (troubles as readonly string[]).includes(event.what)
