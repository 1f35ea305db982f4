import type { DecodeContext, Decoded, Position } from '../../domain/message.ts'
import { addPosition, addReading, addSignal, quoted, refuse, settle, warn } from '../build.ts'
import { hasBit } from '../bytes.ts'
import { takeMeasured } from '../measured.ts'
import { latin1, withoutEnd } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { believedMs, wallClock, zoneless } from '../times.ts'
import { asNumber, fromKmh } from '../values.ts'
import { textBits } from './fields.ts'

/** The text of EV-07: `!1,imei`, `!3,ok`, `!5,signal,V,battery`, and reports `!A` to `!D` with date, time and place. */

const column = { speed: 5, flags: 7, battery: 9 } as const

export const isEviewText = (payload: Uint8Array): boolean => payload[0] === 0x21

export function takeText(decoded: Decoded, payload: Uint8Array, context: DecodeContext): void {
  const text = withoutEnd(latin1(payload), ';\0\r\n')
  const fields = text.split(',')
  const kind = fields[0]
  if (kind === '!1' || kind === '!5') takeBatteryText(decoded, fields[3], context)
  else if (/^![A-D]$/.test(kind!)) takeReport(decoded, fields, context)
  else if (kind !== '!3' && kind !== '!4') refuse(decoded, 'payload_invalid', `no kind that is known: ${quoted(kind!)}`)
}

function takeBatteryText(decoded: Decoded, text: string | undefined, { receivedAt }: DecodeContext): void {
  takeMeasured(decoded, 'battery', text || undefined, { at: receivedAt })
}

/** `!B` is from its memory; `!A` has no flags. */
function takeReport(decoded: Decoded, fields: string[], context: DecodeContext): void {
  const isHistory = fields[0] === '!B'
  if (isHistory) warn(decoded, 'historical', '!B')
  const deviceAt = zoneless(decoded, clockOf(fields), context, isHistory)
  const at = settle(deviceAt, context.receivedAt)
  const flags = /^[0-9a-f]{1,8}$/i.test(fields[column.flags] ?? '')
    ? Number.parseInt(fields[column.flags]!, 16)
    : undefined
  const hasFlags = fields[0] !== '!A'
  if (hasFlags && flags === undefined) refuse(decoded, 'payload_invalid', 'its flags cannot be read')
  const isFix = !hasFlags || (flags ?? 0) % 4 > 0
  const position = isFix ? positionIn('WGS84', asNumber(fields[3]), asNumber(fields[4])) : undefined
  if (position) takePlace(decoded, position, fields, at)
  if (hasFlags) takeBatteryText(decoded, fields[column.battery], { receivedAt: at })
  if (hasFlags && flags !== undefined) takeFlags(decoded, flags, { deviceAt, at, isHistory, position })
}

function takePlace(decoded: Decoded, position: Position, fields: string[], at: number): void {
  addPosition(decoded, position, at)
  const speed = asNumber(fields[column.speed])
  if (speed !== undefined && fields[0] !== '!A') addReading(decoded, 'speed', fromKmh(speed), at)
}

/** `d/m/yy`, `h:m:s`, each with one or two digits. */
function clockOf(fields: string[]): number | undefined {
  const day = /^(\d{1,2})\/(\d{1,2})\/(\d{2})$/.exec(fields[1] ?? '')
  const time = /^(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(fields[2] ?? '')
  if (!day || !time) return undefined
  return wallClock(2_000 + +day[3]!, +day[2]!, +day[1]!, +time[1]!, +time[2]!, +time[3]!)
}

type Told = { deviceAt: number | undefined; at: number; isHistory: boolean; position: Position | undefined }

function takeFlags(decoded: Decoded, flags: number, { deviceAt, at, isHistory, position }: Told): void {
  const set = textBits.filter(({ bit }) => hasBit(flags, bit))
  const metrics = new Set(set.flatMap((one) => ('metric' in one ? [one.metric] : [])))
  for (const metric of metrics) addReading(decoded, metric, 1, at)
  for (const signal of new Set(set.flatMap((one) => ('signal' in one ? [one.signal] : [])))) {
    addSignal(decoded, {
      signal,
      at: deviceAt,
      ...(position && { position }),
      ...(isHistory && { historical: true }),
      ...(deviceAt !== undefined && { key: { id: `${signal} ${deviceAt / 1_000}`, withinMs: believedMs } }),
    })
  }
}
