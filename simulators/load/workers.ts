import { type ChildProcess, fork } from 'node:child_process'
import { emptyTally, sumOf } from './account.ts'
import type { Emergency, FromWorker, Share, Tally, ToWorker } from './messages.ts'

/** The processes of a load, one for each share of the homes. */
export type Workers = {
  pids(): number[]
  script(emergencies: readonly Emergency[]): void
  storm(): void
  /** Resolves when every worker has come to rest or has ended by itself. */
  rest(withinMs: number): Promise<void>
  /** All together, as last told. */
  tally(): Tally
  giveToken(device: string, token: string | undefined): void
  close(): Promise<void>
}

export type WorkersOptions = {
  shares: readonly Share[]
  /** What a worker says beside its tallies. */
  hear(message: FromWorker): void
  /** A worker failed or ended by itself; a sentence. */
  onTrouble(sentence: string): void
}

const program = new URL('./worker.ts', import.meta.url)

type Worker = { child: ChildProcess; tally: Tally; homes: ReadonlySet<string>; rested: PromiseWithResolvers<void> }

/** `homesOf` names the homes of a share, so that each emergency finds its worker. */
export function startWorkers(options: WorkersOptions & { homesOf(share: Share): string[] }): Workers {
  const workers = options.shares.map(start)
  let closing = false

  function start(share: Share): Worker {
    const worker: Worker = {
      child: fork(program, { serialization: 'advanced' }),
      tally: emptyTally(),
      homes: new Set(options.homesOf(share)),
      rested: Promise.withResolvers(),
    }
    worker.child.on('message', (message: FromWorker) => hear(worker, message))
    worker.child.on('exit', (code, signal) => {
      worker.rested.resolve()
      if (!closing) options.onTrouble(`a process of the load ended by itself (${signal ?? `exit code ${code}`})`)
    })
    tell(worker, { do: 'open', share })
    return worker
  }

  function hear(worker: Worker, message: FromWorker): void {
    // Connections that end because they are closed are not to be told as lost.
    if ((message.said === 'tally' && !closing) || message.said === 'rested') worker.tally = message.tally
    if (message.said === 'rested') worker.rested.resolve()
    if (message.said === 'failed') options.onTrouble(`a process of the load failed: ${message.why}`)
    options.hear(message)
  }

  function tell({ child }: Worker, message: ToWorker): void {
    // Between its end and our hearing of it, a process cannot be told anything.
    if (child.connected) child.send(message, () => {})
  }
  const tellAll = (message: ToWorker): void => {
    for (const worker of workers) tell(worker, message)
  }

  return {
    pids: () => workers.flatMap(({ child }) => child.pid ?? []),
    script(emergencies) {
      for (const worker of workers)
        tell(worker, { do: 'script', emergencies: emergencies.filter(({ home }) => worker.homes.has(home)) })
    },
    storm: () => tellAll({ do: 'storm' }),
    async rest(withinMs) {
      tellAll({ do: 'rest', withinMs })
      await Promise.all(workers.map(({ rested }) => rested.promise))
    },
    tally: () => sumOf(workers.map(({ tally }) => tally)),
    giveToken: (device, token) => tellAll({ do: 'token', device, token }),
    async close() {
      closing = true
      await Promise.all(
        workers.map(async (worker) => {
          if (worker.child.exitCode !== null || worker.child.signalCode !== null) return
          const gone = new Promise((resolve) => worker.child.once('exit', resolve))
          tell(worker, { do: 'close' })
          await gone
        }),
      )
    },
  }
}
