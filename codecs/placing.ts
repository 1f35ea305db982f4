import type { Decoded, Sourced } from '../domain/message.ts'
import { deviceOfSource, type Speaker } from '../domain/sources.ts'
import { refuse } from './build.ts'
import type { Codec } from './codec.ts'

/** The sources that a message names beside its own device. */
export function sourcesOf(decoded: Decoded): Set<string> {
  const { readings, signals, clears, statuses, announced } = decoded
  const sources = new Set<string>()
  for (const part of [readings, signals, clears, statuses, announced])
    for (const { source } of part) if (source !== undefined) sources.add(source)
  return sources
}

/**
 * Gives each part of a message the device that its source means when this speaker tells of it. An account may speak for its
 * own devices alone: of others its telemetry is refused, and its signals stand as `foreign`, to be heard with a doubt.
 * Changes `decoded` in place, and gives it.
 */
export function placed(decoded: Decoded, speaker: Speaker, speaks: Codec['speaks']): Decoded {
  const foreign = new Set<string>()
  const place = (one: Sourced): boolean => {
    const { source } = one
    if (source === undefined) return true
    const device = deviceOfSource(speaker, speaks, source)
    if (device !== undefined) one.device = device
    const isOwn = speaker.device !== undefined || speaker.has(source)
    if (!isOwn) foreign.add(source)
    return isOwn
  }
  decoded.readings = decoded.readings.filter(place)
  decoded.clears = decoded.clears.filter(place)
  decoded.statuses = decoded.statuses.filter(place)
  decoded.announced = decoded.announced.filter(place)
  for (const signal of decoded.signals) if (!place(signal)) signal.foreign = true
  for (const source of foreign) refuse(decoded, 'topic_foreign', source)
  return decoded
}
