import { z } from 'zod'
import { Fault } from '../../fault.ts'
import type { Client } from '../client.ts'
import { type Target, tokenLines } from '../devices/publishing.ts'
import type { Told } from '../telling.ts'

const Claimed = z.looseObject({ device: z.string(), token: z.string() })

/** The device and the code of `vigil:claim?device=…&code=…`, as a QR picture says it, or those that were typed. */
export function claimOf(device: string, code: string | undefined): { device: string; code: string } {
  if (code !== undefined) return { device, code }
  const fields = device.startsWith('vigil:claim?') ? new URL(device).searchParams : undefined
  const [named, given] = [fields?.get('device'), fields?.get('code')]
  if (!named || !given) throw new Fault('Give the device and its claim code, or the whole text of its QR picture.')
  return { device: named, code: given }
}

/** Does what a device does when it is switched on for the first time: trades its claim code for its token. */
export async function claim(api: Client, target: Target, what: { device: string; code: string }): Promise<Told> {
  const answer = await api.post('/claims', what, Claimed)
  return { answer, lines: tokenLines(target, answer.device, answer.token) }
}
