import type { MqttClient } from 'mqtt'
import type { SignalKind } from '../domain/signals.ts'
import type { LiveEvent, Ticket, TicketAction } from '../domain/ticket.ts'
import { topicOf } from '../domain/topics.ts'
import type { Centre, OperatorName } from './centre.ts'
import { connectDevice, deliver } from './fleet.ts'
import type { Matcher, Seen, Span } from './sightings.ts'
import { type Deed, storyText } from './story_text.ts'
import type { Part } from './system.ts'

type StepFields = { ticket?: string; reason?: string; outcome?: string; assignee?: string; confirm?: boolean }

/** What may be done at a moment. Each lets time pass to that moment first. */
export type Moment = {
  /** A device sends a signal with the time of now, unless `fields` say another `at`; resolves when it is acknowledged. */
  press(device: string, signal: SignalKind, fields?: object): Promise<void>
  /**
   * The same over a line that is dead on the way back: the acknowledgement does not reach the device, which sends again when it
   * has a new line, as after `kill('broker')`. Resolves when it is sent; see `acknowledged`.
   */
  pressUnheard(device: string, signal: SignalKind, fields?: object): Promise<void>
  /** Publishes whatever on one of the device's topics; resolves when it is acknowledged. */
  publish(device: string, channel: 'signals' | 'readings' | 'motion', payload: unknown): Promise<void>
  /** Takes a step on a ticket, the one named or the newest of this night, as an operator who has logged in. */
  does(operator: OperatorName, action: TicketAction, fields?: StepFields): Promise<Ticket>
  /** Kills a process with SIGKILL; it comes back by itself. `vigil` takes everything with it, until `start`. */
  kill(part: Part): Promise<void>
  /** Stops everything in order, until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Changes the registry, or calls anything else, as administrator. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

/** A span of a night, in seconds. Rejects with the story where it is not as expected. */
export type Window = {
  /** Lets time pass until the matcher holds; fails at the end of the span. */
  expect(matcher: Matcher): Promise<void>
  /** Lets time pass to the end of the span; fails as soon as the matcher holds. */
  expectNone(matcher: Matcher): Promise<void>
  /** Lets time pass to the end of the span; then it must have been seen exactly so often. */
  expectExactly(times: number, matcher: Matcher): Promise<void>
}

/** A story in one home of a centre, told in virtual seconds since it began. It sees only what is of its home. */
export type Night = {
  home: string
  at(second: number): Moment
  between(from: number, to: number): Window
  /** Epoch ms of a second of this night; before the beginning it is negative. */
  time(second: number): number
  /** Resolves when all that was pressed is acknowledged. */
  acknowledged(): Promise<void>
  /** What was done and seen so far, for people. */
  story(): Promise<string>
  /** Closes what is still open, so that it rings in nobody else's night. */
  end(): Promise<void>
}

let nights = 0

/** Begins a night in a new home with these devices, each connected. */
export async function startNight(centre: Centre, { devices }: { devices: string[] }): Promise<Night> {
  const home = `home-${++nights}`
  const clients = await moveIn(centre, home, devices)
  const tokens = new Map<OperatorName, string>()
  const deeds: Deed[] = []
  const sending: Promise<void>[] = []
  const deaf = new Set<MqttClient>()
  const { system, time } = centre
  const zero = time.now()
  const epoch = (second: number) => zero + second * 1_000
  let listed: Ticket[] = []

  const isMine = (t: Ticket | null) => t !== null && (t.home === home || t.device?.startsWith(`${home}-`) === true)
  async function look(): Promise<Seen> {
    if (centre.isUp()) listed = (await system.tickets()).filter(isMine)
    return { events: centre.live.events.filter((e: LiveEvent) => isMine(e.ticket)), tickets: listed, at: time.now() }
  }
  const story = async () => storyText(deeds, await look(), zero)

  async function moment<T>(second: number, words: string, act: () => Promise<T>): Promise<T> {
    await centre.pass(epoch(second))
    deeds.push({ at: time.now(), text: words })
    return act()
  }
  const clientOf = (device: string) => clients.get(device) ?? fail(`there is no device ${device} in this night`)
  function send(device: string, channel: 'signals' | 'readings' | 'motion', payload: unknown): Promise<void> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const sent = deliver(clientOf(device), topicOf(`${home}-${device}`, channel), text)
    sending.push(sent)
    return sent
  }
  const signalOf = (signal: SignalKind, fields: object) => ({ at: Math.round(time.now()), signal, ...fields })

  async function step(
    operator: OperatorName,
    action: TicketAction,
    { ticket, ...fields }: StepFields,
  ): Promise<Ticket> {
    const token = tokens.get(operator) ?? (await centre.tokenOf(operator))
    tokens.set(operator, token)
    const id = ticket ?? (await look()).tickets[0]?.id ?? fail(`there is no ticket to ${action}\n${await story()}`)
    return system.call<Ticket>('POST', `/tickets/${id}/${action}`, fields, token)
  }
  async function kill(part: Part): Promise<void> {
    await centre.kill(part)
    if (part !== 'broker' && part !== 'vigil') return
    // A line that is not read from does not tell that its other end has gone.
    for (const client of deaf) client.stream.destroy()
    deaf.clear()
  }

  return {
    home,
    time: epoch,
    story,
    acknowledged: async () => void (await Promise.all(sending)),
    at: (second) => ({
      press: (device, signal, fields = {}) =>
        moment(second, `${device} sends ${signal}`, () => send(device, 'signals', signalOf(signal, fields))),
      pressUnheard: (device, signal, fields = {}) =>
        moment(second, `${device} sends ${signal}, and will not hear of it`, async () => {
          const client = clientOf(device)
          client.stream.unpipe()
          deaf.add(client)
          void send(device, 'signals', signalOf(signal, fields))
        }),
      publish: (device, channel, payload) =>
        moment(second, `${device} publishes ${channel}`, () => send(device, channel, payload)),
      does: (operator, action, fields = {}) =>
        moment(second, `${operator}: ${action}`, () => step(operator, action, fields)),
      kill: (part) => moment(second, `SIGKILL to ${part}`, () => kill(part)),
      stop: () => moment(second, 'everything is stopped', centre.stop),
      start: () => moment(second, 'everything is started', centre.start),
      call: (method, path, body) => moment(second, `${method} ${path}`, () => system.call(method, path, body)),
    }),
    between: (from, to) =>
      window({
        centre,
        look,
        story,
        span: { from: epoch(from), to: epoch(to) },
        words: `between ${from} s and ${to} s`,
      }),
    async end() {
      for (const client of clients.values()) client.end(true)
      if (!centre.isUp()) await centre.start()
      await centre.pass(time.now())
      const open = (await look()).tickets.filter(({ state }) => state !== 'closed')
      for (const { id } of open) await system.call('POST', `/tickets/${id}/close`, { outcome: 'test' })
    },
  }
}

