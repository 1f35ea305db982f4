import { type Fact, flag, hazard, ofMemory, percent, press, reading, warning } from './facts.ts'
import { vs373Channels } from './vs373.ts'

/**
 * Milesight's frames are a row of channels: an id, a type, and a value whose length these two fix. The lists below are facts of
 * the vendor's user guides.
 */
export type Channel = { length: number; facts(value: Buffer): Fact[] }

/** Channels by id and type in hexadecimal (`0367`). */
export type Channels = Readonly<Record<string, Channel>>

const silent = (length: number): Channel => ({ length, facts: () => [] })
const on = (value: Buffer): boolean => value[0] === 1

const temperature = (value: Buffer, at = 0): Fact => reading('temperature', value.readInt16LE(at) / 10)
const humidity = (value: Buffer, at = 0): Fact => reading('humidity', value[at]! / 2)

/** What every model may say of itself: versions, serial number, class, the answer to a power-on. */
const ofAll: Channels = {
  '0175': { length: 1, facts: ([battery]) => percent(battery!) },
  ff01: silent(1),
  ff08: silent(6),
  ff09: silent(2),
  ff0a: silent(2),
  ff0b: silent(1),
  ff0f: silent(1),
  ff16: silent(8),
  ff18: silent(2),
  ffff: silent(2),
}

const climate: Channels = {
  '0367': { length: 2, facts: (value) => [temperature(value)] },
  '0468': { length: 1, facts: (value) => [humidity(value)] },
  // the same with an alarm of the threshold behind it
  '8367': { length: 3, facts: (value) => [temperature(value)] },
}

const doors = (value: boolean): Fact[] => [flag('door_open', value)]
const leaks = (value: boolean): Fact[] => hazard('water_leak', value)

/** EM300: climate, and one more sensor on a channel of its own; its memory tells all of them at once. */
function em300(id: string, more: (value: boolean) => Fact[]): Channels {
  const remembered = (value: Buffer): Fact[] =>
    ofMemory([temperature(value, 4), humidity(value, 6), ...more(value[7] === 1)], value.readUInt32LE(0) * 1_000)
  return {
    ...climate,
    [id]: { length: 1, facts: (value) => more(value[0] !== 0) },
    '20ce': { length: 8, facts: remembered },
  }
}

const presses = { 1: 'single', 2: 'long', 3: 'double' } as const

function pressed([how]: Buffer): Fact[] {
  const found = presses[how as 1 | 2 | 3]
  return found ? press(found) : [warning('value_unknown', `button ${how}`)]
}

/** GS101: 2 failed, 4 is about to fail, 5 has reached its end; the others are news of power and recovery. */
const gasFaults = new Set([2, 4, 5])

export const milesightChannels = {
  ws101: { ff2e: { length: 1, facts: pressed } },
  ws301: {
    '0300': { length: 1, facts: (value: Buffer) => doors(on(value)) },
    // 0 installed, 1 not, as the vendor's table has it; its own example says the opposite
    '0400': { length: 1, facts: (value: Buffer) => [flag('tamper', on(value))] },
  },
  ws202: { '0300': { length: 1, facts: (value: Buffer) => [flag('motion', on(value))] }, '0400': silent(1) },
  vs370: { '0300': { length: 1, facts: (value: Buffer) => [flag('presence', on(value))] }, '0400': silent(1) },
  vs373: vs373Channels,
  em300Mcs: em300('0600', doors),
  em300Leak: em300('0500', leaks),
  em300Th: {
    ...climate,
    '20ce': {
      length: 7,
      facts: (value: Buffer) => ofMemory([temperature(value, 4), humidity(value, 6)], value.readUInt32LE(0) * 1_000),
    },
  },
  gs101: {
    '058e': { length: 1, facts: (value: Buffer) => hazard('gas', value[0] !== 0) },
    '0601': silent(1),
    '0701': silent(1),
    '0890': silent(4),
    ff3f: {
      length: 1,
      facts: ([alarm]: Buffer) =>
        gasFaults.has(alarm!) ? [warning('device_fault', `gas sensor, alarm ${alarm}`)] : [],
    },
  },
} satisfies Record<string, Channels>

/** Every port: it can be set in the device. */
export const milesight =
  (own: Channels) =>
  (_port: number | undefined, bytes: Buffer): Fact[] =>
    channelsIn({ ...ofAll, ...own }, bytes)

function channelsIn(channels: Channels, bytes: Buffer): Fact[] {
  const facts: Fact[] = []
  let at = 0
  while (at < bytes.length) {
    const id = bytes.toString('hex', at, at + 2)
    const channel = channels[id]
    const value = bytes.subarray(at + 2, at + 2 + (channel?.length ?? 0))
    if (!channel || value.length < channel.length) return [...facts, ...broken(channels, bytes.subarray(at), id)]
    facts.push(...channel.facts(value))
    at += 2 + channel.length
  }
  return facts
}

/** The channels that begin with fe and ff besides answer downlinks, at lengths of their own. */
const answers = /^f[ef]/

/**
 * What is left behind a channel that is not known, whose length is not known either: nothing, but for a signal, whose channel
 * is looked for in it.
 */
function broken(channels: Channels, rest: Buffer, id: string): Fact[] {
  const told = answers.test(id) && !channels[id] ? [] : [warning('field_broken', `channel ${id}`)]
  for (const [own, { length, facts }] of Object.entries(channels)) {
    const at = rest.indexOf(own, 1, 'hex')
    if (at < 0 || own === '20ce' || at + 2 + length > rest.length) continue
    const signal = facts(rest.subarray(at + 2, at + 2 + length)).find((fact) => 'signal' in fact)
    if (signal) return [...told, { ...signal, malformed: true }]
  }
  return told
}
