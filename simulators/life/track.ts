import type { Random } from '../../domain/random.ts'
import type { Person } from './person.ts'
import type { Change, Figure, Opening } from './scene.ts'

/** A change and when it comes (epoch ms). */
export type Dated = { at: number; change: Change }

/** Writes down what one person does, one thing after the other. Effort and pace follow the person's vigour. */
export type Track = {
  readonly person: Person
  readonly random: Random
  readonly changes: readonly Dated[]
  at(): number
  /** The instant in so many seconds, a whole ms. */
  in(seconds: number): number
  figure(): Figure
  /** Time goes by, in seconds. */
  pass(seconds: number): void
  becomes(next: Partial<Omit<Figure, 'who'>>): void
  opens(opening: Opening): void
  closes(opening: Opening): void
  stove(on: boolean): void
  /** From now on draws so many litres a minute. */
  water(flow: number): void
}

/** A track that begins with `figure` at `at`. `vigour`: factor on effort (illness makes it small). */
export function createTrack(person: Person, figure: Figure, at: number, random: Random, vigour: number): Track {
  let now = Math.round(at)
  let current = figure
  const changes: Dated[] = [{ at: now, change: { what: 'moves', figure } }]
  const note = (change: Change): void => void changes.push({ at: now, change })
  const pass = (seconds: number): void => {
    now += Math.max(0, Math.round(seconds * 1_000))
  }
  return {
    person,
    random,
    changes,
    at: () => now,
    in: (seconds) => now + Math.round(seconds * 1_000),
    figure: () => current,
    pass,
    becomes(next) {
      const effort = next.effort === undefined ? current.effort : Math.min(100, Math.round(next.effort * vigour))
      current = { ...current, ...next, effort }
      note({ what: 'moves', figure: current })
    },
    opens: (opening) => note({ what: 'opens', opening }),
    closes: (opening) => note({ what: 'closes', opening }),
    stove: (on) => note({ what: 'stove', on }),
    water: (flow) => note({ what: 'water', by: person.id, flow }),
  }
}
