import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { listRunning } from '../../app/runtime.ts'
import { Latencies } from '../../simulators/load/latencies.ts'
import { openSeams } from '../pipeline/seams.ts'
import { type System, startSystem } from '../pipeline/system.ts'
import { residentBytes } from '../pipeline/usage.ts'
import type { Bot, Counts } from './attacker.ts'
import type { AttackName } from './attacks.ts'
import { registerDevices } from './devices.ts'
import { type Honest, openHonest, type Way, ways } from './honest.ts'
import type { Order } from './worker.ts'

/** The question: does an SOS get through while somebody attacks, and does Vigil stand? */
export type AttackOptions = {
  attacks: readonly AttackName[]
  /** Of each attack, unless its packets are sent before. */
  seconds: number
  /** Packets of the two fuzzing attacks together; they go on until all are sent, for `fuzzSeconds` each at most. */
  packets: number
  seed: number
  /** Between two honest presses, ms. */
  everyMs: number
}

/** Milliseconds; null where nothing was measured. */
export type Quantiles = { presses: number; p50: number | null; p99: number | null; max: number | null }

export type Step = Counts & { name: string; seconds: number; sos: Quantiles; brokerBytes: number }

export type AttackFigures = {
  options: AttackOptions
  /** First a while without any attack, then each attack. */
  steps: Step[]
  sos: Quantiles
  ways: Record<Way, Quantiles>
  /** Presses that are on no ticket. */
  lost: string[]
  /** Of the broker, at most, looked at every 100 ms. */
  brokerBytes: number
  /** Processes that are not those that were started. */
  restarted: string[]
}

/** Homes of the honest devices: each is pressed so rarely that its ticket shows every press. */
const HONEST = 60
const BOTS = 20
const FUZZ_SECONDS = 900
const LOOK_EVERY = 100
const CALM_SECONDS = 3
/** How long the last presses may take, ms. */
const SEEN_WITHIN = 60_000
/** Devices that are known may connect only so often, so most packets come from others. */
const shares: Partial<Record<AttackName, number>> = { 'fuzz, unknown': 0.9, 'fuzz, logged in': 0.1 }
function shareOf(attacks: readonly AttackName[], attack: AttackName): number {
  const all = attacks.reduce((sum, one) => sum + (shares[one] ?? 0), 0)
  return (shares[attack] ?? 0) / all
}
const isFuzz = (name: AttackName): boolean => name.startsWith('fuzz')

type Say = (line: string) => void

export async function runAttacks(options: AttackOptions, say: Say): Promise<AttackFigures> {
  const system = await startSystem()
  try {
    const seams = await openSeams({ data: system.data })
    const devices = await registerDevices(seams.store, 'honest', HONEST)
    const bots = await registerDevices(seams.store, 'bot', BOTS)
    await seams.close()
    const honest = await openHonest({ ...system, devices, everyMs: options.everyMs })
    return await measure({ options, system, honest, bots, say })
  } finally {
    await system.stop()
  }
}

type Bench = { options: AttackOptions; system: System; honest: Honest; bots: Bot[]; say: Say }

async function measure(bench: Bench): Promise<AttackFigures> {
  const { options, system, honest, say } = bench
  const watch = watchMemory(brokerPid(system))
  const all = new Map(ways.map((way) => [way, { pressed: 0, latencies: new Latencies() }]))
  const steps: Step[] = []

  async function step(name: string, work: () => Promise<Counts>): Promise<void> {
    say(name)
    const start = performance.now()
    watch.take()
    const counts = await work()
    const taken = honest.take()
    for (const way of ways) add(all.get(way)!, taken[way])
    const seconds = (performance.now() - start) / 1_000
    steps.push({ name, ...counts, seconds, sos: quantilesOf(ways.map((way) => taken[way])), brokerBytes: watch.take() })
  }

  say('warming up')
  await calm(CALM_SECONDS)
  honest.take()
  await step('nobody attacks', () => calm(CALM_SECONDS))
  for (const attack of options.attacks) await step(attack, () => carryOut(bench, attack))
  const lost = await honest.finish(SEEN_WITHIN)
  await step('the last presses', () => calm(0))
  const restarted = await restartedOf(system)
  watch.stop()
  const attacked = [...all.values()]
  return {
    options,
    steps,
    sos: quantilesOf(attacked),
    ways: Object.fromEntries([...all].map(([way, presses]) => [way, quantilesOf([presses])])) as Record<Way, Quantiles>,
    lost,
    brokerBytes: Math.max(...steps.map(({ brokerBytes }) => brokerBytes)),
    restarted,
  }
}

const nothing: Counts = { connections: 0, packets: 0, bytes: 0 }
const calm = (seconds: number): Promise<Counts> =>
  new Promise((resolve) => setTimeout(() => resolve(nothing), seconds * 1_000))

/** In a process of its own, which the system lets go last: the attackers of the world do not sit on this machine. */
async function carryOut({ options, system, bots }: Bench, attack: AttackName): Promise<Counts> {
  const child = fork(new URL('./worker.ts', import.meta.url), { serialization: 'advanced' })
  if (child.pid !== undefined) setPriority(child.pid, 10)
  const order: Order = {
    attack,
    seed: options.seed,
    mqttPort: system.mqttPort,
    httpPort: Number(new URL(system.httpUrl).port),
    bots: bots.map(({ device, token }) => ({ device, token })),
    packets: isFuzz(attack) ? Math.ceil(options.packets * shareOf(options.attacks, attack)) : Number.POSITIVE_INFINITY,
    seconds: isFuzz(attack) ? FUZZ_SECONDS : options.seconds,
  }
  const answer = once(child, 'message')
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${attack}: the attackers ended with ${code}`)),
  )
  child.send(order)
  const [counts] = (await Promise.race([answer, ended])) as [Counts]
  ended.catch(() => {})
  return counts
}

function brokerPid({ processes }: System): number {
  const broker = processes.find(({ name }) => name.split('+').includes('broker'))
  if (!broker) throw new Error('there is no broker process')
  return broker.pid
}

/** The most since the last look. */
function watchMemory(pid: number): { take(): number; stop(): void } {
  let most = 0
  const look = () =>
    void residentBytes(pid).then(
      (bytes) => {
        most = Math.max(most, bytes)
      },
      () => {},
    )
  const looking = setInterval(look, LOOK_EVERY)
  return {
    take() {
      const taken = most
      most = 0
      return taken
    },
    stop: () => clearInterval(looking),
  }
}

async function restartedOf({ data, processes }: System): Promise<string[]> {
  const pids = new Set((await listRunning(data)).map(({ pid }) => pid))
  return processes.filter(({ pid }) => !pids.has(pid)).map(({ name }) => name)
}

type Presses = { pressed: number; latencies: Latencies }

function add(sum: Presses, { pressed, latencies }: Presses): void {
  sum.pressed += pressed
  sum.latencies.merge(latencies.toCounts())
}

function quantilesOf(all: readonly Presses[]): Quantiles {
  const sum: Presses = { pressed: 0, latencies: new Latencies() }
  for (const presses of all) add(sum, presses)
  const { latencies } = sum
  const quantile = (q: number): number | null => latencies.quantile(q) ?? null
  return {
    presses: sum.pressed,
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: latencies.count > 0 ? latencies.max : null,
  }
}
