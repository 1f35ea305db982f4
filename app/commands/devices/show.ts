import { z } from 'zod'
import { LiveConnection } from '../../../domain/front_door.ts'
import { Device } from '../../../domain/registry.ts'
import { type Client, Refusal } from '../client.ts'
import { inPath, type Told } from '../telling.ts'

const Shown = z.looseObject(Device.shape)

const Connections = z.object({ items: z.array(z.looseObject(LiveConnection.shape)) })

export const RefusalRow = z.looseObject({
  last_at: z.string(),
  code: z.string(),
  subject: z.string().nullish(),
  detail: z.string().nullish(),
  address: z.string().nullish(),
  count: z.number(),
})
const Refusals = z.object({ items: z.array(RefusalRow) })

/** Everything that is known of one device: where it belongs, whether it is there, and what it was refused lately. */
export async function showDevice(api: Client, id: string): Promise<Told> {
  const device = await api.get(`/devices/${inPath(id)}`, Shown)
  const of = `device=${encodeURIComponent(id)}`
  const connections = await unlessDenied(api.get(`/connections?${of}`, Connections))
  const refusals = await unlessDenied(api.get(`/refusals?${of}&limit=5`, Refusals))
  const answer = { ...device, connections: connections?.items ?? null, refusals: refusals?.items ?? null }
  return { answer, lines: [...linesOf(device, connections?.items), ...refusalLines(refusals?.items)] }
}

/** What this caller may not see is left out. */
const unlessDenied = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof Refusal && ['forbidden', 'not_found', 'front_door_unreachable'].includes(error.code))
      return undefined
    throw error
  })

function linesOf(device: Device, connections: LiveConnection[] | undefined): string[] {
  const fields: [string, string | null | undefined][] = [
    ['device', device.id],
    ['home', device.home ?? 'none: its alarms say "no_home"'],
    ['vendor', device.vendor],
    ['gateway', device.gateway],
    ['model', device.model],
    ['category', device.category],
    ['place', device.place],
    ['SOS button', device.sos_press && `${device.sos_press} press`],
    ['firmware', device.firmware],
    ['connected', connections && connectedText(connections)],
    ['says it is', device.online === null ? null : device.online ? 'online' : 'offline'],
    ['last seen', device.last_seen_at ?? 'never'],
    ['revoked', device.revoked_at],
  ]
  return fields.flatMap(([name, value]) => (value ? [`${name.padEnd(12)}${value}`] : []))
}

const connectedText = (connections: LiveConnection[]): string =>
  connections.length === 0
    ? 'no'
    : connections
        .map(({ address, via, connected_at }) => `from ${address} over ${via} since ${connected_at}`)
        .join('; ')

const refusalLines = (refusals: z.output<typeof RefusalRow>[] | undefined): string[] =>
  refusals && refusals.length > 0 ? ['refused lately:', ...refusals.map((row) => `  ${refusalLine(row)}`)] : []

/** One line of what the front door said no to. */
export function refusalLine({ last_at, code, subject, detail, address, count }: z.output<typeof RefusalRow>): string {
  const times = count > 1 ? `${count} times ` : ''
  return [last_at, subject ?? '', `${times}${code}`, detail ?? '', address ? `from ${address}` : '']
    .filter(Boolean)
    .join('  ')
}
