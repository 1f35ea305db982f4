import type { SentCommand } from '../../domain/commands.ts'
import type { Receipt } from '../../domain/ticket.ts'
import type { Message } from '../devices/device.ts'
import { createBacklog } from './backlog.ts'
import { type HearingLinkOptions, type Link, type LinkState, onChange } from './link.ts'

/** A device without a line of its own, as its gateway knows it. */
export type Child = {
  device: string
  firmware: string
  onReceipt(receipt: Receipt): void
  onState(state: LinkState): void
  obey(command: SentCommand): Message
}

/** A line that others' messages go over, too. */
export type GatewayLink = Link & {
  /** Before `open`: has its status told, its receipts and its commands handed on. */
  adopt(child: Child): void
  /** Sends a child's message and keeps it until Vigil says that it has it. */
  carry(child: string, message: Message): void
  /** Whether a child is within the reach of the gateway's radio; it is at first. */
  reach(child: string, inReach: boolean): void
}

type Kept = 'device' | 'firmware' | 'keeps' | 'account' | 'onReceipt' | 'onState' | 'obey'
type ChildOptions = Pick<HearingLinkOptions, Kept> & {
  gateway: GatewayLink
}

/**
 * The line of a device behind a gateway. Within the gateway's reach it hands over what it says, and the gateway keeps it
 * until Vigil has it; out of reach it keeps it itself. Its waiting is counted where the message is.
 */
export function createChildLink({
  device,
  firmware,
  keeps,
  account,
  gateway,
  onReceipt,
  obey,
  ...options
}: ChildOptions): Link {
  const kept = createBacklog(keeps)
  let isCut = false
  gateway.adopt({ device, firmware, onReceipt, obey, onState: onChange<LinkState>(undefined, options.onState) })

  function handOver(): void {
    for (let next = kept.nextSignal(); next; next = kept.nextSignal()) gateway.carry(device, next.message)
    for (let next = kept.nextOther(); next; next = kept.nextOther()) gateway.carry(device, next.message)
    kept.forget()
  }

  return {
    // The gateway's line is opened for all.
    open() {},
    send(message) {
      if (!isCut) gateway.carry(device, message)
      else if (kept.add(message)) account.dropped += 1
    },
    cut() {
      isCut = true
      gateway.reach(device, false)
    },
    restore() {
      isCut = false
      gateway.reach(device, true)
      handOver()
    },
    connected: () => !isCut && gateway.connected(),
    dialling: () => false,
    waiting: kept.size,
    close: async () => {},
  }
}
