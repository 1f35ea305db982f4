import { cpus } from 'node:os'
import { type Account, settleAccount } from './account.ts'
import { type Lag, untilDrained, watchLag } from './consumers.ts'
import { syncMs } from './disk.ts'
import { registerFleet } from './fleet.ts'
import { type IdleResult, measureIdle } from './idle.ts'
import { type Load, type LoadResult, startLoad } from './load.ts'
import type { EventTimes } from './load_messages.ts'
import { READINGS_PER_MESSAGE } from './packets.ts'
import type { Span } from './profile.ts'
import { openSeams, type Seams } from './seams.ts'
import { openSosProbe, type ProbeResult, type SosProbe } from './sos_probe.ts'
import { type System, type SystemOptions, startSystem } from './system.ts'
import { countTickets, type TicketCount } from './tickets.ts'
import { countUsage, type Named, type ProcessUse } from './usage.ts'

/** The question: how much does the whole way from socket to ticket and telemetry carry, and does an SOS notice the load? */
export type PipelineOptions = SystemOptions & {
  devices: number
  /** Messages a second over all devices; 0: as many as are acknowledged. */
  rate: number
  seconds: number
  /** Messages that a device sends before it waits for an acknowledgement. */
  window: number
  /** How long SOS are pressed before the load, for the comparison, s. */
  unloaded: number
  /** Idle connections for the memory figure; 0: leave it out. */
  idle: number
}

export type PipelineFigures = {
  machine: { processors: number; model: string; node: string; sync_ms: number }
  options: PipelineOptions
  load: LoadResult
  loadSeconds: number
  /** When the load ran, for the profiles. */
  span: Span
  loadProcesses: number
  connectSeconds: number
  /** From the first message until everything was stored; undefined where a consumer stood still. */
  drainedSeconds: number | undefined
  storedReadings: number
  lag: Lag
  sosIdle: ProbeResult
  sosLoad: ProbeResult
  processes: Named[]
  /** What the processes used while only SOS were pressed, and from the beginning of the load until all was stored. */
  useIdle: ProcessUse[]
  use: ProcessUse[]
  idle: IdleResult | undefined
  account: Account
  tickets: TicketCount
}

/** Homes whose pendants are pressed, in turn. */
const PENDANTS = 100
/** A consumer that stands still for this long while it has a backlog is taken for stuck, ms. */
const STALLED = 30_000
/** Event times begin this long before the run, so that none comes to lie in the future however fast the load is. */
const BEFORE_MS = 3_600_000

type Say = (line: string) => void
type Bench = { options: PipelineOptions; system: System; seams: Seams; say: Say }

const timesOf = ({ devices, rate }: PipelineOptions): EventTimes => ({
  base: Date.now() - BEFORE_MS,
  step: rate > 0 ? Math.max(1, Math.floor((devices / rate) * 1_000)) : 1,
})

async function openProbe({ system, seams }: Bench): Promise<SosProbe> {
  const pendants = await registerFleet(seams.store, 'pendant', PENDANTS, 1)
  const { mqttPort: port, httpUrl, adminToken } = system
  return openSosProbe({ port, httpUrl, adminToken, pendants })
}

function brokerPid({ processes }: System): number {
  const broker = processes.find(({ name }) => name.split('+').includes('broker'))
  if (!broker) throw new Error('there is no broker process')
  return broker.pid
}

async function idleFigures({ options, system, seams, say }: Bench): Promise<IdleResult | undefined> {
  if (options.idle === 0) return undefined
  say(`opening ${options.idle} idle connections`)
  return measureIdle(seams.store, { count: options.idle, port: system.mqttPort, brokerPid: brokerPid(system) })
}

const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1_000n)

