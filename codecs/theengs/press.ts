import type { Decoded, Press } from '../../domain/message.ts'
import { heardAgainMs } from '../bthome/take.ts'
import { addReading, addSignal, warn } from '../build.ts'
import { asNumber } from '../values.ts'

/** Buttons: `button`, and `button1` to `button4` of those that have four. */

const names = ['button', 'button1', 'button2', 'button3', 'button4'] as const

/** 0 is a button that was not pressed; from 4 on it was held, whatever the maker counts on for (Shelly: 9). */
const presses: (Press | undefined)[] = [undefined, 'single', 'double', 'triple', 'long']
const pressOf = (value: number): Press | undefined => presses[Math.min(Math.floor(value), 4)]

/** Takes the presses of a message; its packet id is the same in every copy that some gateway heard. */
export function takePresses(decoded: Decoded, record: Record<string, unknown>, at: number): void {
  const packet = asNumber(record.packet)
  for (const name of names) {
    if (record[name] === undefined) continue
    const value = asNumber(record[name])
    const press = value === undefined ? undefined : pressOf(value)
    if (value !== 0 && !press) warn(decoded, 'value_unknown', `${name}: ${String(record[name])}`)
    if (!press) continue
    if (decoded.readings.length === 0) addReading(decoded, 'button', presses.indexOf(press), at)
    const key = packet === undefined ? {} : { key: { id: `packet:${packet}:${name}`, withinMs: heardAgainMs } }
    addSignal(decoded, { signal: 'sos', at: undefined, press, ...key })
  }
}

const pressed = /"button[1-4]?"\s{0,8}:\s{0,8}"?([1-9])/

/** A press in text that is no JSON any more. */
export function salvagePress(decoded: Decoded, text: string): void {
  const found = pressed.exec(text)?.[1]
  const press = found === undefined ? undefined : pressOf(Number(found))
  if (press) addSignal(decoded, { signal: 'sos', at: undefined, press, malformed: true })
}
