import { topicOf } from '../../../domain/topics.ts'
import { acceptedLines, counted, type Hello } from '../seen.ts'
import { type Clause, grouped, notObserved } from './clause.ts'
import { distinct, eachGreeting, greeted, onLine, silent } from './greeting.ts'

/** Clauses about how a device comes in: before its first message. */

export const protocol: Clause = {
  id: 'protocol',
  title: 'MQTT 3.1.1',
  text: 'The device speaks MQTT 3.1.1, and every packet is sound.',
  why: 'It is what Vigil speaks; a packet that breaks the rules costs the connection, with all that waits behind it.',
  judge(seen) {
    const found = seen.lines.flatMap((line) => [
      ...(line.hello && line.hello.protocol !== 'MQTT level 4'
        ? [
            {
              what: `spoke ${line.hello.protocol}`,
              where: onLine(line),
              mend: 'Speak MQTT 3.1.1: protocol name MQTT, level 4.',
            },
          ]
        : []),
      ...line.broken.map((reason) => ({
        what: `sent a broken packet: ${reason}`,
        where: onLine(line),
        mend: 'Build packets as MQTT 3.1.1 says, section 2 and 3; a well-kept client library does.',
      })),
    ])
    const lines = greeted(seen)
    if (lines.length === 0 && found.length === 0) return notObserved(silent)
    return {
      faults: grouped(found),
      evidence: [`${distinct(lines.map(({ hello }) => hello.protocol))}, ${counted(lines.length, 'CONNECT')}`],
    }
  },
}

export const identity: Clause = {
  id: 'identity',
  title: 'Own identity',
  text: "The user name is the device's id, the password its own token, and the client id is never empty and always the same.",
  why: 'What Vigil knows of a device hangs on its name; a new client id at each start leaves its receipts behind.',
  judge(seen) {
    const clientIds = new Set(greeted(seen).map(({ hello }) => hello.clientId))
    return eachGreeting(
      seen,
      ({ hello, answer }) => [
        ...(hello.userName === seen.device
          ? []
          : [
              {
                what: `the user name is ${JSON.stringify(hello.userName ?? null)}`,
                mend: `Make the user name ${seen.device}, the device's id.`,
              },
            ]),
        ...(hello.hasPassword ? [] : [{ what: 'there is no password', mend: 'Send the token as password.' }]),
        ...(hello.clientId === ''
          ? [{ what: 'the client id is empty', mend: 'Choose one client id and keep it, the device id at best.' }]
          : []),
        ...(answer?.by === 'vigil' && answer.code !== 0
          ? [
              {
                what: `Vigil refused the connection with code ${answer.code}`,
                mend: refusalMend(answer.code, seen.device),
              },
            ]
          : []),
        ...(clientIds.size > 1
          ? [
              {
                what: `${clientIds.size} client ids were used`,
                mend: 'Choose one client id and keep it, the device id at best.',
              },
            ]
          : []),
      ],
      (lines) => [
        `user name ${distinct(lines.map(({ hello }) => hello.userName ?? 'none'))}; client id ${[...clientIds].slice(0, 3).join(', ')}`,
        `${acceptedLines(seen).length} of ${counted(lines.length, 'connection')} accepted`,
      ],
    )
  },
}

const refusalMend = (code: number, device: string): string =>
  code === 4 || code === 5
    ? `Register the device (vigil device add ${device}) or give it a new token (vigil device token ${device}), and set it as password.`
    : 'Connect as MQTT 3.1.1 with a client id of at most 128 characters.'

export const will: Clause = {
  id: 'will',
  title: 'Will',
  text: 'CONNECT carries a will: `{"online":false}` on the own status topic, retained, QoS 1.',
  why: 'It is how Vigil learns that the line is gone, the moment it is.',
  judge: (seen) =>
    eachGreeting(
      seen,
      ({ hello }) => willFaults(hello, topicOf(seen.device, 'status')),
      (lines) =>
        lines.slice(-1).map(({ hello }) => (hello.will ? `${hello.will.topic}: ${hello.will.payload}` : 'no will')),
    ),
}

function willFaults({ will: last }: Hello, topic: string): { what: string; mend: string }[] {
  const mend = `Set the will to topic ${topic}, payload {"online":false}, QoS 1, retained.`
  if (!last) return [{ what: 'there is no will', mend }]
  const wrong = [
    last.topic !== topic && `its topic is ${last.topic}`,
    !saysOffline(last.payload) && `its payload is ${last.payload.slice(0, 60)}`,
    last.qos === 0 && 'its QoS is 0',
    !last.retain && 'it is not retained',
  ].filter((text) => text !== false)
  return wrong.length > 0 ? [{ what: `the will is not as it should be: ${wrong.join(', ')}`, mend }] : []
}

function saysOffline(payload: string): boolean {
  try {
    return JSON.parse(payload).online === false
  } catch {
    return false
  }
}

export const keepAlive: Clause = {
  id: 'keep_alive',
  title: 'Keep-alive',
  text: 'The keep-alive is 1 second to {keepAliveMost}.',
  why: 'Without it nobody notices that a device has gone silently: no radio, no battery, no word.',
  judge: (seen, { keepAliveMost }) =>
    eachGreeting(
      seen,
      ({ hello: { keepAliveS } }) =>
        keepAliveS > 0 && keepAliveS <= keepAliveMost
          ? []
          : [
              {
                what: keepAliveS === 0 ? 'the keep-alive is switched off' : `the keep-alive is ${keepAliveS} s`,
                mend: `Set a keep-alive of 30 to ${keepAliveMost} s, and send PINGREQ when there is nothing else to say.`,
              },
            ],
      (lines) => [`keep-alive ${distinct(lines.map(({ hello }) => `${hello.keepAliveS} s`))}`],
    ),
}
