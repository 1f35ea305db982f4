import { seededRandom } from '../../domain/random.ts'
import type { ApiOptions } from '../api/post.ts'
import { type Fleet, openFleet } from '../links/fleet.ts'
import { openTokenBook, register } from '../registry/register.ts'
import type { Tokens } from '../registry/tokens.ts'
import { runOf, truthLines } from '../truth.ts'
import { createWorld, type World } from '../world/world.ts'
import { demoEvents } from './demo_events.ts'
import { demoHomes, demoRecords } from './demo_plan.ts'
import { receiptLine, signalLine, stateLine } from './lines.ts'

export type DemoOptions = ApiOptions & {
  /** `mqtt://host:port` of the front door. */
  mqttUrl: string
  /** File in which the device tokens are kept between runs. */
  statePath: string
  /** Decides everything that is said, together with the time of the start. */
  seed: number
  /** Takes one line of English for people. */
  log(line: string): void
  /** Takes one line of the truth; see truth.ts. */
  truth?(line: string): void
}

/** How often the homes are looked at, ms. */
const TICK = 500
/** After a jump of the clock longer than this (a laptop that slept) the homes begin anew instead of catching up. */
const JUMP = 60_000

function fleetOf(options: DemoOptions, tokens: Tokens): Fleet {
  const { mqttUrl, httpUrl, clock, signal, log } = options
  const book = openTokenBook(options, tokens)
  return openFleet({
    mqttUrl,
    httpUrl,
    homes: demoHomes,
    token: book.tokenOf,
    onReceipt: (device, home, receipt) => log(receiptLine(home, device, receipt)),
    onState: (device, home, state) => log(stateLine(home, device, state)),
    clock,
    random: seededRandom(options.seed),
    signal,
  })
}

/** Tells the truth of one run: from its beginning until it ends, or until the homes begin anew. */
function openTruth({ seed, truth }: DemoOptions, from: number) {
  let facts = 0
  let messages = 0
  let open = truth !== undefined
  truth?.(truthLines.run(runOf(seed, from, demoHomes)))
  return {
    take(output: ReturnType<ReturnType<typeof createWorld>['step']>[number]): void {
      if (!open) return
      if (output.what === 'message') messages += 1
      if (output.what !== 'fact') return
      facts += 1
      truth?.(truthLines.fact(output.fact))
    },
    end(at: number): void {
      if (open) truth?.(truthLines.end({ at, facts, messages }))
      open = false
    },
  }
}

const createDemo = (seed: number, startAt: number): World =>
  createWorld(demoHomes, { seed, startAt, director: demoEvents(demoHomes, { seed, startAt }) })

async function live(options: DemoOptions, fleet: Fleet): Promise<void> {
  const { clock, seed, signal, log } = options
  const begin = () => createDemo(seed, clock.now())
  let world = begin()
  let last = clock.now()
  const truth = openTruth(options, last)
  while (!signal.aborted) {
    await clock.sleep(TICK, signal)
    const now = clock.now()
    if (Math.abs(now - last) > JUMP) {
      log('the clock jumped: the homes begin anew, and the truth ends where it was')
      truth.end(last)
      world = begin()
    }
    last = now
    for (const output of world.step(now)) {
      truth.take(output)
      fleet.carry(output)
      const line = signalLine(output)
      if (line) log(line)
    }
  }
  truth.end(last)
}

/**
 * Registers the demo homes where they are absent, connects every device and lets the homes live until `signal` aborts;
 * resolves when all connections are closed. Rejects where the API refuses the registry.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const tokens = await register(options, demoRecords).catch((error: unknown) => {
    if (!options.signal.aborted) throw error
  })
  if (!tokens) return
  const fleet = fleetOf(options, tokens)
  const devices = demoRecords.devices.length
  options.log(`${devices} devices in ${demoHomes.length} homes are alive (seed ${options.seed})`)
  await live(options, fleet)
  await fleet.close()
}
