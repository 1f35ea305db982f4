import { limits } from '../domain/limits.ts'
import type { Child } from '../store/provisioning.ts'

/** Remembers which devices behind gateways were looked up already, so that not every message asks the registry. */
export type ChildrenSeen = {
  fresh(children: readonly Child[]): Child[]
  /** Tells that these are registered, or may not be. */
  settled(children: readonly Child[]): void
}

export function childrenSeen(): ChildrenSeen {
  const seen = new Set<string>()
  const keyOf = ({ gateway, id, model, place }: Child): string => [gateway, id, model, place].join('\n')
  return {
    fresh: (children) => [
      ...new Map(children.filter((child) => !seen.has(keyOf(child))).map((child) => [child.id, child])).values(),
    ],
    settled(children) {
      if (seen.size > limits.rememberedDevices) seen.clear()
      for (const child of children) seen.add(keyOf(child))
    },
  }
}
