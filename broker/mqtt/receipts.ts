import type { Aedes } from 'aedes'
import type { Logger } from 'pino'
import { type Clock, isoTime } from '../../domain/clock.ts'
import { type ErrorCode, errorTable } from '../../domain/errors.ts'
import type { Receipt } from '../../domain/ticket.ts'

/** Tells on the topic `to`, where there is one, that what came on, or was asked of, `topic` is refused. */
export type TellRefused = (to: string | undefined, topic: string, code: ErrorCode) => void

type Options = { publish(topic: string, body: unknown): Promise<void>; clock: Clock; log: Logger }

export function openTellRefused({ publish, clock, log }: Options): TellRefused {
  return (to, topic, code) => {
    if (to === undefined) return
    const at = isoTime(clock.now())
    const receipt: Receipt = { result: 'refused', at, topic, code, reason: errorTable[code].text }
    publish(to, receipt).catch((err) => log.warn({ err }, 'receipt not sent'))
  }
}

/** Publishes to whoever is subscribed; resolves when it is on its way or durable in the sessions of those who are away. */
export function publishOn(aedes: Aedes, topic: string, body: unknown): Promise<void> {
  const packet = { cmd: 'publish', topic, payload: JSON.stringify(body), qos: 1, retain: false, dup: false } as const
  return new Promise((resolve, reject) => {
    aedes.publish(packet, (err) => (err ? reject(err) : resolve()))
  })
}
