import { VigilError } from '../domain/errors.ts'
import type { Tx } from './store.ts'

type Seat = { id: string; vendor: string | null; gateway: string | null }

/**
 * Throws unless a device may stand behind the gateway that it names, and the devices behind it may stay there. One level
 * only, and one vendor: a gateway speaks for its children, so it may not become the voice of another vendor's devices.
 * Throws `reference_unknown`, `gateway_invalid`.
 */
export async function mustSuitGateway(tx: Tx, device: Seat): Promise<void> {
  if (device.gateway !== null) await mustStandBehind(tx, device, device.gateway)
  const child = await childOfOtherVendor(tx, device)
  if (child) throw new VigilError('gateway_invalid', `${child.id}, which is behind ${device.id}, is of another vendor`)
}

async function mustStandBehind(tx: Tx, device: Seat, gateway: string): Promise<void> {
  if (gateway === device.id) throw new VigilError('gateway_invalid', `${device.id} cannot be its own gateway`)
  const seat = await seatOf(tx, gateway)
  if (!seat) throw new VigilError('reference_unknown', `there is no device ${gateway} to be the gateway`)
  if (seat.gateway !== null)
    throw new VigilError('gateway_invalid', `${gateway} is itself behind the gateway ${seat.gateway}`)
  if (seat.vendor !== null && device.vendor !== null && seat.vendor !== device.vendor)
    throw new VigilError('gateway_invalid', `the gateway ${gateway} is of another vendor than ${device.id}`)
  const child = await tx.selectFrom('devices').select('id').where('gateway', '=', device.id).limit(1).executeTakeFirst()
  if (child) throw new VigilError('gateway_invalid', `${device.id} is itself the gateway of ${child.id}`)
}

const seatOf = (tx: Tx, id: string) =>
  tx.selectFrom('devices').select(['id', 'vendor', 'gateway']).where('id', '=', id).executeTakeFirst()

const childOfOtherVendor = async (tx: Tx, { id, vendor }: Seat) =>
  vendor === null
    ? undefined
    : tx
        .selectFrom('devices')
        .select('id')
        .where('gateway', '=', id)
        .where('vendor', 'is not', null)
        .where('vendor', '!=', vendor)
        .limit(1)
        .executeTakeFirst()
