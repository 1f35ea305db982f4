import { connect, type MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import { isUrgent } from '../../codecs/urgent.ts'
import { limits } from '../../domain/limits.ts'
import { newId } from '../../domain/random.ts'
import { lineUp } from './metrics.ts'

/** Where Vigil is, and as whom to speak there. */
export type Vigil = { url: string; user: string; token: string }

/** The line to Vigil. */
export type Line = {
  /**
   * Resolves when Vigil has acknowledged the message, which may be after many reconnects; undefined where there is no room
   * to wait. An alarm always has room.
   */
  publish(topic: string, payload: Buffer): Promise<void> | undefined
  isUrgent(topic: string, payload: Buffer): boolean
  close(): Promise<void>
}

const reconnectMs = 1_000

/** Two connections, so that no alarm waits behind what telemetry has gathered while there was no line. */
export function openLine(vigil: Vigil, log: Logger): Line {
  const lanes = { urgent: openLane('urgent', vigil, log), bulk: openLane('bulk', vigil, log) }
  let waiting = 0
  return {
    isUrgent,
    publish(topic, payload) {
      if (isUrgent(topic, payload)) return send(lanes.urgent, topic, payload)
      if (waiting + payload.length > limits.gsmWaitingBytes) return undefined
      waiting += payload.length
      return send(lanes.bulk, topic, payload).finally(() => {
        waiting -= payload.length
      })
    },
    async close() {
      await Promise.all([lanes.urgent.endAsync(true), lanes.bulk.endAsync(true)])
    },
  }
}

function openLane(lane: 'urgent' | 'bulk', { url, user, token }: Vigil, log: Logger): MqttClient {
  const client = connect(url, {
    // Two gateways of one account must not push each other out.
    clientId: newId(`gsm-${lane}`),
    username: user,
    password: token,
    protocolVersion: 4,
    clean: true,
    keepalive: 30,
    reconnectPeriod: reconnectMs,
    reconnectOnConnackError: true,
  })
  let said = ''
  const tell = (state: string, level: 'info' | 'warn', err?: Error): void => {
    if (said !== state) log[level]({ lane, ...(err && { err }) }, state)
    said = state
  }
  lineUp.set({ lane }, 0)
  client.on('connect', () => {
    lineUp.set({ lane }, 1)
    tell('connected to Vigil', 'info')
  })
  client.on('close', () => {
    lineUp.set({ lane }, 0)
    if (!client.disconnecting) tell('no line to Vigil; devices are not answered until it is back', 'warn')
  })
  client.on('error', (err) => tell(`Vigil cannot be reached or refuses: ${err.message}`, 'warn', err))
  return client
}

/** Rejected only when the gateway closes: then nobody is answered, and the device sends again. */
const send = (client: MqttClient, topic: string, payload: Buffer): Promise<void> =>
  new Promise((resolve, reject) =>
    client.publish(topic, payload, { qos: 1 }, (error) => (error ? reject(error) : resolve())),
  )
