/** What is still to come, in order of time; what is due at the same instant keeps the order in which it was put in. */
export type Diary<Entry extends { at: number }> = {
  put(entry: Entry): void
  /** When the next is due (epoch ms); Infinity where nothing is. */
  next(): number
  /** Takes the next out. */
  take(): Entry | undefined
}

export function createDiary<Entry extends { at: number }>(): Diary<Entry> {
  /** Latest first, so that the next is taken from the end. */
  const entries: Entry[] = []
  return {
    put(entry) {
      let index = entries.length
      while (index > 0 && entries[index - 1]!.at <= entry.at) index -= 1
      entries.splice(index, 0, entry)
    },
    next: () => entries.at(-1)?.at ?? Number.POSITIVE_INFINITY,
    take: () => entries.pop(),
  }
}
