// @ts-check

import { now, sleep } from '../parts/time.js'
import { refused } from './calls.js'

/**
 * The stream of live events: read with fetch rather than EventSource, because that tells an ended session
 * from a cut line, and lets a silent line be noticed.
 * @typedef {import('../../domain/ticket.ts').LiveEvent} LiveEvent
 * @typedef {{ event: string, id: string, data: string }} Message
 * @typedef {{ live: boolean, heardAt: number | undefined, refused: boolean }} Link `heardAt`: when the line last said anything,
 *   epoch ms; `refused`: the server answers, but not to this operator's role
 */

/** The server says something at least every 5 s; three silences are a dead line. */
const silenceMs = 15_000
const retryMs = [300, 1_000, 2_000, 4_000]

/**
 * Takes text/event-stream apart; pieces may be cut anywhere. A block with nothing but an id counts: it names the start.
 * @param {(message: Message) => void} onMessage @returns {(piece: string) => void}
 */
export function eventParser(onMessage) {
  let rest = ''
  let message = { event: 'message', id: '', data: '' }
  /** @param {string} line */
  const take = (line) => {
    const [, field, value] = /^(event|id|data): ?(.*)$/.exec(line) ?? []
    if (line === '') {
      if (message.id || message.data) onMessage(message)
      message = { event: 'message', id: '', data: '' }
    } else if (field === 'data') message.data += message.data ? `\n${value}` : value
    else if (field === 'event' || field === 'id') message[field] = value ?? ''
  }
  return (piece) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line.replace(/\r$/, ''))
  }
}

/**
 * Keeps the stream open until `signal` aborts or the session ends.
 * @param {{
 *   signal: AbortSignal,
 *   lastSeq: () => number | undefined,
 *   onEvent: (event: LiveEvent) => void,
 *   onStart: (seq: number) => void,
 *   onReset: (seq: number) => void,
 *   onLink: (link: Link) => void,
 * }} options `lastSeq`: the newest event already taken, from which the stream is to go on. `onStart`: where a new stream
 *   begins. `onReset`: events up to this one were missed, and the server no longer has them
 */
export async function follow(options) {
  /** @type {Link} */
  const link = { live: false, heardAt: undefined, refused: false }
  for (let tries = 0; !options.signal.aborted; tries++) {
    const heardBefore = link.heardAt
    await readOnce(options, link).catch(() => {})
    link.live = false
    options.onLink(link)
    if (link.heardAt !== heardBefore) tries = 0
    await sleep(retryMs[Math.min(tries, retryMs.length - 1)] ?? 0, options.signal)
  }
}

/** One connection, from its opening to its end. @param {Parameters<typeof follow>[0]} options @param {Link} link */
function readOnce(options, link) {
  const seq = options.lastSeq()
  return listen('/events', {
    signal: options.signal,
    headers: seq === undefined ? {} : { 'last-event-id': `${seq}` },
    onStatus: (status) => {
      link.refused = status === 403
    },
    onHeard: () => {
      link.heardAt = now()
      link.live = true
      options.onLink(link)
    },
    onMessage: (message) => deliver(message, options),
  })
}

/**
 * Any stream of server-sent events, from its opening to its end, or until it is silent for too long.
 * @param {string} path below /api/v1
 * @param {{
 *   signal: AbortSignal, headers?: Record<string, string>, onStatus?: (status: number) => void, onHeard: () => void,
 *   onMessage: (message: Message) => void,
 * }} options `onHeard`: whenever the line says anything, be it that it is still there
 * @throws {import('./calls.js').CallError} where the server refuses it
 */
export async function listen(path, { signal, headers = {}, onStatus, onHeard, onMessage }) {
  const watch = silenceWatch(signal)
  try {
    const answer = await fetch(`/api/v1${path}`, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: watch.signal,
    })
    onStatus?.(answer.status)
    if (!answer.ok || !answer.body) throw refused(answer.status, await answer.json().catch(() => undefined))
    const hear = () => {
      watch.heard()
      onHeard()
    }
    hear()
    await readAll(answer.body, hear, eventParser(onMessage))
  } finally {
    watch.stop()
  }
}

/** @param {ReadableStream<Uint8Array>} body @param {() => void} hear @param {(piece: string) => void} take */
async function readAll(body, hear, take) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    hear()
    take(decoder.decode(value, { stream: true }))
  }
}

/** @param {Message} message @param {Parameters<typeof follow>[0]} options */
function deliver(message, options) {
  if (message.event === 'reset') options.onReset(Number(message.id))
  else if (message.data) options.onEvent(JSON.parse(message.data))
  else options.onStart(Number(message.id))
}

/** A signal that aborts when `outer` does, or when nothing was heard for too long. @param {AbortSignal} outer */
function silenceWatch(outer) {
  const controller = new AbortController()
  const wait = new AbortController()
  let heardAt = now()
  const guard = async () => {
    while (!wait.signal.aborted) {
      await sleep(1_000, wait.signal)
      if (now() - heardAt > silenceMs) controller.abort()
    }
  }
  const abort = () => controller.abort()
  outer.addEventListener('abort', abort)
  void guard()
  return {
    signal: controller.signal,
    heard: () => {
      heardAt = now()
    },
    stop: () => {
      wait.abort()
      outer.removeEventListener('abort', abort)
    },
  }
}
