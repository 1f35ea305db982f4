import { positionIn } from '../positions.ts'
import { wallClock } from '../times.ts'
import { type Fact, flag, hazard, ofMemory, reading, state, warning } from './facts.ts'

/** Dragino's trackers and contacts. An alarm of a tracker is a state, sent every minute until it is taken back. */

const micro = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) / 1e6

/** Latitude and longitude in millionths of a degree; 0 is no fix. */
function place(bytes: Buffer): Fact[] {
  const position = positionIn('WGS84', micro(bytes, 0), micro(bytes, 4))
  return position ? [{ position }] : [warning('no_reading', 'no fix')]
}

/** Two bytes: bit 14 is the alarm, the lower ones are the battery in mV. */
function alarmAndBattery(bytes: Buffer, at: number): Fact[] {
  const word = bytes.readUInt16BE(at)
  return [state('sos', (word & 0x4000) !== 0), reading('battery_voltage', (word & 0x3fff) / 1_000)]
}

const climate = (bytes: Buffer, at: number): Fact[] =>
  bytes.length < at + 4
    ? []
    : [reading('humidity', bytes.readUInt16BE(at) / 10), reading('temperature', bytes.readInt16BE(at + 2) / 10)]

/** A place from the memory, with UTC in figures. */
function remembered(bytes: Buffer): Fact[] {
  const [month, day, hour, minute, second] = bytes.subarray(10, 15)
  const at = wallClock(bytes.readUInt16BE(8), month!, day!, hour!, minute!, second!)
  return at === undefined ? [warning('clock_untrusted', 'a record of the memory')] : ofMemory(place(bytes), at)
}

type Layout = { bytes: number; facts(bytes: Buffer): Fact[] }

/** TrackerD, by port. 5 tells its settings. */
const trackerPorts: Record<number, Layout> = {
  2: { bytes: 11, facts: (bytes) => [...place(bytes), ...alarmAndBattery(bytes, 8), ...climate(bytes, 11)] },
  3: { bytes: 10, facts: (bytes) => [...place(bytes), ...alarmAndBattery(bytes, 8)] },
  4: { bytes: 15, facts: remembered },
  5: { bytes: 7, facts: (bytes) => [reading('battery_voltage', bytes.readUInt16BE(5) / 1_000)] },
  6: { bytes: 26, facts: (bytes) => alarmAndBattery(bytes, 24) },
  7: { bytes: 2, facts: (bytes) => alarmAndBattery(bytes, 0) },
  8: { bytes: 9, facts: (bytes) => alarmAndBattery(bytes, 7) },
}

const byPort = (ports: Record<number, Layout>) => (port: number | undefined, bytes: Buffer) => {
  const layout = port === undefined ? undefined : ports[port]
  return layout && bytes.length >= layout.bytes ? layout.facts(bytes) : undefined
}

export const trackerD = byPort(trackerPorts)
export const lgt92 = byPort({ 2: trackerPorts[3]! })

/** LDS02 and LWL02: one frame, whose third byte says what it is of: 1 door, 2 leak, 3 both. */
export const contact = byPort({
  10: {
    bytes: 3,
    facts: (bytes) => {
      const word = bytes.readUInt16BE(0)
      const mode = bytes[2]!
      return [
        ...(mode === 1 || mode === 3 ? [flag('door_open', (word & 0x8000) !== 0)] : []),
        ...(mode === 2 || mode === 3 ? hazard('water_leak', (word & 0x4000) !== 0) : []),
        reading('battery_voltage', (word & 0x3fff) / 1_000),
      ]
    },
  },
})
