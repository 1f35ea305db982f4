import { Receipt } from '../../../domain/ticket.ts'
import { topicOf } from '../../../domain/topics.ts'
import { acceptedLines, counted, inWords, type Message, type Seen, timeOfDay, trialOf } from '../seen.ts'
import { type Clause, grouped, notObserved } from './clause.ts'

/** Clauses about single messages: where they go, what is in them, how they are sent, and how many. */

const onMessage = ({ at, topic }: Message): string => `${topic} at ${timeOfDay(at)}`
const silent = 'The device published nothing.'

export const topic: Clause = {
  id: 'topic',
  title: 'Own topics',
  text: 'The device publishes only under its own id: vigil/v1/{id}/readings, signals, motion, status.',
  why: 'Vigil refuses what a device says in the name of another.',
  judge(seen) {
    if (seen.messages.length === 0) return notObserved(silent)
    const foreign = seen.messages.filter(({ decoded }) => decoded.device !== seen.device)
    const found = foreign.map((message) => ({
      what: `published to ${message.topic}`,
      where: `at ${timeOfDay(message.at)}`,
      mend: `Publish to ${topicOf(seen.device, 'readings')} and the like; docs/Vendor.md has all topics.`,
    }))
    const topics = Map.groupBy(seen.messages, (message) => message.topic)
    return { faults: grouped(found), evidence: [...topics].slice(0, 6).map(([name, all]) => `${name}: ${all.length}`) }
  },
}

export const payload: Clause = {
  id: 'payload',
  title: 'Payload',
  text: "Every message is read by Vigil's codecs without a refusal, with plausible values, and has at most {payloadMost}.",
  why: 'What is refused is kept aside and seen by an engineer at best, not by the dispatcher.',
  judge(seen, { payloadMost }) {
    if (seen.messages.length === 0) return notObserved(silent)
    const found = seen.messages.flatMap((message) =>
      payloadFaults(message, payloadMost).map((fault) => ({ ...fault, where: onMessage(message) })),
    )
    const readings = seen.messages.flatMap(({ decoded }) => decoded.readings)
    const metrics = [...new Set(readings.map(({ metric }) => metric))].join(', ')
    const evidence = [`${counted(seen.messages.length, 'message')}, ${counted(readings.length, 'reading')}: ${metrics}`]
    return { faults: grouped([...found, ...refusedByVigil(seen)]), evidence }
  },
}

function payloadFaults({ payload: bytes, decoded }: Message, most: number): { what: string; mend: string }[] {
  const refused = decoded.refusals.filter(({ code }) => code !== 'topic_unknown' && code !== 'payload_too_large')
  const implausible = decoded.readings.filter((reading) => reading.implausible)
  return [
    ...(bytes.length > most
      ? [{ what: `a message has ${bytes.length} bytes`, mend: 'Send it in parts, as several messages.' }]
      : []),
    ...refused.map(({ code, detail }) => ({
      what: `a message is refused: ${code} (${detail})`,
      mend: `Look up ${code} in docs/Vendor.md, and write the payload as its examples do.`,
    })),
    ...implausible.map(({ metric, value }) => ({
      what: `${metric} is ${value}, which cannot be`,
      mend: `Send ${metric} in the unit that docs/Vendor.md gives, and nothing while the sensor has no value.`,
    })),
  ]
}

