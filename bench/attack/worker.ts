import { once } from 'node:events'
import { seededRandom, seedOf } from '../../domain/random.ts'
import type { Attacker, Bot, Counts } from './attacker.ts'
import { type AttackName, attacks } from './attacks.ts'

/** A process of attackers, so that what they cost is in nobody else's event loop. Started by attack.ts. */

/** It ends after so many packets or so many seconds, whatever comes first. */
export type Order = {
  attack: AttackName
  seed: number
  mqttPort: number
  httpPort: number
  bots: Bot[]
  packets: number
  seconds: number
}

async function carryOut({ attack, seed, packets, seconds, ...target }: Order): Promise<Counts> {
  const counts: Counts = { connections: 0, packets: 0, bytes: 0 }
  let isOver = false
  const over = new Promise<void>((resolve) =>
    setTimeout(() => {
      isOver = true
      resolve()
    }, seconds * 1_000),
  )
  // Each attack has some hundreds that wait for its end.
  const attacker: Attacker = {
    ...target,
    random: seededRandom(seedOf(seed, attack)),
    counts,
    isOver: () => isOver || counts.packets >= packets,
    over,
  }
  await attacks[attack](attacker)
  return counts
}

const [order] = (await once(process, 'message')) as [Order]
const counts = await carryOut(order)
process.send?.(counts, () => process.exit())
process.on('disconnect', () => process.exit())
