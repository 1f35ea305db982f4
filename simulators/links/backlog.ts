import type { Message } from '../devices/device.ts'

/**
 * A message of which Vigil has not said yet that it has it. `id`: its MQTT packet id, 0 before it was on the wire;
 * `sendings`: how often it was put there. `child`: whose it is, where it is not the link's own.
 */
export type Kept = { message: Message; child?: string | undefined; id: number; sendings: number }

/** The store-and-forward memory of a device. */
export type Backlog = {
  /** Keeps a message. Gives true where an older one had to go for it: see `createBacklog`. */
  add(message: Message, child?: string): boolean
  /** The next signal to put on the wire; it is in flight from now on. */
  nextSignal(): Kept | undefined
  /** The next of all others. */
  nextOther(): Kept | undefined
  /** Forgets what was acknowledged. False where nothing of this id is in flight. */
  acknowledge(id: number): boolean
  /** One that is in flight got no answer: it is to be sent again, before what came after it. */
  giveBack(kept: Kept): void
  /** All that is in flight is somebody else's care now. */
  forget(): void
  /** The line is gone: so with all that is in flight. */
  rewind(): void
  inFlight(): number
  size(): number
}

/** Packet ids above this are left to what is not a message. */
export const IDS = 65_000

/** What was on the wire may have arrived, so it stays; of the rest the oldest readings go first, and then motion. */
function dropOldest(others: Kept[]): boolean {
  const unsent = (kept: Kept) => kept.sendings === 0
  const reading = others.findIndex((kept) => unsent(kept) && kept.message.kind === 'readings')
  const oldest = reading >= 0 ? reading : others.findIndex(unsent)
  if (oldest >= 0) others.splice(oldest, 1)
  return oldest >= 0
}

/**
 * A memory of `keeps` messages. Signals have a lane of their own and are never dropped, not even where they alone are
 * more than that; within a lane the order is the one in which the messages came.
 */
export function createBacklog(keeps: number): Backlog {
  const signals: Kept[] = []
  const others: Kept[] = []
  const laneOf = ({ kind }: Message) => (kind === 'signals' ? signals : others)
  const flying = new Map<number, Kept>()
  let lastId = 0
  const size = () => signals.length + others.length + flying.size

  function freshId(): number {
    do lastId = (lastId % IDS) + 1
    while (flying.has(lastId))
    return lastId
  }

  /** A message that is sent again keeps its packet id. */
  function launch(kept: Kept | undefined): Kept | undefined {
    if (!kept) return undefined
    kept.id ||= freshId()
    kept.sendings += 1
    flying.set(kept.id, kept)
    return kept
  }

  function giveBack(kept: Kept): void {
    flying.delete(kept.id)
    laneOf(kept.message).unshift(kept)
  }

  return {
    add(message, child) {
      laneOf(message).push({ message, child, id: 0, sendings: 0 })
      return size() > keeps && dropOldest(others)
    },
    nextSignal: () => launch(signals.shift()),
    nextOther: () => launch(others.shift()),
    acknowledge: (id) => flying.delete(id),
    giveBack,
    forget: () => flying.clear(),
    rewind() {
      for (const kept of [...flying.values()].reverse()) giveBack(kept)
    },
    inFlight: () => flying.size,
    size,
  }
}
