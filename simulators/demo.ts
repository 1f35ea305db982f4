import { type Random, seededRandom } from '../domain/random.ts'
import { signals } from '../domain/signals.ts'
import type { Receipt } from '../domain/ticket.ts'
import { demoHomes, demoRegistry } from './demo_plan.ts'
import { deviceModels } from './devices/models.ts'
import type { DevicePlan, HomePlan, Spoken } from './home.ts'
import { type Link, openLink } from './link.ts'
import { type ApiOptions, keepTokens, register, rotateToken } from './register.ts'
import { createWorld } from './world.ts'

export type DemoOptions = ApiOptions & {
  /** `mqtt://host:port` of the front door. */
  mqttUrl: string
  /** File in which the device tokens are kept between runs. */
  statePath: string
  /** Decides everything that is said, together with the time of the start. */
  seed: number
  /** Takes one line of English for people. */
  log(line: string): void
}

const stateLines = {
  linked: 'connected',
  lost: 'connection lost, trying again',
  refused: 'token refused, asking for a new one',
}

type Tokens = Record<string, string>

/** How often the homes are looked at, ms. */
const TICK = 500
/** After a jump of the clock longer than this (a laptop that slept) the homes begin anew instead of catching up. */
const JUMP = 60_000

const nameOf = (home: HomePlan, device: DevicePlan): string => `${deviceModels[device.kind].noun} of ${home.label}`

function receiptLine(name: string, receipt: Receipt): string {
  if (receipt.result === 'refused') return `${name}: receipt: refused, ${receipt.reason ?? receipt.code ?? 'no reason'}`
  const doubt = receipt.unverified?.length ? `, unverified (${receipt.unverified.join(', ')})` : ''
  return `${name}: receipt: accepted, ticket ${receipt.number ?? receipt.ticket ?? '?'}${doubt}`
}

function signalLine({ home, device, message }: Spoken): string | undefined {
  if (message.kind !== 'signals') return undefined
  const kind = message.payload.signal as keyof typeof signals
  return `${nameOf(home, device)}: ${signals[kind].text}`
}

/** Gives the kept token; a refused one is replaced first. */
async function tokenFor(options: DemoOptions, tokens: Tokens, device: string, refused: boolean): Promise<string> {
  if (refused) {
    tokens[device] = await rotateToken(options, device)
    await keepTokens(options.statePath, tokens)
  }
  return tokens[device] ?? ''
}

function linkOf(options: DemoOptions, tokens: Tokens, home: HomePlan, device: DevicePlan, random: Random): Link {
  const name = nameOf(home, device)
  return openLink({
    url: options.mqttUrl,
    device: device.id,
    firmware: deviceModels[device.kind].firmware,
    token: (refused) => tokenFor(options, tokens, device.id, refused),
    onReceipt: (receipt) => options.log(receiptLine(name, receipt)),
    onState: (state) => options.log(`${name}: ${stateLines[state]}`),
    clock: options.clock,
    random,
    signal: options.signal,
  })
}

function openLinks(options: DemoOptions, tokens: Tokens): Map<string, Link> {
  const random = seededRandom(options.seed)
  return new Map(
    demoHomes.flatMap((home) =>
      home.devices.map((device) => [device.id, linkOf(options, tokens, home, device, random)] as const),
    ),
  )
}

async function live({ clock, seed, signal, log }: DemoOptions, links: Map<string, Link>): Promise<void> {
  const begin = () => createWorld(demoHomes, { seed, startAt: clock.now() })
  let world = begin()
  let last = clock.now()
  while (!signal.aborted) {
    await clock.sleep(TICK, signal)
    const now = clock.now()
    if (Math.abs(now - last) > JUMP) world = begin()
    last = now
    for (const spoken of world.step(now)) {
      links.get(spoken.device.id)?.send(spoken.message)
      const line = signalLine(spoken)
      if (line) log(line)
    }
  }
}

/**
 * Registers the demo homes where they are absent, connects every device and lets the homes live until `signal` aborts;
 * resolves when all connections are closed. Rejects where the API refuses the registry.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const tokens = await register(options, demoRegistry, options.statePath).catch((error: unknown) => {
    if (!options.signal.aborted) throw error
  })
  if (!tokens) return
  const links = openLinks(options, tokens)
  options.log(`${links.size} devices in ${demoHomes.length} homes are alive (seed ${options.seed})`)
  await live(options, links)
  await Promise.all([...links.values()].map(({ ended }) => ended))
}
