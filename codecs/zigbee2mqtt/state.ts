import { parseTime } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { DecodeContext, Decoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import { addClear, addFlag, addReading, addSignal, addState, settle, shown, warn } from '../build.ts'
import { epochOf, trusted } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { saysYes } from '../words.ts'
import { fallWords, fields, hazards } from './fields.ts'

/** Epoch ms. `seenAt`: when the device was heard last, undefined where that is not told; `isOld`: too long ago for a new event. */
export type SeenTime = { seenAt: number | undefined; isOld: boolean }

type State = Record<string, unknown>
type Told = { at: number; seen: SeenTime; test: boolean }

/** Takes the cached state of a device: readings, and safety states with their ends. Gives when the device was heard. */
export function takeState(decoded: Decoded, state: State, context: DecodeContext): SeenTime {
  const seenAt = trusted(decoded, lastSeen(state.last_seen), context)
  const seen = { seenAt, isOld: seenAt !== undefined && context.receivedAt - seenAt > limits.signalStaleMs }
  if (seen.isOld) warn(decoded, 'historical', `last_seen: ${shown(state.last_seen)}`)
  const told = { at: settle(seenAt, context.receivedAt), seen, test: saysYes(state.test) }
  for (const name in fields) takeField(decoded, state, name, told.at)
  takeSpecial(decoded, state, told.at)
  for (const name in hazards) takeHazard(decoded, state[name], hazards[name]!, told)
  for (const name in fallWords) takeFall(decoded, state[name], fallWords[name]!, told)
  // Not a state: a device that never says that it is over would not be heard a second time.
  if (saysYes(state.sos)) addSignal(decoded, { signal: 'sos', ...claim(told) })
  return seen
}

const lastSeen = (value: unknown): number | undefined => epochOf(asNumber(value)) ?? parseTime(value)

function takeField(decoded: Decoded, state: State, name: string, at: number): void {
  const value = state[name]
  if (value === undefined) return
  const { is, scale = 1 } = fields[name]!
  const metric = metricFor(name, state)
  if (isAbsent(value)) warn(decoded, 'no_reading', `${name}: ${shown(value)}`)
  else if (is === 'number') {
    const number = asNumber(value)
    if (number === undefined) warn(decoded, 'value_unknown', `${name}: ${shown(value)}`)
    else addReading(decoded, metric, number * scale, at)
  } else {
    const flag = asBoolean(value)
    if (flag !== undefined) addFlag(decoded, metric, is === 'inverted' ? !flag : flag, at)
    // A cover's or a lock's state is another one.
    else if (name !== 'state') warn(decoded, 'value_unknown', `${name}: ${shown(value)}`)
  }
}

/** The thermometer of Aqara's FP1 is in its chip, and it has no other. */
const metricFor = (name: string, state: State): MetricName =>
  name === 'temperature' && 'presence_event' in state ? 'device_temperature' : fields[name]!.metric

/** Fields that mean one thing or another by what stands beside them. */
function takeSpecial(decoded: Decoded, state: State, at: number): void {
  const occupied = asBoolean(state.occupancy)
  if (occupied !== undefined) addFlag(decoded, occupancyMetric(state), occupied, at)
  // What is in lux is told under its own name by older versions, whose `illuminance` is raw.
  const light = asNumber(state.illuminance_lux ?? state.illuminance)
  if (light !== undefined) addReading(decoded, 'illuminance', light, at)
  const volts = asNumber(state.voltage)
  // Batteries are in mV, mains in V.
  if (volts !== undefined && volts >= 1_000) addReading(decoded, 'battery_voltage', volts / 1_000, at)
  else if (volts !== undefined) addReading(decoded, 'voltage', volts, at)
  if (typeof state.movement === 'string') addFlag(decoded, 'motion', state.movement !== 'no_movement', at)
  if (state.status === 'on_the_bed') addFlag(decoded, 'in_bed', true, at)
  else if (state.status === 'unoccupied' || state.status === 'occupied')
    addFlag(decoded, 'presence', state.status === 'occupied', at)
}

/** Of a bed sensor it is the bed, of a radar the room, of a PIR that something moved. */
function occupancyMetric(state: State): MetricName {
  if ('work_state' in state) return 'in_bed'
  return 'presence' in state || 'fall_status' in state || 'fall_down_status' in state ? 'presence' : 'motion'
}

function takeHazard(decoded: Decoded, value: unknown, signal: (typeof hazards)[string], told: Told): void {
  if (isAbsent(value)) return
  const on = asBoolean(value)
  if (on === undefined) warn(decoded, 'value_unknown', `${signal}: ${shown(value)}`)
  else {
    addFlag(decoded, signal, on, told.at)
    addState(decoded, on, { signal, ...claim(told) })
  }
}

function takeFall(decoded: Decoded, value: unknown, words: (typeof fallWords)[string], told: Told): void {
  if (typeof value !== 'string') return
  const meaning = Object.hasOwn(words, value) ? words[value] : undefined
  if (meaning === 'end') addClear(decoded, { signal: 'fall', at: told.seen.seenAt })
  else if (meaning !== undefined)
    addSignal(decoded, { signal: 'fall', level: true, confidence: meaning, ...claim(told) })
}

const claim = ({ seen, test }: Told) => ({
  at: seen.seenAt,
  ...(test && { test: true }),
  ...(seen.isOld && { historical: true }),
})
