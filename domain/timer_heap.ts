/** A timer that waits: `at` in epoch ms; `index` is its place in the heap, -1 where it is in none. */
export type Waiting = { at: number; order: number; index: number; fn: () => void }

/** Timers by due time, those of one instant in the order in which they were set. Setting and removing take log n. */
export type TimerHeap = {
  set(at: number, fn: () => void): Waiting
  first(): Waiting | undefined
  /** Takes it out; nothing happens where it is out already. */
  remove(timer: Waiting): void
}

export function timerHeap(): TimerHeap {
  const heap: Waiting[] = []
  let orders = 0
  const isBefore = (a: Waiting, b: Waiting) => a.at < b.at || (a.at === b.at && a.order < b.order)

  function put(timer: Waiting, index: number): void {
    heap[index] = timer
    timer.index = index
  }

  function rise(timer: Waiting): void {
    for (let parent = (timer.index - 1) >> 1; timer.index > 0; parent = (timer.index - 1) >> 1) {
      const above = heap[parent]!
      if (isBefore(above, timer)) return
      put(above, timer.index)
      put(timer, parent)
    }
  }

  function sink(timer: Waiting): void {
    for (;;) {
      const [left, right] = [heap[2 * timer.index + 1], heap[2 * timer.index + 2]]
      const below = left && right && isBefore(right, left) ? right : left
      if (!below || isBefore(timer, below)) return
      const index = below.index
      put(below, timer.index)
      put(timer, index)
    }
  }

  return {
    set(at, fn) {
      const timer = { at, order: orders++, index: heap.length, fn }
      heap.push(timer)
      rise(timer)
      return timer
    },
    first: () => heap[0],
    remove(timer) {
      const { index } = timer
      if (index < 0) return
      timer.index = -1
      const last = heap.pop()!
      if (last === timer) return
      put(last, index)
      rise(last)
      sink(last)
    },
  }
}
