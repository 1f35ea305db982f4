import { asNumber } from '../values.ts'
import { type Fact, flag, percent, reading, warning } from './facts.ts'

/** Batteries in all the units that codecs give them: percent, V, mV, text with a unit, or a word. */

/** In volts or millivolts, whatever their size. */
const volts = new Set(['batv', 'volt', 'voltage', 'batteryvoltage', 'batteryv', 'vbat', 'batvolt', 'batteryvolt'])
/** In percent, unless the figure says otherwise. */
const plain = new Set([
  'battery',
  'bat',
  'batt',
  'batterylevel',
  'batterypercent',
  'batterypercentage',
  'headerbatterylevel',
])

const withUnit = /^([\d.]{1,12})\s*(m?v|%)$/i

/** Facts of a battery; undefined where the name is not a battery's. `path` has the names of the objects around before it. */
export function batteryFacts(path: string, name: string, value: unknown): Fact[] | undefined {
  const isVolts = volts.has(name)
  if (!isVolts && !plain.has(name) && !plain.has(path)) return undefined
  if (typeof value === 'string') {
    if (value.trim().toUpperCase() === 'CHARGING') return [flag('charging', true)]
    const found = withUnit.exec(value.trim())
    if (found) return found[2] === '%' ? percent(Number(found[1])) : inVolts(Number(found[1]), found[2]!.length === 2)
  }
  const number = asNumber(value)
  if (number === undefined) return [warning('no_reading', `battery: ${String(value).slice(0, 32)}`)]
  return isVolts ? inVolts(number, number > mostVolts) : sized(number)
}

/** A device's battery has less than this; more is millivolts. */
const mostVolts = 100
/** What no cell has, but many a percentage; and a percentage is told without decimals. */
const mostOfCells = 6
const leastMillivolts = 1_000

function sized(value: number): Fact[] {
  if (value >= leastMillivolts) return inVolts(value, true)
  return !Number.isInteger(value) && value > 1 && value < mostOfCells ? inVolts(value, false) : percent(value)
}

function inVolts(value: number, isMilli: boolean): Fact[] {
  if (!Number.isFinite(value) || value < 0) return [warning('value_unknown', `battery: ${value}`)]
  return [reading('battery_voltage', isMilli ? value / 1_000 : value)]
}
