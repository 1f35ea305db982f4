import type { Clock } from '../../domain/clock.ts'
import { seededRandom, seedOf } from '../../domain/random.ts'
import type { HomePlan, Output } from '../home/home.ts'
import type { Scripted } from '../home/script.ts'
import type { Fleet, FleetOptions } from '../links/fleet.ts'
import type { LinkState } from '../links/link.ts'
import { createWorld } from '../world/world.ts'
import { addressFor } from './addresses.ts'
import { PRESSES_APART } from './emergencies.ts'
import { Latencies } from './latencies.ts'
import type { Emergency, FromWorker, Share, Tally, Told } from './messages.ts'
import { atPace } from './rate.ts'

/** The homes of one worker at work: they live at the pace of the clock, and their devices speak over real links. */
export type ShareAtWork = {
  script(emergencies: readonly Emergency[]): void
  /** All connections are cut without a word and come back by themselves. */
  storm(): void
  /** Nobody lives on. Resolves when all that can be sent is acknowledged, or after `withinMs`. */
  rest(withinMs: number): Promise<void>
  tally(): Tally
  close(): Promise<void>
}

export type ShareOptions = {
  share: Share
  homes: readonly HomePlan[]
  open(options: FleetOptions): Fleet
  token(device: string, refused: boolean): Promise<string>
  say(message: FromWorker): void
  clock: Clock
}

/** Homes are looked at no more often than this, so that one turn carries many; and at least so often, ms. */
const LOOK_LEAST = 10
const LOOK_MOST = 500

/** Follows which devices are linked, and how long each takes to come back. */
function followStates(clock: Clock) {
  const linked = new Set<string>()
  const lostAt = new Map<string, number>()
  const reconnects = new Latencies()
  return {
    reconnects,
    linked: (): readonly string[] => [...linked],
    onState(device: string, state: LinkState): void {
      if (state === 'linked') {
        linked.add(device)
        const since = lostAt.get(device)
        if (since !== undefined) reconnects.add(clock.now() - since)
        lostAt.delete(device)
      } else if (linked.delete(device)) lostAt.set(device, clock.now())
    },
  }
}

/** What an output says as a signal, if it is one. */
function toldIn(output: Output): Told | undefined {
  if (output.what !== 'message' || output.message.kind !== 'signals') return undefined
  const { home, device, message, at } = output
  return { home: home.id, device: device.id, signal: String(message.payload.signal), at }
}

type Heard = { onState(device: string, state: LinkState): void; onRefused(): void }

/** A load is to be many connections: what speaks through a gateway elsewhere has a line of its own here. */
const withOwnLines = (home: HomePlan): HomePlan => ({
  ...home,
  devices: home.devices.map(({ gateway: _, ...device }) => device),
})

function openLinks(options: ShareOptions, plans: readonly HomePlan[], heard: Heard, signal: AbortSignal): Fleet {
  const { share, token, clock } = options
  const sourceAddress = addressFor(share.mqttUrl, share.firstDevice)
  return options.open({
    mqttUrl: share.mqttUrl,
    httpUrl: share.httpUrl,
    homes: plans.map(withOwnLines),
    token,
    ...(sourceAddress && { sourceAddress }),
    rampMs: share.rampMs,
    onReceipt: (_device, _home, { result }) => {
      if (result === 'refused') heard.onRefused()
    },
    onState: ({ id }, _home, state) => heard.onState(id, state),
    clock,
    random: seededRandom(seedOf(share.seed, 'links', share.first)),
    signal,
  })
}

/** Lets the homes of a share live from now on, over their ramp, until `rest`. */
export function openShare(options: ShareOptions): ShareAtWork {
  const { share, clock, say } = options
  const plans = atPace(options.homes, share.pace)
  const devices = plans.flatMap((home) => home.devices.map((device) => [device.id, { home, device }] as const))
  const byId = new Map(devices)
  const states = followStates(clock)
  const closing = new AbortController()
  let refused = 0
  const onRefused = () => {
    refused += 1
  }
  const fleet = openLinks(options, plans, { onState: states.onState, onRefused }, closing.signal)

  function carry(output: Output): void {
    if (output.what === 'fact') say({ said: 'fact', fact: output.fact })
    const told = toldIn(output)
    if (told) say({ said: 'told', told })
    fleet.carry(output)
  }

  const lives = liveOn(plans, options, carry)

  return {
    script(emergencies) {
      for (const { home, device, at, times } of emergencies)
        lives.script(home, { at, event: { what: 'press', device, times, every: PRESSES_APART } })
    },
    storm() {
      const at = clock.now()
      for (const id of states.linked()) {
        const { home, device } = byId.get(id)!
        fleet.carry({ what: 'link', at, home, device, up: false })
        fleet.carry({ what: 'link', at, home, device, up: true })
      }
    },
    async rest(withinMs) {
      lives.rest()
      const tooLate = new AbortController()
      const cancel = clock.after(withinMs, () => tooLate.abort())
      await fleet.settled(tooLate.signal).catch(() => {})
      cancel()
    },
    tally: () => ({
      ...fleet.account(),
      devices: byId.size,
      connected: fleet.connected(),
      waiting: fleet.waiting(),
      refused,
      reconnects: states.reconnects.toCounts(),
    }),
    async close() {
      lives.rest()
      await fleet.close()
      closing.abort()
    },
  }
}

/** Begins the lives one after the other over the ramp, and lets them go on with the clock until they `rest`. */
function liveOn(plans: readonly HomePlan[], { share, clock }: ShareOptions, carry: (output: Output) => void) {
  const startAt = clock.now()
  const world = createWorld([], { seed: share.seed, startAt })
  const bornAt = (n: number): number => startAt + (share.rampMs * n) / plans.length
  let born = 0
  let cancel = () => {}

  function bear(isDue: (n: number) => boolean): void {
    for (; born < plans.length && isDue(born); born++) world.add(plans[born]!)
  }

  function look(): void {
    const now = Math.max(clock.now(), startAt)
    for (const output of world.step(now)) carry(output)
    bear((n) => bornAt(n) <= now)
    const wait = Math.min(LOOK_MOST, Math.max(LOOK_LEAST, world.next() - clock.now()))
    cancel = clock.after(wait, look)
  }
  /** Homes are looked at now and then, so an emergency may come before its home was begun: it lives from then on. */
  function script(home: string, event: Scripted): void {
    const asked = plans.findIndex(({ id }) => id === home)
    bear((n) => n <= asked)
    world.script(home, event)
  }

  look()
  return { script, rest: () => cancel() }
}
