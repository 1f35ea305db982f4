import { z } from 'zod'
import { Device } from '../../../domain/registry.ts'
import { renewedToken, WithToken } from '../accounts/tokens.ts'
import type { Client } from '../client.ts'
import { inPath, itemsOf, listed, type Told } from '../telling.ts'
import { type Target, tokenLines } from './publishing.ts'

export type DeviceFields = {
  home?: string
  model?: string
  category?: string
  place?: string
  vendor?: string
  gateway?: string
  sosPress?: string
}

const Revoked = z.looseObject({ id: z.string(), revoked_at: z.string() })

/** Registers a device, and tells its token and how to publish with it. */
export async function addDevice(
  api: Client,
  target: Target,
  id: string | undefined,
  fields: DeviceFields,
): Promise<Told> {
  const { home, model, category, place, vendor, gateway, sosPress: sos_press } = fields
  const body = { ...(id && { id }), home, model, category, place, vendor, gateway, sos_press }
  const made = await api.post('/devices', body, WithToken)
  return { answer: made, lines: tokenLines(target, made.id, made.token) }
}

/** Gives a device a new token. `overlapMs`: how long the old one works beside it; it is void at once where absent. */
export async function renewToken(
  api: Client,
  target: Target,
  id: string,
  overlapMs: number | undefined,
): Promise<Told> {
  const { made, old } = await renewedToken(api, `/devices/${inPath(id)}`, overlapMs)
  return { answer: made, lines: [...tokenLines(target, id, made.token), old] }
}

/** Cuts a device off and keeps it registered. */
export async function revokeDevice(api: Client, id: string): Promise<Told> {
  const answer = await api.post(`/devices/${inPath(id)}/revoke`, {}, Revoked)
  const lines = [
    `${id} is cut off: its tokens are void, and so are client certificates issued until ${answer.revoked_at}.`,
    `npx vigil device token ${id} lets it in again; npx vigil device remove ${id} takes it out of the registry.`,
  ]
  return { answer, lines }
}

export async function removeDevice(api: Client, id: string): Promise<Told> {
  await api.delete(`/devices/${inPath(id)}`)
  return { answer: { id, removed: true }, lines: [`${id} is no longer registered; its tickets stay.`] }
}

export type DeviceFilter = { home?: string; vendor?: string; gateway?: string }

/** One line a device. */
export function listDevices(api: Client, { home, vendor, gateway }: DeviceFilter): AsyncIterable<Told> {
  const devices = itemsOf(api, '/devices', z.looseObject(Device.shape), { home, vendor, gateway, limit: '1000' })
  const nothing = 'No device here yet: npx vigil device add registers one, npx vigil device import a whole list.'
  return listed(devices, deviceLine, home || vendor || gateway ? 'No device of these.' : nothing)
}

export function deviceLine({ id, home, model, last_seen_at }: Device): string {
  const seen = last_seen_at ? `last seen ${last_seen_at}` : 'never seen'
  return `${id.padEnd(20)} ${(home ?? 'no home').padEnd(20)} ${(model ?? '').padEnd(24)} ${seen}`
}
