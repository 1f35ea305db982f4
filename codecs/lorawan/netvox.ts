import { type Fact, flag, reading } from './facts.ts'

/** Netvox shares one port among all of its devices; the second byte says which, the third what the frame is of. */
const ports = 6
const r312a = 0x4d
const dataReport = 1

/** The emergency button: battery in tenths of a volt with a bit for low, then the alarm. Type 0 tells versions only. */
export function netvoxR312a(port: number | undefined, bytes: Buffer): Fact[] | undefined {
  if (port !== ports || bytes.length < 3 || bytes[1] !== r312a) return undefined
  const [, , type, battery, alarm] = bytes
  if (type !== dataReport) return []
  if (battery === undefined || alarm === undefined) return undefined
  return [
    ...(alarm === 1 ? [{ signal: 'sos' } as const] : []),
    reading('battery_voltage', (battery & 0x7f) / 10),
    flag('battery_low', (battery & 0x80) !== 0),
  ]
}
