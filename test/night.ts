import type { SignalKind } from '../domain/signals.ts'
import type { Ticket, TicketAction } from '../domain/ticket.ts'
import type { Centre, OperatorName } from './centre.ts'
import { type Devices, type Message, moveIn } from './night_devices.ts'
import type { Seen } from './sightings.ts'
import { type Deed, storyText } from './story_text.ts'
import type { Part } from './system.ts'
import { type Window, windowOf } from './window.ts'

/** What a step says beside its name, as in the body of the call; `ticket`: the newest of the night where absent. */
export type StepFields = { ticket?: string; reason?: string; outcome?: string; assignee?: string; confirm?: boolean }

/** What may be done at a moment; each lets time pass to that moment first. To add a deed, write it here and in `deedsOf`. */
export type Deeds = {
  /** A device sends a signal with the time of now, unless `fields` say another `at`; resolves when it is acknowledged. */
  press(device: string, signal: SignalKind, fields?: object): Promise<void>
  /**
   * The same over a line that is dead on the way back: the acknowledgement does not reach the device, which sends again when it
   * has a new line, as after `kill('broker')`. Resolves when it is on its way; see `acknowledged`.
   */
  pressUnheard(device: string, signal: SignalKind, fields?: object): Promise<void>
  /** Publishes whatever on one of the device's topics; resolves when it is acknowledged. */
  publish(message: Message): Promise<void>
  /** Takes a step on a ticket as an operator who has logged in. Rejects where the API refuses it. */
  does(operator: OperatorName, action: TicketAction, fields?: StepFields): Promise<Ticket>
  /** Ends the session of an operator, as at the end of a shift. */
  logsOut(operator: OperatorName): Promise<void>
  /** Kills a process with SIGKILL; it comes back by itself. `vigil` takes everything with it, until `start`. */
  kill(part: Part): Promise<void>
  /** Stops everything in order, until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Changes the registry, or calls anything else, as administrator. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>
}

/** A story in one home of a centre, told in virtual seconds since it began. It sees only what is of its home. */
export type Night = {
  home: string
  at(second: number): Deeds
  between(from: number, to: number): Window
  /** Epoch ms of a second of this night; before the beginning it is negative. */
  time(second: number): number
  /** Resolves when all that was sent is acknowledged. */
  acknowledged(): Promise<void>
  /** What was done and seen so far, for people. */
  story(): Promise<string>
  /** Closes what is still open, so that it rings in nobody else's night. */
  end(): Promise<void>
}

let nights = 0

/** Begins a night in a new home with these devices, each connected. */
export async function startNight(centre: Centre, names: string[]): Promise<Night> {
  const home = `home-${++nights}`
  await centre.system.call('POST', '/homes', { id: home, area: 'city', address: `${home}, Hill Street` })
  const devices = await moveIn(centre.system, home, names)
  await centre.logIn()
  const zero = centre.time.now()
  const time = (second: number) => zero + second * 1_000
  const look = lookFrom(centre, home)
  const done: Deed[] = []
  const story = async () => storyText(done, await look(), zero)
  const steps = stepsOf(centre, look)
  return {
    home,
    time,
    story,
    acknowledged: devices.acknowledged,
    at: (second) =>
      deedsOf({ centre, devices, steps }, async (text, act) => {
        await centre.pass(time(second))
        done.push({ at: centre.time.now(), text })
        return act()
      }),
    between: (from, to) => {
      const span = { from: time(from), to: time(to) }
      return windowOf({ centre, look, story, span, words: `between ${from} s and ${to} s` })
    },
    async end() {
      devices.close()
      if (!centre.isUp()) await centre.start()
      await centre.pass(centre.time.now())
      const open = (await look()).tickets.filter(({ state }) => state !== 'closed')
      for (const { id } of open) await centre.system.call('POST', `/tickets/${id}/close`, { outcome: 'test' })
    },
  }
}

/** Looks at what is of one home. While nothing runs, the tickets are those that were listed last. */
function lookFrom({ system, time, live, isUp }: Centre, home: string): () => Promise<Seen> {
  let tickets: Ticket[] = []
  const isMine = (t: Ticket | null) => t !== null && (t.home === home || t.device?.startsWith(`${home}-`) === true)
  return async () => {
    if (isUp()) tickets = (await system.tickets()).filter(isMine)
    return { events: live.events.filter(({ ticket }) => isMine(ticket)), tickets, at: time.now() }
  }
}

type Step = (operator: OperatorName, action: TicketAction, fields: StepFields) => Promise<Ticket>

/** Steps by the API. */
function stepsOf({ system, tokenOf }: Centre, look: () => Promise<Seen>): Step {
  return async (operator, action, { ticket, ...fields }) => {
    const id = ticket ?? (await look()).tickets[0]?.id
    if (id === undefined) throw new Error(`there is no ticket for ${operator} to ${action}`)
    return system.call<Ticket>('POST', `/tickets/${id}/${action}`, fields, tokenOf(operator))
  }
}

/** Goes to the moment, notes the deed in words, and does it. */
type Doing = <T>(words: string, act: () => Promise<T>) => Promise<T>

function deedsOf({ centre, devices, steps }: { centre: Centre; devices: Devices; steps: Step }, doing: Doing): Deeds {
  const signalFrom = (device: string, signal: SignalKind, fields: object): Message => ({
    device,
    channel: 'signals',
    payload: { at: Math.round(centre.time.now()), signal, ...fields },
  })
  return {
    press: (device, signal, fields = {}) =>
      doing(`${device} sends ${signal}`, () => devices.send(signalFrom(device, signal, fields))),
    pressUnheard: (device, signal, fields = {}) =>
      doing(`${device} sends ${signal}, and will not hear of it`, async () =>
        devices.sendUnheard(signalFrom(device, signal, fields)),
      ),
    publish: (message) => doing(`${message.device} publishes ${message.channel}`, () => devices.send(message)),
    does: (operator, action, fields = {}) => doing(`${operator}: ${action}`, () => steps(operator, action, fields)),
    logsOut: (operator) => doing(`${operator} logs out`, () => centre.logOut(operator)),
    kill: (part) =>
      doing(`SIGKILL to ${part}`, async () => {
        await centre.kill(part)
        if (part === 'broker' || part === 'vigil') devices.lineBreaks()
      }),
    stop: () => doing('everything is stopped', centre.stop),
    start: () => doing('everything is started', centre.start),
    call: (method, path, body) => doing(`${method} ${path}`, () => centre.system.call(method, path, body)),
  }
}
