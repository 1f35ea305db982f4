import type { Decoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { isRecord, refuse, shown } from '../build.ts'
import { parsePayload } from '../payload.ts'

const textChars = 200

/** `bridge/devices`: every device that is paired, by its friendly name; the coordinator is the bridge itself. */
export function takeDevices(decoded: Decoded, payload: Uint8Array): void {
  const parsed = parsePayload(payload)
  if (!parsed.ok) refuse(decoded, parsed.code, parsed.detail)
  else if (!Array.isArray(parsed.value)) refuse(decoded, 'payload_invalid', `devices: ${shown(parsed.value)}`)
  else for (const device of parsed.value as unknown[]) if (isRecord(device)) takeDevice(decoded, device)
}

function takeDevice(decoded: Decoded, { friendly_name, type, definition, model_id }: Record<string, unknown>): void {
  if (typeof friendly_name !== 'string' || friendly_name === '' || type === 'Coordinator') return
  const { vendor, model, description } = isRecord(definition) ? definition : {}
  const words = [vendor, model ?? model_id, description].filter((word) => typeof word === 'string' && word !== '')
  decoded.announced.push({
    source: sourceName(friendly_name),
    category: 'home_monitor',
    ...(words.length > 0 && { model: words.join(' ').slice(0, textChars) }),
    ...(sourceName(friendly_name) !== friendly_name && { place: friendly_name.trim().slice(0, textChars) }),
  })
}
