import { deviceModels } from '../../simulators/devices/models.ts'
import type { Output } from '../../simulators/home/home.ts'
import { type Backlog, createBacklog, type Kept } from '../../simulators/links/backlog.ts'

export type Said = Extract<Output, { what: 'message' }>

/** What the lines of all devices let through. */
export type Lines = {
  /** What arrives because of this, in order: what is said on an open line, or all that was kept while it was gone. */
  carry(output: Output): Said[]
  /** What devices without a line still keep, and what they had to drop. */
  kept(): number
  dropped(): number
}

function* drained(backlog: Backlog): Generator<Kept> {
  const next = () => backlog.nextSignal() ?? backlog.nextOther()
  for (let kept = next(); kept; kept = next()) {
    backlog.acknowledge(kept.id)
    yield kept
  }
}

/**
 * Lines without a network: what is said arrives at once. While a line is gone its device keeps what it says, in the same
 * backlog as a real one, and all of it arrives at the instant at which the line is back, signals first.
 */
export function createLines(): Lines {
  const cut = new Map<string, Backlog>()
  let dropped = 0

  function restore({ at, home, device }: Extract<Output, { what: 'link' }>): Said[] {
    const backlog = cut.get(device.id)
    cut.delete(device.id)
    if (!backlog) return []
    return [...drained(backlog)].map(({ message }) => ({ what: 'message', at, home, device, message }))
  }

  return {
    carry(output) {
      if (output.what === 'fact') return []
      const { id, kind } = output.device
      if (output.what === 'message') {
        const backlog = cut.get(id)
        if (!backlog) return [output]
        if (backlog.add(output.message)) dropped += 1
        return []
      }
      if (output.up) return restore(output)
      if (!cut.has(id)) cut.set(id, createBacklog(deviceModels[kind].keeps))
      return []
    },
    kept: () => [...cut.values()].reduce((sum, backlog) => sum + backlog.size(), 0),
    dropped: () => dropped,
  }
}