/** What Vigil itself refused, told by its receipts; topics have a clause of their own. */
function refusedByVigil(seen: Seen): { what: string; where: string; mend: string }[] {
  const known = new Set<string>(seen.messages.flatMap(({ decoded }) => decoded.refusals.map(({ code }) => code)))
  return acceptedLines(seen)
    .flatMap((line) => line.downward)
    .flatMap(({ at, payload: text }) => {
      const receipt = Receipt.safeParse(jsonOf(text)).data
      if (receipt?.result !== 'refused' || known.has(receipt.code ?? '') || receipt.code === 'topic_foreign') return []
      const what = `Vigil refused a message: ${receipt.code} (${receipt.reason})`
      return [{ what, where: `at ${timeOfDay(at)}`, mend: `Look up ${receipt.code} in docs/Vendor.md.` }]
    })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const delivery: Clause = {
  id: 'delivery',
  title: 'QoS 1',
  text: 'Every message is published at QoS 1 or 2.',
  why: 'Only what is acknowledged is on disk; QoS 0 may be lost anywhere on the way, and nobody notices.',
  judge(seen) {
    if (seen.messages.length === 0) return notObserved(silent)
    const found = seen.messages
      .filter(({ qos }) => qos === 0)
      .map((message) => ({
        what: `published at QoS 0 to ${message.topic}`,
        where: `at ${timeOfDay(message.at)}`,
        mend: 'Publish at QoS 1, and keep each message until its PUBACK has come.',
      }))
    const byQos = Map.groupBy(seen.messages, ({ qos }) => qos)
    return {
      faults: grouped(found),
      evidence: [...byQos].map(([qos, all]) => `QoS ${qos}: ${counted(all.length, 'message')}`),
    }
  },
}

export const battery: Clause = {
  id: 'battery',
  title: 'Battery',
  text: '`battery` (or `battery_voltage`) is reported within {batteryWithin} of the first connection.',
  why: 'A pendant with an empty battery is a button that does nothing.',
  part: 'battery',
  judge(seen, { batteryWithin }) {
    const [first] = acceptedLines(seen)
    if (!first) return notObserved('The device was never connected.')
    const reported = seen.messages.flatMap(({ at, decoded }) =>
      decoded.readings
        .filter(({ metric }) => metric === 'battery' || metric === 'battery_voltage')
        .map(({ metric, value }) => ({ at, text: `${metric} ${value}` })),
    )
    const [earliest] = reported
    const lasted = seen.endedAt - first.openedAt
    if (earliest && earliest.at - first.openedAt <= batteryWithin)
      return {
        faults: [],
        evidence: [`${earliest.text} at ${timeOfDay(earliest.at)}; ${counted(reported.length, 'report')}`],
      }
    if (lasted < batteryWithin)
      return notObserved(`No battery in ${inWords(lasted)}; watch for ${inWords(batteryWithin)} with --for.`)
    const seenFirst = earliest
      ? `the first report came after ${inWords(earliest.at - first.openedAt)}`
      : `no report in ${inWords(lasted)}`
    const mend = 'Put "battery" (percent) into the first readings after each connection, and into one an hour.'
    return { faults: [{ seen: seenFirst, mend }], evidence: [] }
  },
}

const MINUTE = 60_000

export const messageRate: Clause = {
  id: 'message_rate',
  title: 'Message rate',
  text: 'At most {messagesPerMinute} messages in any minute while the line is up; what was kept during a cut does not count.',
  why: 'Each device shares the front door with all others; what is measured more often belongs into one message.',
  judge(seen, { messagesPerMinute }) {
    const watch = trialOf(seen, 'watch')
    const sent = seen.messages.filter(({ trial }) => trial === 'watch').map(({ at }) => at)
    const most = mostInAMinute(sent)
    const evidence = [`at most ${counted(most, 'message')} in a minute`]
    if (most > messagesPerMinute) {
      const mend = `Send less often, or put several readings into one message (an array), so that ${messagesPerMinute} a minute are enough.`
      return { faults: [{ seen: `${counted(most, 'message')} in one minute`, mend }], evidence }
    }
    if (!watch || watch.to - watch.from < MINUTE) return notObserved('The kit did not look on for a minute.', evidence)
    return { faults: [], evidence }
  },
}

/** The most instants that lie within one minute; they are in order. */
export function mostInAMinute(times: readonly number[]): number {
  let from = 0
  let most = 0
  for (const [index, at] of times.entries()) {
    while (at - (times[from] ?? at) >= MINUTE) from++
    most = Math.max(most, index - from + 1)
  }
  return most
}
