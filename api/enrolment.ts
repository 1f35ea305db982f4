import { renderSVG } from 'uqr'
import { z } from 'zod'
import { claimQr } from '../domain/claim_code.ts'
import { isoTime } from '../domain/clock.ts'
import { type ErrorCode, VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { DeviceInput } from '../domain/registry.ts'
import { recordAudit } from '../store/audit.ts'
import { makeClaimCode } from '../store/claims.ts'
import { deviceKey, placeOfDevice, registerDevice } from '../store/devices.ts'
import type { Tx } from '../store/store.ts'
import { callerOf, type Principal } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { isOfVendor, isWithin, mustNameVendor, mustPlace, mustSeeDevice } from './scope.ts'

const dayMs = 24 * 3_600_000

/** Devices that one write registers: some 10 ms, because a ticket may be waiting for its turn to be written. */
const devicesPerWrite = 10
/** Between two of them, so that other processes find their turn, for which they look every 4 ms at most. */
const gapMs = 5

const Code = {
  claim_code: z.string().describe('with it the device fetches its first token by POST /claims; shown once'),
  qr: z.string().describe('the text of the QR picture for its box'),
}
const Validity = z.object({
  claim_days: z.number().int().min(1).max(limits.claimMostDays).optional().describe('how long its code may be used'),
  url: z.url().max(200).optional().describe('the address that the QR picture tells the device to call'),
})

const NewCode = z.object({
  id: Id,
  ...Code,
  qr_svg: z.string().describe('the picture itself, as SVG'),
  expires_at: z.string(),
})
/** With the margin that the standard asks for; a quarter of it may be unreadable, as on a label that is scratched. */
const pictureOf = (text: string): string => renderSVG(text, { ecc: 'Q', border: 4 })

const Import = Validity.extend({
  vendor: Id.optional().describe('whose devices they are; a vendor need not say it'),
  devices: z
    .array(DeviceInput.omit({ vendor: true }))
    .min(1)
    .max(limits.importDevices),
})
const Row = z.discriminatedUnion('result', [
  z.object({ id: Id, result: z.literal('created'), ...Code }),
  z.object({ id: Id, result: z.literal('exists') }),
  z.object({ id: Id.nullable(), result: z.literal('refused'), code: z.string(), detail: z.string() }),
])
type Row = z.infer<typeof Row>

/** `POST /devices/import` and `POST /devices/{id}/claim-code`: devices that will fetch their tokens themselves. */
export function enrolmentRoutes(app: Api, deps: ApiDeps): void {
  importRoute(app, deps)
  claimCodeRoute(app, deps)
}

function importRoute(app: Api, deps: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/devices/import',
    bodyLimit: limits.importBytes,
    config: { may: 'enrol_devices' },
    schema: {
      summary: 'Register many devices, each with a claim code',
      description: `At most ${limits.importDevices} a call. Each stands for itself: what is refused keeps none of the others back, and what exists already is left as it is, so a call can be made again. A vendor's devices get their homes from those who care for the homes.`,
      tags: ['credentials'],
      body: Import,
      response: answers(
        { 200: z.object({ items: z.array(Row).describe('in the order of the request') }) },
        ...withToken,
        'payload_too_large',
      ),
    },
    handler: async (request) => {
      const caller = callerOf(request)
      mustNameVendor(caller)
      return { items: await importAll(deps, caller, request.body) }
    },
  })
}

type Batch = { caller: Principal; vendor: string | undefined; url: string | undefined; now: number; expiresAt: number }
type Given = z.output<typeof Import>['devices'][number]

