import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { decodeRecord } from '../../codecs/decode.ts'
import { addressKey } from '../../domain/addresses.ts'
import type { Clock } from '../../domain/clock.ts'
import { problemOf, VigilError } from '../../domain/errors.ts'
import { idPattern } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import { topicOf, type UpKind } from '../../domain/topics.ts'
import type { JournalRecord } from '../../journal/journal.ts'
import { type InTurn, inTurn } from '../gate/in_turn.ts'
import { type Failures, openFailures } from '../gate/newcomers.ts'
import type { Identity } from '../identity/identity.ts'
import { noteConnect, noteForeign } from '../identity/noting.ts'
import type { Principal } from '../identity/principal.ts'
import { cut } from '../metrics.ts'
import type { MqttBroker } from '../mqtt/mqtt.ts'
import { addressOfRequest, type Peer } from '../sockets/peer.ts'
import type { Overdrawn, Post } from './posting.ts'
import { type Answer, pushedTopic, pushToken, pushVerdict } from './push.ts'

type Times = { headersTimeout: number; requestTimeout: number; connectionsCheckingInterval: number }
type Options = {
  identity: Identity
  post: (post: Post) => Promise<JournalRecord>
  mqtt: MqttBroker
  clock: Clock
  log: Logger
  times?: Times
}
/** Whose credentials are looked up when, and how late wrong ones are answered. */
type Reception = Options & { turn: InTurn; failures: Failures }

const usualTimes: Times = {
  headersTimeout: limits.httpHeadersMs,
  requestTimeout: limits.httpRequestMs,
  connectionsCheckingInterval: limits.httpLookMs,
}

const route = /^\/api\/v1\/devices\/([^/?]+)\/(readings|signals|motion|answers)(?:\?.*)?$/

/**
 * The front door over HTTP: `POST /api/v1/devices/{id}/{readings|signals|motion|answers}`, `POST /api/v1/push/{codec}`, MQTT
 * over WebSocket at `/mqtt`, `/healthz`.
 */
export function openHttp(options: Options): Server {
  const reception = { ...options, turn: inTurn(limits.authenticating), failures: openFailures(options.clock) }
  const server = createServer(options.times ?? usualTimes, (request, response) => {
    answer(reception, request).then(
      ({ status, body, type }) => send(response, status, body, type),
      (err) => {
        if (!(err instanceof VigilError)) options.log.error({ err }, 'HTTP ingest failed')
        const problem = problemOf(err)
        const { retryAfter } = err as Partial<Overdrawn>
        if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
        send(response, problem.status, problem, 'application/problem+json')
      },
    )
  })
  server.on('clientError', (err: NodeJS.ErrnoException, socket) => {
    if (err.code === 'ERR_HTTP_REQUEST_TIMEOUT') cut.inc({ reason: 'http_late' })
    socket.destroy()
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.packetBytes, handleProtocols: spoken })
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/mqtt') return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const stream = createWebSocketStream(ws)
      // A peer that goes away mid-frame is Aedes' to notice; without a listener it would end the process.
      stream.on('error', (err) => options.log.debug({ err }, 'WebSocket failed'))
      options.mqtt.handle(stream, { address: addressOfRequest(request) })
    })
  })
  return server
}

/** `mqtt` where it is offered; older clients offer `mqttv3.1`, and hang up at an answer that they did not offer. */
const spoken = (offered: Set<string>): string | false => (offered.has('mqtt') ? 'mqtt' : ([...offered][0] ?? false))

async function answer(options: Reception, request: IncomingMessage): Promise<Answer> {
  if (request.url === '/healthz') return { status: 200, body: { status: 'ok' } }
  const pushed = pushedTopic(request)
  if (pushed !== undefined) return pushVerdict(await take(options, request, pushed, pushToken(request)))
  const topic = topicOfDevice(request)
  if (topic === undefined) throw new VigilError('not_found')
  return verdict(await take(options, request, topic, bearerOf(request)))
}

function topicOfDevice({ method, url = '' }: IncomingMessage): string | undefined {
  const [, id, kind] = route.exec(url) ?? []
  if (method !== 'POST' || !id || !kind) return undefined
  const device = decodeURIComponent(id)
  return idPattern.test(device) ? topicOf(device, kind as UpKind) : undefined
}

const bearerOf = ({ headers }: IncomingMessage): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]

/** Resolves with the record of a message when it is durable. */
async function take(
  options: Reception,
  request: IncomingMessage,
  topic: string,
  token: string | undefined,
): Promise<JournalRecord> {
  const peer = { address: addressOfRequest(request) }
  const principal = await identify(options, token, peer)
  const payload = await bodyOf(request)
  const key = request.headers['idempotency-key']
  const record = await options.post({ principal, address: peer.address, topic, payload, key: key && String(key) })
  noteForeign(options.identity.refusals, { principal, peer }, record)
  return record
}

/** 202 for what counts in whole or in part; the refusal's own status where nothing of it does. It is durable either way. */
function verdict(record: JournalRecord): Answer {
  const { refusals, readings, signals, motions, answers } = decodeRecord(record)
  const [first] = refusals
  const taken = readings.length + signals.length + motions.length + answers.length
  if (first && taken === 0) throw new VigilError(first.code, first.detail)
  return { status: 202, body: refusals.length > 0 ? { accepted: true, refusals } : { accepted: true } }
}

async function identify(options: Reception, token: string | undefined, peer: Peer): Promise<Principal> {
  const { identity, turn, failures, clock } = options
  const key = addressKey(peer.address)
  const verdict = await turn(key, () => identity.bearer(token))
  if (verdict.principal) return verdict.principal
  const ms = failures.delayMs(key)
  if (ms > 0) await clock.sleep(ms)
  noteConnect(identity.refusals, { name: undefined, password: token }, peer, verdict)
  throw new VigilError(verdict.code, verdict.detail)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.packetBytes) throw new VigilError('payload_too_large')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > limits.packetBytes) throw new VigilError('payload_too_large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  // A request that was answered before its body was read is over: the rest of the body is not wanted.
  if (!response.req.complete) response.setHeader('connection', 'close')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(text)
}
