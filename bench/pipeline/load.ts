import { type ChildProcess, fork } from 'node:child_process'
import { Latencies } from '../../simulators/load/latencies.ts'
import type { EventTimes, FromWorker, Identity, LoadPlan, ToWorker, WorkerResult } from './load_messages.ts'
import type { Acknowledged } from './publisher.ts'
import type { Pace } from './schedule.ts'

/** Sockets of one load process, well below the usual limits of open files. */
const SOCKETS_PER_PROCESS = 10_000

export type LoadOptions = { port: number; identities: readonly Identity[]; window: number; times: EventTimes }

export type LoadResult = {
  sent: number
  acked: number
  /** What every device knows to be acknowledged. */
  acknowledged: Map<string, Acknowledged>
  /** Acknowledgements that fit no message. */
  strange: number
  /** Connections that broke. */
  lost: number
  unanswered: number
  /** From write to PUBACK. */
  latencies: Latencies
  /** Busiest load process, 0 to 1. */
  busy: number
}

export type Load = {
  processes: number
  /** How long it took until all devices were connected, s. */
  connectSeconds: number
  /** Pids of the load processes. */
  pids: number[]
  /** Messages acknowledged so far. */
  acked(): number
  run(pace: Pace): Promise<LoadResult>
  close(): Promise<void>
}

class Worker {
  readonly child: ChildProcess
  acked = 0
  private waiting: { resolve(message: FromWorker): void; reject(error: Error): void } | undefined

  constructor() {
    this.child = fork(new URL('./load_worker.ts', import.meta.url), { serialization: 'advanced' })
    this.child.on('message', (message: FromWorker) => this.hear(message))
    this.child.on('exit', (code) =>
      this.waiting?.reject(new Error(`a load process ended by itself (exit code ${code})`)),
    )
  }

  /** Says something and resolves with what the worker answers to it. */
  ask(message: ToWorker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.child.send(message)
    })
  }

  close(): Promise<void> {
    this.waiting = undefined
    if (!this.child.connected) return Promise.resolve()
    return new Promise((resolve) => {
      this.child.once('exit', () => resolve())
      this.child.send({ do: 'close' } satisfies ToWorker)
    })
  }

  private hear(message: FromWorker): void {
    if (message.said === 'progress') this.acked = message.acked
    else if (message.said === 'failed') this.waiting?.reject(new Error(`the load failed: ${message.why}`))
    else this.waiting?.resolve(message)
  }
}

function plansOf({ port, identities, window, times }: LoadOptions): LoadPlan[] {
  const count = Math.max(1, Math.ceil(identities.length / SOCKETS_PER_PROCESS))
  const share = Math.ceil(identities.length / count)
  return Array.from({ length: count }, (_, n) => ({
    port,
    identities: identities.slice(n * share, (n + 1) * share),
    firstIndex: n * share,
    window,
    times,
  }))
}

function mergeResults(results: WorkerResult[]): LoadResult {
  const latencies = new Latencies()
  for (const result of results) latencies.merge(result.latencies)
  const acknowledged = new Map(results.flatMap((result) => Object.entries(result.acknowledged)))
  const sum = (of: (result: WorkerResult) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    sent: sum(({ sent }) => sent),
    acked: [...acknowledged.values()].reduce((total, { upTo, beyond }) => total + upTo + beyond.length, 0),
    acknowledged,
    strange: sum(({ strange }) => strange),
    lost: sum(({ lost }) => lost),
    unanswered: sum(({ unanswered }) => unanswered),
    latencies,
    busy: Math.max(...results.map(({ busy }) => busy)),
  }
}

async function runAll(workers: Worker[], plans: LoadPlan[], { rate, seconds }: Pace): Promise<LoadResult> {
  const devices = plans.reduce((total, { identities }) => total + identities.length, 0)
  const answers = await Promise.all(
    workers.map((worker, n) => {
      const share = plans[n]!.identities.length / devices
      return worker.ask({ do: 'run', pace: { rate: rate * share, seconds } })
    }),
  )
  return mergeResults(answers.map((answer) => (answer as FromWorker & { said: 'result' }).result))
}

/** Starts the load processes and connects every device; rejects where one is refused. `close` must be called. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const plans = plansOf(options)
  const workers = plans.map(() => new Worker())
  const close = async () => void (await Promise.all(workers.map((worker) => worker.close())))
  try {
    const connected = await Promise.all(workers.map((worker, n) => worker.ask({ do: 'connect', plan: plans[n]! })))
    return {
      processes: workers.length,
      connectSeconds: Math.max(...connected.map((answer) => (answer.said === 'connected' ? answer.seconds : 0))),
      pids: workers.flatMap(({ child }) => child.pid ?? []),
      acked: () => workers.reduce((total, { acked }) => total + acked, 0),
      run: (pace) => runAll(workers, plans, pace),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