/** Gateways come before those that name one, because they may be of the same list. */
async function importAll(deps: ApiDeps, caller: Principal, given: z.output<typeof Import>): Promise<Row[]> {
  const now = deps.clock.now()
  const { url, claim_days, vendor = caller.vendor ?? undefined, devices } = given
  const batch: Batch = { caller, vendor, url, now, expiresAt: endOf(now, claim_days) }
  const rows: Row[] = []
  const order = devices.map((device, n) => ({ device, n })).sort((a, b) => rank(a.device) - rank(b.device) || a.n - b.n)
  for (let at = 0; at < order.length; at += devicesPerWrite) {
    if (at > 0) await deps.clock.sleep(gapMs)
    const part = order.slice(at, at + devicesPerWrite)
    const made = await deps.store.write(async (tx) => {
      const results: Row[] = []
      for (const { device } of part) results.push(await importOne(tx, batch, device))
      return results
    })
    for (const [i, { n }] of part.entries()) rows[n] = made[i]!
  }
  return rows
}

const rank = ({ gateway }: Given): number => (gateway ? 1 : 0)
const endOf = (now: number, days: number | undefined): number =>
  now + (days === undefined ? limits.claimMs : days * dayMs)

/** Everything is checked before anything is written, so a refusal leaves nothing behind. */
async function importOne(tx: Tx, batch: Batch, device: Given): Promise<Row> {
  try {
    const place = device.id === undefined ? undefined : await placeOfDevice(tx, device.id)
    if (place && device.id) {
      const seen = isOfVendor(batch.caller, place.vendor) && isWithin(batch.caller, place.area_path)
      return seen
        ? { id: device.id, result: 'exists' }
        : refused(device, 'id_taken', `device ${device.id} exists already`)
    }
    return await enrol(tx, batch, device)
  } catch (error) {
    if (!(error instanceof VigilError)) throw error
    return refused(device, error.code, error.detail ?? error.message)
  }
}

const refused = ({ id = undefined }: Given, code: ErrorCode, detail: string): Row => ({
  id: id ?? null,
  result: 'refused',
  code,
  detail,
})

async function enrol(tx: Tx, { caller, vendor, url, now, expiresAt }: Batch, device: Given): Promise<Row> {
  await mustBeAllowed(tx, caller, vendor, device)
  const { id } = await registerDevice(tx, { ...device, vendor }, now)
  const claim_code = await makeClaimCode(tx, id, expiresAt)
  const detail = `imported; its claim code until ${isoTime(expiresAt)}`
  await recordAudit(tx, { at: now, who: caller.key, what: 'created', subject: deviceKey(id), detail })
  return { id, result: 'created', claim_code, qr: claimQr(id, claim_code, url) }
}

/** Where a device stands is for those who care for the home: a vendor knows no homes, and learns of none here. */
async function mustBeAllowed(tx: Tx, caller: Principal, vendor: string | undefined, device: Given): Promise<void> {
  if (!isOfVendor(caller, vendor)) throw new VigilError('reference_unknown', `there is no vendor ${vendor}`)
  if (caller.vendor !== null && device.home)
    throw new VigilError('forbidden', 'A vendor places no devices in homes; leave home empty.')
  await mustPlace(tx, caller, { table: 'homes', id: device.home })
  const { gateway } = device
  if (!gateway) return
  await mustSeeDevice(tx, caller, gateway).catch(() => {
    throw new VigilError('reference_unknown', `there is no device ${gateway} to be the gateway`)
  })
}

function claimCodeRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/devices/:id/claim-code',
    config: { may: 'enrol_devices' },
    schema: {
      summary: 'Give a device a new claim code',
      description: 'One made before is void. The device’s token goes on working until the code is used.',
      tags: ['credentials'],
      params: z.object({ id: Id }),
      body: Validity.nullish(),
      response: answers({ 200: NewCode }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      const caller = callerOf(request)
      mustNameVendor(caller)
      const now = clock.now()
      const expiresAt = endOf(now, request.body?.claim_days)
      const claim_code = await store.write(async (tx) => {
        await mustSeeDevice(tx, caller, id)
        const detail = `until ${isoTime(expiresAt)}`
        await recordAudit(tx, { at: now, who: caller.key, what: 'claim_code_issued', subject: deviceKey(id), detail })
        return makeClaimCode(tx, id, expiresAt)
      })
      const qr = claimQr(id, claim_code, request.body?.url)
      return { id, claim_code, qr, qr_svg: pictureOf(qr), expires_at: isoTime(expiresAt) }
    },
  })
}
