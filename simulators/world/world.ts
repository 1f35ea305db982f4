import { seedOf } from '../../domain/random.ts'
import { createHome, type HomePlan, type Output, type SimulatedHome } from '../home/home.ts'
import type { Scripted } from '../home/script.ts'
import { createHeap } from './heap.ts'

/** Homes that live side by side. A quiet home costs nothing. */
export type World = {
  homes(): readonly SimulatedHome[]
  /** When something next happens by itself in any of them (epoch ms); Infinity where nothing does. */
  next(): number
  /** Lives on to `at` (epoch ms, never falling) and gives what comes out of all homes, in order of time. */
  step(at: number): Output[]
  /** Puts something into the script of a home; throws where there is no such home, or it cannot happen there. */
  script(home: string, event: Scripted): void
  /** One more home, from the world's now on. */
  add(plan: HomePlan): void
}

/** Who scripts as time goes: at `next` (epoch ms) `direct` puts into the script what comes then or later. */
export type Director = { next(): number; direct(world: Pick<World, 'homes' | 'script'>): void }

export type WorldOptions = { seed: number; startAt: number; director?: Director }

type Due = { at: number; n: number; home: SimulatedHome }

const isBefore = (one: Due, other: Due): boolean => one.at < other.at || (one.at === other.at && one.n < other.n)

/** Homes by when each is next due. An entry is out of date where the home has another time by now. */
function createAgenda() {
  const heap = createHeap<Due>(isBefore)
  const dueAt: number[] = []
  return {
    put(n: number, home: SimulatedHome): void {
      const at = home.next()
      if (dueAt[n] === at) return
      dueAt[n] = at
      heap.put({ at, n, home })
    },
    first(): Due | undefined {
      for (let due = heap.first(); due; due = heap.first()) {
        if (dueAt[due.n] === due.at) return due
        heap.take()
      }
      return undefined
    },
    take(): void {
      const due = heap.take()
      if (due) dueAt[due.n] = Number.NaN
    },
  }
}

/**
 * A world from `startAt` (epoch ms) on. The same plans, seed, start, script and director give the same, message for
 * message, in whatever steps; one home more or less changes nothing in the others.
 */
export function createWorld(plans: readonly HomePlan[], { seed, startAt, director }: WorldOptions): World {
  const homes: SimulatedHome[] = []
  const numbers = new Map<string, number>()
  const agenda = createAgenda()
  let now = startAt

  function add(plan: HomePlan): void {
    if (numbers.has(plan.id)) throw new Error(`there are two homes that are called ${plan.id}`)
    const home = createHome(plan, { seed: seedOf(seed, 'home', plan.id), startAt: now })
    numbers.set(plan.id, homes.push(home) - 1)
    agenda.put(homes.length - 1, home)
  }

  function script(id: string, { at, event }: Scripted): void {
    const n = numbers.get(id)
    if (n === undefined) throw new Error(`there is no home ${id}`)
    homes[n]!.script({ at: Math.max(now, at), event })
    agenda.put(n, homes[n]!)
  }

  const directorNext = (): number => director?.next() ?? Number.POSITIVE_INFINITY
  const next = (): number => Math.min(directorNext(), agenda.first()?.at ?? Number.POSITIVE_INFINITY)

  function happenAt(at: number, out: Output[]): void {
    now = Math.max(now, at)
    if (directorNext() <= at) {
      director?.direct({ homes: () => homes, script })
      return
    }
    const due = agenda.first()
    if (!due) return
    agenda.take()
    for (const output of due.home.step(at)) out.push(output)
    agenda.put(due.n, due.home)
  }

  for (const plan of plans) add(plan)
  return {
    homes: () => homes,
    next,
    step(at) {
      const out: Output[] = []
      for (let due = next(); due <= at; due = next()) happenAt(due, out)
      now = Math.max(now, at)
      return out
    },
    script,
    add,
  }
}
