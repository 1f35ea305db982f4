import { connect, type MqttClient } from 'mqtt'
import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Attempt, Channel } from './channel.ts'
import { networkFailure } from './failures.ts'

/** A notice published to somebody else's broker, QoS 1: delivered when that broker has acknowledged it. */

/** To connect and to be greeted. The attempt as a whole is bounded by its signal. */
const CONNECT_MS = 10_000

const BrokerUrl = z
  .url({ protocol: /^mqtts?$/, error: 'must be an mqtt or mqtts address' })
  .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'must hold no user name or password')

const Settings = z
  .strictObject({
    url: BrokerUrl,
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    topic: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^$+#\p{Cc}][^+#\p{Cc}]*$/u, 'must be a topic without wildcards, which does not begin with $')
      .describe('`{to}` stands for the address'),
  })
  .refine(({ user, password }) => password === undefined || user !== undefined, 'a password needs a user')
export type MqttSettings = z.infer<typeof Settings>

/** What a broker says no to for ever, by the codes of CONNACK: protocol, client id, user name or password, not authorized. */
const refusals: Record<number, string> = {
  1: 'does not speak MQTT 3.1.1',
  2: 'did not take the client id',
  4: 'did not take user and password',
  5: 'does not let this user in',
}

function failureOf(error: unknown, host: string, signal: AbortSignal): Attempt {
  const code = (error as { code?: unknown }).code
  const refusal = typeof code === 'number' ? refusals[code] : undefined
  if (refusal !== undefined && !signal.aborted) return { result: 'refused', detail: `${host} ${refusal}` }
  return networkFailure(error, host, signal)
}

/** Rejects when the broker hangs up, when the connection fails, or when the time is over. */
function ended(client: MqttClient, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => reject(signal.reason)
    signal.addEventListener('abort', late, { once: true })
    client.on('error', reject)
    client.on('close', () => {
      signal.removeEventListener('abort', late)
      reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    })
  })
}

async function publish(client: MqttClient, topic: string, notice: Notice): Promise<void> {
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.publishAsync(topic, JSON.stringify(notice), { qos: 1 })
}

export const mqtt: Channel<MqttSettings> = {
  settings: Settings,
  secrets: ['password'],
  checkAddress: (to) =>
    /^[^+#/\p{Cc}]{0,128}$/u.test(to) ? undefined : 'must be a part of a topic, without +, # and /',
  async send({ url, user, password, topic }, notice, { signal }) {
    const { host } = new URL(url)
    const wrong = mqtt.checkAddress(notice.to)
    if (wrong) return { result: 'refused', detail: `the address ${wrong}` }
    if (topic.includes('{to}') && notice.to === '')
      return { result: 'refused', detail: 'the topic has {to}, and there is no address' }
    if (signal.aborted) return networkFailure(signal.reason, host, signal)
    const login = { ...(user !== undefined && { username: user }), ...(password !== undefined && { password }) }
    const client = connect(url, { ...login, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: CONNECT_MS })
    try {
      await Promise.race([
        publish(
          client,
          topic.replaceAll('{to}', () => notice.to),
          notice,
        ),
        ended(client, signal),
      ])
      return { result: 'delivered', detail: `${host} acknowledged it` }
    } catch (error) {
      return failureOf(error, host, signal)
    } finally {
      client.end(true)
    }
  },
}
