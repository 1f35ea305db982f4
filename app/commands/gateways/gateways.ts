import { z } from 'zod'
import { Device } from '../../../domain/registry.ts'
import type { Client } from '../client.ts'
import { addDevice, type DeviceFields, deviceLine } from '../devices/devices.ts'
import type { Target } from '../devices/publishing.ts'
import { inPath, itemsOf, listed, type Told } from '../telling.ts'

const AnyDevice = z.looseObject(Device.shape)

/** Registers a device of the category `gateway`. */
export async function addGateway(
  api: Client,
  target: Target,
  id: string | undefined,
  fields: DeviceFields,
): Promise<Told> {
  const { answer, lines } = await addDevice(api, target, id, { ...fields, category: 'gateway' })
  const { id: made } = z.object({ id: z.string() }).parse(answer)
  const next = [
    `It publishes for its children on their topics (vigil/v1/{child}/signals) over this one connection, and hears what is`,
    `sent to them on vigil/v1/+/commands and vigil/v1/+/receipts. Which they are:  npx vigil gateway adopt ${made} <device…>`,
  ]
  return { answer, lines: [...lines, ...next] }
}

/** The devices that a gateway publishes for. */
export async function* listChildren(api: Client, gateway: string): AsyncGenerator<Told> {
  // An unknown gateway is an error and no empty list.
  await api.get(`/devices/${inPath(gateway)}`, AnyDevice)
  const children = itemsOf(api, '/devices', AnyDevice, { gateway, limit: '1000' })
  yield* listed(children, deviceLine, `${gateway} has no children yet: npx vigil gateway adopt ${gateway} <device…>`)
}

/** Lets a gateway publish for devices; `null`: none does any more. One after another, so that an error says which. */
export async function* giveTo(api: Client, gateway: string | null, devices: string[]): AsyncGenerator<Told> {
  for (const id of devices) {
    const answer = await api.patch(`/devices/${inPath(id)}`, { gateway }, AnyDevice)
    const line = gateway === null ? `${id} speaks for itself alone.` : `${gateway} may publish for ${id}.`
    yield { answer, lines: [line] }
  }
}
