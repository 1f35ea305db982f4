import { signals } from '../../domain/signals.ts'
import type { Receipt } from '../../domain/ticket.ts'
import type { DevicePlan } from '../devices/device.ts'
import { deviceModels } from '../devices/models.ts'
import type { HomePlan, Output } from '../home/home.ts'
import type { LinkState } from '../links/link.ts'

/** What the demo prints, for people. */

const states: Record<LinkState, string> = {
  linked: 'connected',
  lost: 'connection lost, trying again',
  refused: 'token refused, asking for a new one',
}

const nameOf = (home: HomePlan, device: DevicePlan): string => `${deviceModels[device.kind].noun} of ${home.label}`

export const stateLine = (home: HomePlan, device: DevicePlan, state: LinkState): string =>
  `${nameOf(home, device)}: ${states[state]}`

export function receiptLine(home: HomePlan, device: DevicePlan, receipt: Receipt): string {
  const name = nameOf(home, device)
  if (receipt.result === 'refused') return `${name}: receipt: refused, ${receipt.reason ?? receipt.code ?? 'no reason'}`
  const doubt = receipt.unverified?.length ? `, unverified (${receipt.unverified.join(', ')})` : ''
  return `${name}: receipt: accepted, ticket ${receipt.number ?? receipt.ticket ?? '?'}${doubt}`
}

/** Signals are worth a line; readings come all the time. */
export function signalLine(output: Output): string | undefined {
  if (output.what !== 'message' || output.message.kind !== 'signals') return undefined
  const kind = output.message.payload.signal as keyof typeof signals
  return `${nameOf(output.home, output.device)}: ${signals[kind].text}`
}
