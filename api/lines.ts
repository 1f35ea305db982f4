import { type Crowd, openCrowd } from '../broker/sockets/crowd.ts'
import { limits } from '../domain/limits.ts'
import { linesCut } from './metrics.ts'

/** The HTTP connections that stand, other than streams of events to somebody who is known. Each is an open file. */
export type Lines = Crowd

/** How many of all may be of one address: as of those that are not authenticated at the broker. */
const shareOfAddress = limits.newcomersPerAddress / limits.newcomers

export const openLines = (most: number = limits.newcomers): Lines =>
  openCrowd({ most, mostPerAddress: most * shareOfAddress, onShed: () => linesCut.inc() })
