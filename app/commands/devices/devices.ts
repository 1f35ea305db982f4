import { z } from 'zod'
import { Device } from '../../../domain/registry.ts'
import { topicOf } from '../../../domain/topics.ts'
import type { Client } from '../client.ts'

export type DeviceFields = { home?: string; model?: string; category?: string; place?: string }

const WithToken = z.object({ id: z.string(), token: z.string() })
const Token = z.object({ token: z.string() })
const Devices = z.object({ items: z.array(Device), next: z.string().nullish() })

/**
 * Registers a device; gives what to tell its owner, the token among it, which is shown this once. `mqtt`: where it is
 * to publish, as options of mosquitto_pub.
 */
export async function addDevice(
  api: Client,
  mqtt: string,
  id: string | undefined,
  fields: DeviceFields,
): Promise<string> {
  const made = await api.post('/devices', { ...(id && { id }), ...fields }, WithToken)
  return howToPublish(mqtt, made.id, made.token)
}

/** Gives a device a new token; the old one is worth nothing from now on. */
export async function renewToken(api: Client, mqtt: string, id: string): Promise<string> {
  const { token } = await api.post(`/devices/${encodeURIComponent(id)}/token`, {}, Token)
  return howToPublish(mqtt, id, token)
}

/** One line a device. */
export async function listDevices(api: Client): Promise<string[]> {
  const lines: string[] = []
  let next: string | null | undefined
  do {
    const after: string = next ? `?after=${encodeURIComponent(next)}` : ''
    const page = await api.get(`/devices${after}`, Devices)
    lines.push(...page.items.map(deviceLine))
    next = page.next
  } while (next)
  return lines
}

const deviceLine = (device: Device): string =>
  [
    device.id.padEnd(20),
    (device.home ?? 'no home').padEnd(20),
    (device.model ?? '').padEnd(24),
    device.last_seen_at ? `last seen ${device.last_seen_at}` : 'never seen',
  ].join(' ')

function howToPublish(mqtt: string, id: string, token: string): string {
  const publish = `mosquitto_pub ${mqtt} -q 1 -u ${id} -P ${token}`
  return `The token of device ${id}, shown this once:

  ${token}

It is its MQTT password, and its id is the user name. A first reading, and an SOS:

  ${publish} -t ${topicOf(id, 'readings')} -m '{"readings":{"heart_rate":72}}'
  ${publish} -t ${topicOf(id, 'signals')} -m '{"signal":"sos"}'
`
}
