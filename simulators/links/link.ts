import type { Clock } from '../../domain/clock.ts'
import type { SentCommand } from '../../domain/commands.ts'
import type { Random } from '../../domain/random.ts'
import type { Receipt } from '../../domain/ticket.ts'
import type { Message } from '../devices/device.ts'
import type { Account } from './account.ts'
import type { Heartbeat } from './heartbeat.ts'

export type LinkState = 'linked' | 'lost' | 'refused'

/**
 * A device's line to the front door. Each message is kept until Vigil says that it has it, over any number of
 * connections, within the bound of what the device keeps.
 *
 * Signals go first, also before readings that were said earlier: after an outage a long backlog lies there, and who
 * pressed the button must not wait for it. Among signals, and among all others, the order is the one in which they were
 * said; event time and `seq` in the payload tell the order across both.
 */
export type Link = {
  /** Makes the first attempt. What is said before is kept. */
  open(): void
  send(message: Message): void
  /** The line is gone, as when a device leaves the radio's reach: no farewell, and no attempt until `restore`. */
  cut(): void
  restore(): void
  connected(): boolean
  /** Whether an attempt to connect is under way. */
  dialling(): boolean
  /** How many messages Vigil has not said yet that it has. */
  waiting(): number
  /** Ends with a farewell where it is connected; never rejects. */
  close(): Promise<void>
}

export type LinkOptions = {
  /** `mqtt://host:port`, or `http://host:port` for a device that speaks HTTP. */
  url: string
  device: string
  firmware: string
  /** Messages that the device keeps while the line is away. */
  keeps: number
  /** The device's token; asked before every attempt. `refused` says that the last one was not taken. May reject. */
  token(refused: boolean): Promise<string>
  onReceipt(receipt: Receipt): void
  onState(state: LinkState): void
  /** Told when the link begins to have something that it can send, and when it has no more. */
  onBusy(busy: boolean): void
  /** Counted on; may be shared by many links. */
  account: Account
  /** The address to come from; the machine's choice where undefined. */
  localAddress?: string | undefined
  heartbeat: Heartbeat
  /** The pace of the wire: back-off, keep-alive, farewell. */
  clock: Clock
  random: Random
}

/** Of a device that hears, which over HTTP none does: `obey` gives what it answers to a command. */
export type HearingLinkOptions = LinkOptions & { obey(command: SentCommand): Message }

/** Passes on what is different from the last time. */
export function onChange<T>(first: T | undefined, tell: (value: T) => void): (value: T) => void {
  let last = first
  return (value) => {
    if (value === last) return
    last = value
    tell(value)
  }
}
