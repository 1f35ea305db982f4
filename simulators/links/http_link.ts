import { Agent, type IncomingMessage, request } from 'node:http'
import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { topicOf } from '../../domain/topics.ts'
import { createBackOff } from './back_off.ts'
import { createBacklog, type Kept } from './backlog.ts'
import { type Link, type LinkOptions, type LinkState, onChange } from './link.ts'

/** A request that has no answer after so long is taken for lost, ms. */
const ANSWER_WITHIN = 30_000
/** Signals and all others: each has one request under way, so that a signal waits for no reading's answer. */
const REQUESTS = 2
/** Answers after which the same request may succeed later. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

const Problem = z.object({ code: z.string(), detail: z.string().optional(), title: z.string().optional() })

type Answer = { status: number; retryAfter: number; body: unknown }
type Sender = Pick<LinkOptions, 'url' | 'device' | 'localAddress' | 'clock'> & { agent: Agent }

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const retryAfter = Number(response.headers['retry-after'] ?? 0) * 1_000 || 0
  return { status: response.statusCode ?? 0, retryAfter, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Rejects where no answer came. */
function post({ url, device, localAddress, clock, agent }: Sender, token: string, kept: Kept): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(`/api/v1/devices/${encodeURIComponent(device)}/${kept.message.kind}`, url),
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(localAddress && { localAddress }),
      },
      (response) => readAnswer(response).then(resolve, reject),
    )
    const cancel = clock.after(ANSWER_WITHIN, () => asked.destroy())
    asked.on('error', reject)
    asked.on('close', cancel)
    asked.end(JSON.stringify(kept.message.payload))
  })
}

/**
 * A link over HTTP: each message is a POST and kept until it is answered. There is no line to hold, so it counts as
 * connected from the start, until a request fails; there is no will, and an acceptance has no receipt.
 */
export function createHttpLink(options: LinkOptions): Link {
  const { account, clock } = options
  const backlog = createBacklog(options.keeps)
  const backOff = createBackOff(options.random)
  const tellBusy = onChange<boolean>(false, options.onBusy)
  const tellState = onChange<LinkState>(undefined, options.onState)
  const look = () => tellBusy(!isCut && !closed && backlog.size() > 0)
  let agent = freshAgent()
  let state: 'unopened' | 'ready' | 'pausing' = 'unopened'
  let isCut = false
  let closed = false
  let wasLinked = false
  let refused = false
  let cancelRetry = () => {}
  const lanes = [
    { next: backlog.nextSignal, working: false },
    { next: backlog.nextOther, working: false },
  ]

  const mayWork = () => state === 'ready' && !isCut && !closed
  const workAll = () => {
    for (const lane of lanes) void work(lane)
  }

  async function work(lane: (typeof lanes)[number]): Promise<void> {
    if (lane.working) return
    lane.working = true
    while (mayWork()) {
      const kept = lane.next()
      if (!kept) break
      await deliver(kept)
    }
    lane.working = false
  }

  async function deliver(kept: Kept): Promise<void> {
    const { url, device, localAddress } = options
    const token = await options.token(refused).catch(() => undefined)
    if (token === undefined || !mayWork()) {
      // It was not on the wire after all.
      kept.sendings -= 1
      return fail(kept, 'lost', 0)
    }
    if (kept.sendings > 1) account.redelivered += 1
    else account.sent += 1
    const answer = await post({ url, device, localAddress, clock, agent }, token, kept).catch(() => undefined)
    if (answer) judge(kept, answer)
    else fail(kept, 'lost', 0)
  }

  function judge(kept: Kept, { status, retryAfter, body }: Answer): void {
    if (status === 401) {
      account.refused += 1
      refused = true
      fail(kept, 'refused', retryAfter)
    } else if (passing.has(status)) {
      fail(kept, 'lost', retryAfter)
    } else {
      succeed(kept)
      if (status >= 400) tellRefused(kept, status, body)
    }
  }

  /** Vigil has it. */
  function succeed(kept: Kept): void {
    refused = false
    backOff.reset()
    if (!wasLinked) account.connects += 1
    wasLinked = true
    tellState('linked')
    backlog.acknowledge(kept.id)
    account.acknowledged += 1
    look()
  }

  /** What HTTP answers to a message that cannot be read is what a receipt says over MQTT. */
  function tellRefused({ message }: Kept, status: number, body: unknown): void {
    account.refused += 1
    const problem = Problem.safeParse(body).data
    options.onReceipt({
      result: 'refused',
      at: isoTime(clock.now()),
      topic: topicOf(options.device, message.kind),
      code: problem?.code ?? `http_${status}`,
      reason: problem?.detail ?? problem?.title,
    })
  }

  function fail(kept: Kept, why: 'lost' | 'refused', atLeast: number): void {
    backlog.giveBack(kept)
    lose(why)
    if (state !== 'ready' || isCut || closed) return
    state = 'pausing'
    cancelRetry = clock.after(Math.max(backOff.next(), atLeast), resume)
  }

  function lose(why: 'lost' | 'refused'): void {
    if (wasLinked) account.lost += 1
    wasLinked = false
    tellState(why)
  }

  function resume(): void {
    state = 'ready'
    workAll()
  }

  return {
    open: resume,
    send(message) {
      if (backlog.add(message)) account.dropped += 1
      look()
      workAll()
    },
    cut() {
      isCut = true
      cancelRetry()
      agent.destroy()
      lose('lost')
      look()
    },
    restore() {
      if (!isCut) return
      isCut = false
      backOff.reset()
      agent = freshAgent()
      look()
      if (state === 'unopened') return
      state = 'pausing'
      cancelRetry = clock.after(backOff.next(), resume)
    },
    connected: () => mayWork(),
    dialling: () => false,
    waiting: backlog.size,
    async close() {
      closed = true
      cancelRetry()
      agent.destroy()
      look()
    },
  }
}

const freshAgent = (): Agent => new Agent({ keepAlive: true, maxSockets: REQUESTS })