async function underLoad({ options, system, seams, say }: Bench, load: Load, probe: SosProbe) {
  const watch = watchLag(seams.journal, seams.store)
  const usage = await countUsage(system.processes)
  const start = monotonicMicros()
  const seconds = () => (monotonicMicros() - start) / 1e6
  say(`load of ${options.seconds} s, ${load.processes} load process(es)`)
  const stopPressing = new AbortController()
  const pressing = probe.press(stopPressing.signal)
  const result = await load.run({ rate: options.rate, seconds: options.seconds }).finally(() => stopPressing.abort())
  const loadSeconds = seconds()
  const sosLoad = await pressing
  say('waiting until everything is stored')
  const drained = await untilDrained(seams.journal, seams.store, STALLED)
  const drainedSeconds = drained ? seconds() : undefined
  await watch.stop()
  const span = { from: start, to: monotonicMicros() }
  return { load: result, loadSeconds, span, drainedSeconds, sosLoad, lag: watch.lag, use: await usage.since() }
}

/** At least the highest sequence number that any device has sent. */
function mostSent({ acknowledged, sent, acked }: LoadResult): number {
  let highest = 0
  for (const { upTo, beyond } of acknowledged.values()) highest = Math.max(highest, upTo + beyond.length)
  return highest + sent - acked
}

async function measure(bench: Bench): Promise<PipelineFigures> {
  const { options, system, seams, say } = bench
  const model = cpus()[0]?.model ?? 'unknown'
  const machine = { processors: cpus().length, model, node: process.version, sync_ms: await syncMs(system.data) }
  const idle = await idleFigures(bench)
  const probe = await openProbe(bench)
  say(`pressing SOS for ${options.unloaded} s without load`)
  const unloaded = await countUsage(system.processes)
  const sosIdle = await probe.press(AbortSignal.timeout(options.unloaded * 1_000))
  const useIdle = await unloaded.since()
  say(`registering and connecting ${options.devices} devices`)
  const identities = await registerFleet(seams.store, 'device', options.devices)
  const times = timesOf(options)
  const load = await startLoad({ port: system.mqttPort, identities, window: options.window, times })
  try {
    const loaded = await underLoad(bench, load, probe)
    say('comparing what was acknowledged with what is stored')
    const account = await settleAccount(seams.telemetry, loaded.load.acknowledged, times, mostSent(loaded.load))
    const tickets = await countTickets(system.httpUrl, system.adminToken, probe.homesAcked())
    const storedReadings = account.stored * READINGS_PER_MESSAGE
    const { processes: loadProcesses, connectSeconds } = load
    const { processes } = system
    return {
      machine,
      options,
      ...loaded,
      processes,
      loadProcesses,
      connectSeconds,
      storedReadings,
      sosIdle,
      useIdle,
      idle,
      account,
      tickets,
    }
  } finally {
    await load.close()
    await probe.close()
  }
}

/** What is wrong with a run, in sentences; none where every promise was kept. */
export function faultsOf({ account, tickets, sosIdle, sosLoad, load, drainedSeconds }: PipelineFigures): string[] {
  const faults: [count: number, text: string][] = [
    [account.missing, 'messages were acknowledged and are not stored'],
    [account.duplicated, 'messages are stored more than once'],
    [account.foreign, 'points are stored that nobody sent'],
    [sosIdle.unseen + sosLoad.unseen, 'SOS were never shown as a live event'],
    [tickets.wrong, 'homes have not exactly one ticket'],
    [load.lost, 'connections broke'],
    [load.strange, 'acknowledgements fit no message'],
    [load.unanswered, 'messages were never acknowledged'],
    [drainedSeconds === undefined ? 1 : 0, 'consumer stood still before it had worked everything'],
  ]
  return faults.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`)
}

/** Starts the real processes on an empty data folder, loads them, compares, and takes everything away again. */
export async function runPipeline(options: PipelineOptions, say: Say, signal: AbortSignal): Promise<PipelineFigures> {
  say('starting Vigil on an empty data folder')
  const system = await startSystem(options)
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new Error('stopped by hand'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    const seams = await openSeams({ data: system.data, influx: options.influx, database: options.database })
    try {
      return await Promise.race([measure({ options, system, seams, say }), stopped])
    } finally {
      await seams.close()
    }
  } finally {
    await system.stop()
  }
}
