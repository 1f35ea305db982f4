import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../domain/clock.ts'
import { Fault } from './fault.ts'
import type { Report } from './house.ts'
import type { Ports } from './runtime.ts'

/** What is needed of a child process; `node:child_process` gives it. */
export type Process = {
  on(event: 'message', listen: (message: unknown) => void): unknown
  on(event: 'exit', listen: (code: number | null, signal: string | null) => void): unknown
  /** Closes the channel: the order to stop. */
  disconnect(): void
  kill(signal: 'SIGKILL'): unknown
}

/**
 * A spawned process as it is needed here. One that could not even begin (no memory, too many processes) tells so by
 * another event; here it has ended like any other, and is tried again.
 */
export function asProcess(child: ChildProcess): Process {
  let notBegun = (_code: null, _how: string): void => {}
  child.on('error', (error: NodeJS.ErrnoException) => child.pid === undefined && notBegun(null, error.code ?? 'error'))
  return {
    on(event: 'message' | 'exit', listen: (...args: never[]) => void) {
      if (event === 'exit') notBegun = listen as typeof notBegun
      return child.on(event, listen as () => void)
    },
    disconnect: () => void (child.connected && child.disconnect()),
    kill: (signal) => child.kill(signal),
  }
}

export type ChildOptions = {
  name: string
  /** Starts the process. `last` is where it listened before, so that it comes back to the same ports. */
  spawn(last: Ports | undefined): Process
  clock: Clock
  /** Takes one line for people. */
  say(line: string): void
}

export type Child = {
  /** Resolves when it is up for the first time; rejects with the sentence that it gave where it never came up. */
  ready: Promise<Ports>
  /** Orders it to stop, kills it after `withinMs`, and resolves when it is gone. */
  stop(withinMs: number): Promise<void>
}

/** How long to wait before each start after a crash: at once the first time, because an SOS may be waiting. */
const pausesMs = [0, 200, 500, 1_000, 2_000]
/** A process that lived this long was well: the next crash is a first one again. */
const wellAfterMs = 30_000

/** Runs a process and starts it again whenever it ends by itself, until it is stopped. */
export function keepRunning(options: ChildOptions): Child {
  const { name, clock, say } = options
  const stopping = new AbortController()
  const first = Promise.withResolvers<Ports>()
  // Who only stops the child does not listen to this promise.
  first.promise.catch(() => {})
  let last: Ports | undefined
  let current: Process | undefined

  /** One life of the process: resolves with the way in which it ended. */
  const live = (): Promise<string> =>
    new Promise((resolve) => {
      const child = options.spawn(last)
      current = child
      child.on('message', (message) => hear(message as Report))
      child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })

  function hear(report: Report): void {
    if ('ready' in report) {
      last = report.ready
      first.resolve(last)
    } else if (last) say(`The ${name} process could not start again. ${report.failed}`)
    else first.reject(new Fault(report.failed))
  }

  async function keep(): Promise<void> {
    let crashes = 0
    while (!stopping.signal.aborted) {
      const began = clock.now()
      const how = await live()
      current = undefined
      if (stopping.signal.aborted) return
      crashes = clock.now() - began >= wellAfterMs ? 1 : crashes + 1
      const pause = pausesMs[Math.min(crashes, pausesMs.length) - 1] ?? 0
      say(`The ${name} process ended unexpectedly (${how}); starting it again${pause ? ` in ${pause / 1_000} s` : ''}.`)
      if (pause) await clock.sleep(pause, stopping.signal)
    }
  }
  const kept = keep()

  return {
    ready: first.promise,
    async stop(withinMs) {
      stopping.abort()
      const cancel = clock.after(withinMs, () => current?.kill('SIGKILL'))
      current?.disconnect()
      await kept
      cancel()
    },
  }
}
