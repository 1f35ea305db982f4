import type { Output, SimulatedHome } from '../home.ts'
import type { Scripted } from '../script.ts'

/** Many homes that live side by side, each stepped only when something happens in it. */
export type Living = {
  /** When something next happens in any of them, epoch ms; Infinity where nothing does. */
  next(): number
  /** Lets all live on to `at` (epoch ms, never falling); what comes out, home by home. */
  step(at: number): Output[]
  /** Puts something into the script of a home. Throws where there is no such home or it cannot happen there. */
  script(home: string, event: Scripted): void
  /** Takes in one more home. */
  add(home: SimulatedHome): void
}

type Due = { at: number; home: SimulatedHome }

/** A binary heap, the earliest on top. */
function pushDue(heap: Due[], due: Due): void {
  let n = heap.push(due) - 1
  while (n > 0) {
    const parent = (n - 1) >> 1
    if (heap[parent]!.at <= due.at) break
    heap[n] = heap[parent]!
    n = parent
  }
  heap[n] = due
}

function popDue(heap: Due[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let n = 0
  for (;;) {
    let child = 2 * n + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1
    if (heap[child]!.at >= last.at) break
    heap[n] = heap[child]!
    n = child
  }
  heap[n] = last
}

export function createLiving(): Living {
  const homes = new Map<string, SimulatedHome>()
  const heap: Due[] = []
  /** When each home is next to be stepped; an entry of the heap that says otherwise is out of date. */
  const dueAt = new Map<SimulatedHome, number>()

  function schedule(home: SimulatedHome): void {
    const at = home.next()
    if (dueAt.get(home) === at) return
    dueAt.set(home, at)
    pushDue(heap, { at, home })
  }

  function earliest(): Due | undefined {
    while (heap[0] && dueAt.get(heap[0].home) !== heap[0].at) popDue(heap)
    return heap[0]
  }

  return {
    next: () => earliest()?.at ?? Number.POSITIVE_INFINITY,
    step(at) {
      const outputs: Output[] = []
      for (let due = earliest(); due && due.at <= at; due = earliest()) {
        popDue(heap)
        dueAt.delete(due.home)
        for (const output of due.home.step(at)) outputs.push(output)
        schedule(due.home)
      }
      return outputs
    },
    script(id, event) {
      const home = homes.get(id)
      if (!home) throw new Error(`there is no home ${id} here`)
      home.script(event)
      schedule(home)
    },
    add(home) {
      homes.set(home.plan.id, home)
      schedule(home)
    },
  }
}
