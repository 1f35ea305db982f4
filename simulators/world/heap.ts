/** The least of many, found and replaced in the logarithm of their number. `before` must be a total order. */
export type Heap<Item> = {
  first(): Item | undefined
  put(item: Item): void
  take(): Item | undefined
}

export function createHeap<Item>(before: (one: Item, other: Item) => boolean): Heap<Item> {
  const items: Item[] = []
  function rise(item: Item): void {
    let n = items.push(item) - 1
    while (n > 0 && before(item, items[(n - 1) >> 1]!)) {
      items[n] = items[(n - 1) >> 1]!
      n = (n - 1) >> 1
    }
    items[n] = item
  }
  const leastBelow = (n: number): number => {
    const left = 2 * n + 1
    const right = left + 1
    return right < items.length && before(items[right]!, items[left]!) ? right : left
  }
  function sink(item: Item): void {
    let n = 0
    for (let next = leastBelow(n); next < items.length && before(items[next]!, item); next = leastBelow(n)) {
      items[n] = items[next]!
      n = next
    }
    items[n] = item
  }
  return {
    first: () => items[0],
    put: rise,
    take() {
      const first = items[0]
      const last = items.pop()
      if (last !== undefined && items.length > 0) sink(last)
      return first
    },
  }
}
