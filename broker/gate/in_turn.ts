/** Work of one address waits for work of the same address, not for that of others. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Runs at most `most` at one time, one of each key in turn. What was asked for is always run. */
export function inTurn(most: number): InTurn {
  const waiting = new Map<string, (() => void)[]>()
  let running = 0

  function next(): void {
    const [first] = waiting
    if (running >= most || !first) return
    const [key, queue] = first
    const start = queue.shift()
    waiting.delete(key)
    if (queue.length > 0) waiting.set(key, queue)
    running++
    start?.()
  }

  return async (key, work) => {
    await new Promise<void>((resolve) => {
      const queue = waiting.get(key) ?? []
      queue.push(resolve)
      waiting.set(key, queue)
      next()
    })
    try {
      return await work()
    } finally {
      running--
      next()
    }
  }
}
