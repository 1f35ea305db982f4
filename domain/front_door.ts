import { z } from 'zod'

/** What the front door tells of itself: the broker gives it, the API passes on what the caller may see. */

/** What a device, a vendor or an address uses of what it may. `principal`: `device:{id}`, `vendor:{id}`, or `address:{ip}`. */
export const QuotaUse = z.object({
  of: z.string(),
  messages_per_s: z.number().describe('over the last seconds'),
  bytes_per_s: z.number(),
  used: z.number().min(0).max(1).describe('share of its quota that is used up; at 1 it is slowed'),
  slowed: z.boolean().describe('its connections are read more slowly than it sends, or its telemetry is refused'),
  refused: z.number().int().describe('messages refused for its quota since it is known'),
})
export type QuotaUse = z.infer<typeof QuotaUse>

/** One MQTT connection that stands. */
export const LiveConnection = z.object({
  principal: z.string().describe('`device:{id}`, `vendor:{id}`, `integration:{id}` or `administrator`'),
  client_id: z.string(),
  address: z.string().describe('its IP address'),
  via: z.enum(['tcp', 'tls', 'websocket']),
  connected_at: z.string(),
  quota: QuotaUse.nullable().describe('null where it has none, or has not sent anything of late'),
})
export type LiveConnection = z.infer<typeof LiveConnection>

/** The front door in figures. Totals count from the start of the process. */
export const FrontDoor = z.object({
  at: z.string(),
  connections: z.number().int(),
  by_kind: z.record(z.string(), z.number().int()).describe('connections by kind of principal'),
  connects: z.record(z.string(), z.number().int()).describe('attempts by result'),
  messages: z.record(z.string(), z.number().int()).describe('journalled, by lane'),
  refused: z.record(z.string(), z.number().int()).describe('what was said no to, by code'),
  cut: z.record(z.string(), z.number().int()).describe('connections cut, by reason'),
  busiest: z.array(QuotaUse).describe('who uses the most of its quota, at most 20'),
})
export type FrontDoor = z.infer<typeof FrontDoor>
