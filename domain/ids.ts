import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What a device, home, ticket, … may be called; callers may choose their own. */
export const idPattern = /^[A-Za-z0-9_.:-]{1,64}$/
export const Id = z.string().regex(idPattern, 'an id is 1 to 64 characters of A-Z a-z 0-9 _ . : -')

/** Number of partitions; fixed, because a record's partition is stored with it. */
export const PARTITIONS = 64

/**
 * The partition that owns everything of one home (of one device, where it has none): a stable hash mod 64,
 * the same on one machine as on thirty.
 */
export function partitionOf(homeOrDevice: string): number {
  return createHash('sha1').update(homeOrDevice).digest().readUInt32BE(0) % PARTITIONS
}
