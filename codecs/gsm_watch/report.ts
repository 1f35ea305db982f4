import type { DecodeContext, Decoded, Position, Signal } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import { addClear, addFlag, addPosition, addReading, addSignal, quoted, settle, warn } from '../build.ts'
import { hasBit } from '../bytes.ts'
import { takeMeasured } from '../measured.ts'
import { positionIn } from '../positions.ts'
import { believedMs, wallClockOfDigits, zoneless } from '../times.ts'
import { asNumber, fromKmh } from '../values.ts'
import { firstAlarmBit, type StatusBit, statusBits } from './fields.ts'
import type { WatchFrame } from './frame.ts'

/** The report of UD, UD2, WT and AL: date, time, A or V, latitude, N, longitude, E, speed, course, … status, cells, Wi-Fi. */

const column = { speed: 7, signal: 11, battery: 12, steps: 13, status: 15 } as const

type Report = {
  fields: string[]
  isAlarm: boolean
  isHistory: boolean
  isBroken: boolean
  deviceAt: number | undefined
}

export function takeReport(decoded: Decoded, frame: WatchFrame, context: DecodeContext): void {
  const { type, fields } = frame
  const isHistory = type.startsWith('UD2')
  const status = statusOf(fields)
  const report: Report = {
    fields,
    isAlarm: type.startsWith('AL'),
    isHistory,
    isBroken: !frame.isWhole || status === undefined,
    deviceAt: zoneless(decoded, wallClockOfDigits(fields[0], fields[1], 'dmy'), context, isHistory),
  }
  const at = settle(report.deviceAt, context.receivedAt)
  if (isHistory) warn(decoded, 'historical', type)
  const position = takePlace(decoded, fields, at)
  takeNumbers(decoded, fields, at)
  if (status === undefined) warn(decoded, 'field_broken', `status: ${quoted(fields[column.status] ?? 'none')}`)
  takeStatus(decoded, report, status ?? 0, at, position)
}

/** A comma lost or won before it moves the status; one of eight digits is known by these. */
function statusOf(fields: string[]): number | undefined {
  const near = fields.slice(column.status - 2, column.status + 3).find((text) => /^[0-9a-f]{8}$/i.test(text))
  const text = near ?? fields[column.status] ?? ''
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined
}

/** V is no fix: zeros, or where it was last. The letter beside a coordinate tells its side, whatever sign it has as well. */
function takePlace(decoded: Decoded, fields: string[], at: number): Position | undefined {
  if (fields[2] !== 'A') return undefined
  const lat = sided(fields[3], fields[4], 'S')
  const lon = sided(fields[5], fields[6], 'W')
  const position = positionIn('WGS84', lat, lon)
  if (!position) return warn(decoded, 'field_broken', 'position')
  addPosition(decoded, position, at)
  const speed = asNumber(fields[column.speed])
  if (speed !== undefined) addReading(decoded, 'speed', fromKmh(speed), at)
  return position
}

function sided(text: string | undefined, side: string | undefined, negative: string): number | undefined {
  const value = asNumber(text)
  if (value === undefined || !side) return value
  return side === negative ? -Math.abs(value) : value
}

function takeNumbers(decoded: Decoded, fields: string[], at: number): void {
  const named: [MetricName, number][] = [
    ['link_quality', column.signal],
    ['battery', column.battery],
    ['steps', column.steps],
  ]
  for (const [metric, place] of named) {
    takeMeasured(decoded, metric, fields[place] || undefined, { at })
  }
}

function takeStatus(decoded: Decoded, report: Report, status: number, at: number, position?: Position): void {
  const set = statusBits.filter(({ bit }) => hasBit(status, bit))
  if (report.fields[column.status] !== undefined && !report.isBroken) takeStates(decoded, set, at)
  const found = signalsOf(set, report)
  for (const one of found) addSignal(decoded, signal(one, report, position))
  const isOut = found.some((one) => one.signal === 'wandering')
  if (!isOut && set.some((one) => 'ends' in one)) addClear(decoded, { signal: 'wandering', at: report.deviceAt })
}

function takeStates(decoded: Decoded, set: StatusBit[], at: number): void {
  const says = (metric: MetricName): boolean => set.some((one) => 'metric' in one && one.metric === metric)
  addFlag(decoded, 'battery_low', says('battery_low'), at)
  addFlag(decoded, 'worn', !says('worn'), at)
  if (says('motion')) addFlag(decoded, 'motion', true, at)
}

type Found = { signal: Signal['signal']; isState: boolean }

/** An alarm with no alarm bit that is known is still an alarm: nobody can say of what, so it is taken for an SOS. */
function signalsOf(set: StatusBit[], { isAlarm }: Report): Found[] {
  const kinds = new Map<Signal['signal'], boolean>()
  for (const one of set) if ('signal' in one) kinds.set(one.signal, one.isState ?? false)
  if (isAlarm && !set.some(({ bit }) => bit >= firstAlarmBit)) kinds.set('sos', false)
  return [...kinds].map(([kind, isState]) => ({ signal: kind, isState }))
}

function signal({ signal: kind, isState }: Found, report: Report, position?: Position): Signal {
  const { deviceAt, isHistory, isBroken, fields } = report
  return {
    signal: kind,
    at: deviceAt,
    ...(position && { position }),
    ...(isHistory && { historical: true }),
    ...(isBroken && { malformed: true }),
    ...(isState && { level: true }),
    // Watches send an alarm again until it is answered.
    ...(deviceAt !== undefined &&
      !isState && { key: { id: `${kind} ${fields[0]} ${fields[1]}`, withinMs: believedMs } }),
  }
}
