import type { Decoded, Status } from '../../domain/message.ts'
import { type EntryContext, isGiven, refuse } from '../build.ts'

const firmwareChars = 200

/** Takes `{"online":true,"firmware":"…"}`; of a batch the last one stands. */
export function takeStatus(decoded: Decoded, entry: Record<string, unknown>, { where }: EntryContext): void {
  const { online, firmware } = entry
  if (typeof online !== 'boolean') {
    refuse(decoded, 'payload_invalid', `${where}online: not true or false`)
    return
  }
  const status: Status = { online }
  if (typeof firmware === 'string' && firmware.length <= firmwareChars) status.firmware = firmware
  else if (isGiven(firmware)) refuse(decoded, 'payload_invalid', `${where}firmware: not a short text`)
  decoded.statuses = [status]
}