type WindowParts = { centre: Centre; look(): Promise<Seen>; story(): Promise<string>; span: Span; words: string }

function window({ centre, look, story, span, words }: WindowParts): Window {
  /** Passes the span, or as much of it as it takes until `isEnough` of the number seen. Gives that number. */
  async function count(matcher: Matcher, isEnough: (seen: number) => boolean): Promise<number> {
    let seen = 0
    await centre.pass(span.from)
    await centre.pass(span.to, async () => {
      seen = matcher.count(await look(), span)
      return isEnough(seen)
    })
    return seen
  }
  const failed = async (what: string) => fail(`${words} ${what}:\n${await story()}`)
  return {
    async expect(matcher) {
      if ((await count(matcher, (seen) => seen > 0)) === 0) await failed(`nothing was seen of ${matcher.words}`)
    },
    async expectNone(matcher) {
      if ((await count(matcher, (seen) => seen > 0)) > 0) await failed(`there should be no ${matcher.words}`)
    },
    async expectExactly(times, matcher) {
      const seen = await count(matcher, (so) => so > times)
      if (seen !== times) await failed(`${times} times was expected, and ${seen} times was seen, ${matcher.words}`)
    },
  }
}

async function moveIn({ system }: Centre, home: string, devices: string[]): Promise<Map<string, MqttClient>> {
  await system.call('POST', '/homes', { id: home, area: 'city', address: `${home}, Hill Street` })
  const clients = new Map<string, MqttClient>()
  for (const device of devices) {
    const id = `${home}-${device}`
    const { token } = await system.call<{ token: string }>('POST', '/devices', { id, home, model: device })
    clients.set(device, await connectDevice(system, { id, token, home }))
  }
  return clients
}

function fail(message: string): never {
  throw new Error(message)
}
