import type { SignalKind } from '../../domain/signals.ts'
import { clear, type Fact, flag, ofMemory, reading, state, warning } from './facts.ts'
import type { Channels } from './milesight.ts'

/**
 * The fall radar VS373, LoRaWAN model. Two generations: up to firmware 1.0.1, and from 1.0.2 with wider counters, six regions
 * and the opposite polarity of these. The table of alarm types in the vendor's README contradicts its decoder and its
 * documentation, which agree, and which this follows.
 */

type Alarm = { word: string; signal?: SignalKind; confidence?: number; facts?: Fact[] }

/** By number, as for the radar's other model. To dwell is to stay long in one place, which is not sure to be a distress. */
export const vs373Alarms: readonly Alarm[] = [
  { word: 'fall', signal: 'fall' },
  { word: 'motionless', signal: 'inactivity' },
  { word: 'dwell', signal: 'inactivity', confidence: 0.5 },
  { word: 'out_of_bed', facts: [flag('in_bed', false)] },
  { word: 'occupied', facts: [flag('presence', true)] },
  { word: 'vacant', facts: [flag('presence', false)] },
  { word: 'bradypnea', signal: 'vital_sign' },
  { word: 'tachypnea', signal: 'vital_sign' },
  { word: 'lying', facts: [flag('presence', true)] },
]

/** By number: what the radar sees in all of its room. */
export const vs373States: readonly { word: string; facts: Fact[] }[] = [
  { word: 'normal', facts: [flag('presence', true)] },
  { word: 'vacant', facts: [flag('presence', false)] },
  { word: 'in_bed', facts: [flag('presence', true), flag('in_bed', true)] },
  { word: 'out_of_bed', facts: [flag('presence', true), flag('in_bed', false)] },
  { word: 'fall', facts: [flag('presence', true)] },
]
const fallen = 4

export const vs373State = (number: number): Fact[] => {
  const found = vs373States[number]
  if (!found) return [warning('value_unknown', `detection status ${number}`)]
  return [...found.facts, state('fall', number === fallen)]
}

/** 1 triggered, 2 resolved, 3 ignored, 4 told once more. */
export function vs373Alarm(type: number, status: number): Fact[] {
  const alarm = vs373Alarms[type]
  if (!alarm || status < 1 || status > 4) return [warning('value_unknown', `alarm ${type}, status ${status}`)]
  const { signal, confidence, facts = [] } = alarm
  if (!signal) return status === 1 || status === 4 ? facts : []
  if (status === 2 || status === 3) return [clear(signal)]
  const sure = confidence === undefined ? {} : { confidence }
  return [{ signal, ...sure, ...(status === 4 && { level: true }) }]
}

/** Only where nothing is said of all of the room: somebody in one of its regions is somebody in it. */
const regions = (someone: boolean): Fact[] => [flag('presence', someone)]

const silent = (length: number) => ({ length, facts: () => [] })

function breath(value: Buffer): Fact[] {
  const rate = value.readUInt16LE(1) / 100
  return rate > 0 ? [reading('respiration_rate', rate)] : [warning('no_reading', 'respiration_rate: 0')]
}

export const vs373Channels: Channels = {
  // up to 1.0.1
  '03f8': { length: 6, facts: ([status]) => vs373State(status!) },
  '04f9': { length: 4, facts: (value) => regions(value.includes(0)) },
  '05fa': silent(8),
  // from 1.0.2
  '07b0': { length: 8, facts: ([status]) => vs373State(status!) },
  '08b1': { length: 3, facts: breath },
  '09b2': silent(6),
  '0ab3': { length: 5, facts: (value) => regions(value.readUInt32LE(1) !== 0) },
  '0bb4': silent(9),
  '0cb4': silent(9),
  // both
  '06fb': { length: 5, facts: (value) => vs373Alarm(value[2]!, value[3]!) },
  '20ce': {
    length: 9,
    facts: (value) => ofMemory(vs373Alarm(value[6]!, value[7]!), value.readUInt32LE(0) * 1_000),
  },
}
