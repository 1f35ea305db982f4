import { parseTopic, topicOf } from '../../../domain/topics.ts'
import { SUBSCRIPTION_REFUSED } from '../notes.ts'
import { acceptedLines, counted, inWords, type Line, type Seen, timeOfDay } from '../seen.ts'
import { type Clause, grouped, notObserved } from './clause.ts'
import { onLine } from './greeting.ts'

/** Clauses about the first things on a line that is up: saying that it is there, and listening. */

/** Lines that lasted long enough for the device to have introduced itself. */
const lasting = (seen: Seen, ms: number): Line[] =>
  acceptedLines(seen).filter((line) => (line.ended?.at ?? seen.endedAt) - (line.answer?.at ?? 0) >= ms)

export const status: Clause = {
  id: 'status',
  title: 'Status',
  text: 'Within {statusWithin} of each connection the device publishes `{"online":true}` on its status topic, retained, QoS 1.',
  why: 'The will of the last connection says offline, and stands until the device says otherwise.',
  judge(seen, { statusWithin }) {
    const lines = lasting(seen, statusWithin)
    if (lines.length === 0) return notObserved(`No connection lasted ${inWords(statusWithin)}.`)
    const topic = topicOf(seen.device, 'status')
    const mend = `Publish {"online":true} to ${topic} at QoS 1, retained, as the first thing after CONNACK.`
    const said = lines.map((line) => ({ line, after: onlineAfter(seen, line, topic) }))
    const found = said.flatMap(({ line, after }) => {
      const where = onLine(line)
      if (!after || after.ms > statusWithin) return [{ what: 'did not say that it is online', where, mend }]
      const wrong = [!after.retain && 'not retained', after.qos === 0 && 'QoS 0'].filter((text) => text !== false)
      return wrong.length > 0 ? [{ what: `said that it is online, but ${wrong.join(' and ')}`, where, mend }] : []
    })
    const slowest = Math.max(...said.map(({ after }) => after?.ms ?? 0))
    return {
      faults: grouped(found),
      evidence: [
        `online said on ${said.filter(({ after }) => after).length} of ${counted(lines.length, 'connection')}, at most ${inWords(slowest)} after CONNACK`,
      ],
    }
  },
}

function onlineAfter(seen: Seen, line: Line, topic: string) {
  const said = seen.messages.find(
    (message) =>
      message.line === line.number && message.topic === topic && message.decoded.statuses[0]?.online === true,
  )
  return said && { ms: said.at - (line.answer?.at ?? said.at), retain: said.retain, qos: said.qos }
}

export const receipts: Clause = {
  id: 'receipts',
  title: 'Receipts',
  text: 'The device subscribes to its own receipts at QoS 1, to nothing foreign, and acknowledges each receipt within {receiptWithin}.',
  why: 'A receipt is how a device learns that an SOS has become a ticket, and a vendor that a message was refused.',
  judge(seen, { statusWithin, receiptWithin }) {
    const lines = lasting(seen, statusWithin)
    if (lines.length === 0) return notObserved(`No connection lasted ${inWords(statusWithin)}.`)
    const topic = topicOf(seen.device, 'receipts')
    const asked = acceptedLines(seen).flatMap((line) =>
      line.subscriptions.map((subscription) => ({ line, subscription })),
    )
    const own = asked.filter(({ subscription }) => subscription.topic === topic)
    const foreign = asked.filter(
      ({ subscription: { topic: filter, granted } }) =>
        !isOwnDown(filter, seen.device) || granted === SUBSCRIPTION_REFUSED,
    )
    const late = lines.flatMap((line) => lateReceipts(line, line.ended?.at ?? seen.endedAt, receiptWithin))
    const deaf = lines.filter((line) => !hears(line, own))
    const found = [
      ...deaf.map((line) => ({
        what: 'did not subscribe to its receipts',
        where: onLine(line),
        mend: `Subscribe to ${topic} at QoS 1 after each CONNACK.`,
      })),
      ...own
        .filter(({ subscription }) => subscription.qos === 0)
        .map(({ line }) => ({
          what: 'subscribed to its receipts at QoS 0',
          where: onLine(line),
          mend: `Subscribe to ${topic} at QoS 1.`,
        })),
      ...foreign.map(({ line, subscription }) => ({
        what: `asked for ${subscription.topic}`,
        where: onLine(line),
        mend: `Subscribe only to ${topic} and ${topicOf(seen.device, 'commands')}, by their full names.`,
      })),
      ...late.map((where) => ({
        what: 'did not acknowledge a receipt',
        where,
        mend: 'Send PUBACK for what comes at QoS 1, whatever is in it.',
      })),
    ]
    const came = acceptedLines(seen).flatMap((line) => line.downward)
    return {
      faults: grouped(found),
      evidence: [
        `subscribed on ${counted(own.length, 'connection')}; ${counted(came.length, 'receipt')} came, ${came.filter(({ acknowledgedAt }) => acknowledgedAt).length} acknowledged`,
      ],
    }
  },
}

const isOwnDown = (filter: string, device: string): boolean => {
  const parsed = parseTopic(filter)
  return parsed?.device === device && (parsed.kind === 'receipts' || parsed.kind === 'commands')
}

/** A session that is kept remembers the subscription of an earlier connection. */
const hears = (line: Line, own: { line: Line }[]): boolean =>
  own.some(({ line: on }) => on === line || (line.hello?.clean === false && on.number < line.number))

const lateReceipts = (line: Line, until: number, within: number): string[] =>
  line.downward
    .filter(({ at, qos, acknowledgedAt }) => qos > 0 && at + within <= until && (acknowledgedAt ?? until) - at > within)
    .map(({ at }) => `sent at ${timeOfDay(at)}`)
