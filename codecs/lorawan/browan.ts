import { type Fact, flag, hazard, reading, warning } from './facts.ts'

/** Browan's Tabs sensors: each model has a port of its own, and all begin alike: status, battery, temperature of the board. */

const volts = (byte: number): Fact => reading('battery_voltage', (25 + (byte & 0x0f)) / 10)
const degrees = (byte: number): number => (byte & 0x7f) - 32

export const browan =
  (own: number, of: (status: boolean, bytes: Buffer) => Fact[]) =>
  (port: number | undefined, bytes: Buffer): Fact[] | undefined => {
    if (port !== own || bytes.length < 3) return undefined
    const [status, battery, board] = bytes
    const isEmpty = bytes.every((byte) => byte === 0)
    if (isEmpty) return [warning('no_reading', 'all zeros')]
    return [...of((status! & 1) === 1, bytes), volts(battery!), reading('device_temperature', degrees(board!))]
  }

/** The pendant sends a status of 1 when it was pressed, and 0 to say that it is there: nothing ends by that. */
export const pressedPendant = (pressed: boolean): Fact[] => (pressed ? [{ signal: 'sos' }] : [])
export const browanMotion = (seen: boolean): Fact[] => [flag('motion', seen)]
export const browanDoor = (open: boolean): Fact[] => [flag('door_open', open)]

export function browanLeak(wet: boolean, bytes: Buffer): Fact[] {
  const [, , , humidity, temperature] = bytes
  return [
    ...hazard('water_leak', wet),
    ...(humidity === undefined || humidity > 100 ? [] : [reading('humidity', humidity)]),
    ...(temperature === undefined ? [] : [reading('temperature', degrees(temperature))]),
  ]
}
