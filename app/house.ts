import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { type State, startAdmin } from './admin.ts'
import type { Config } from './config.ts'
import { sentenceOf } from './fault.ts'
import { openClock } from './house_clock.ts'
import { createLog } from './log.ts'
import { keepMappings, mappingsFolder } from './mappings.ts'
import { type Claim, claim, type Ports, type ProcessName } from './runtime.ts'
import { ownAdminToken } from './secrets.ts'

/** What a process of the house is given. `signal` aborts when it is to stop. */
export type House = { config: Config; clock: Clock; log: Logger; adminToken: string; signal: AbortSignal }

/**
 * A room at work. `close` finishes what is on its way and resolves when nothing of it runs any more. `state` tells the api
 * what is in it now, where that is not in the store.
 */
export type Room = { ports: Ports; state?: State; close(): Promise<void> }

/** What a process tells its supervisor, once. */
export type Report = { ready: Ports } | { failed: string }

/** The supervisor gives a process 4 s to go and itself 1 s more: Ctrl-C is over within 5 s. */
export const closeWithinMs = 4_000

/**
 * The whole life of one process: takes its places, opens its rooms, tells where it listens, and closes on SIGTERM,
 * on Ctrl-C, or when the channel to its supervisor closes, which it does too when the supervisor was killed.
 */
export async function liveAs(
  names: ProcessName[],
  config: Config,
  open: (house: House) => Promise<Room>,
): Promise<never> {
  const name = names.join('+')
  process.title = `vigil ${name}`
  const log = createLog({ process: name, level: config.log })
  const signal = untilStopped()
  dieLoudly(log)
  try {
    const clock = openClock(config, name)
    const claims = await claimAll(config.data, names)
    await keepMappings({ folder: mappingsFolder(config.data), clock, log, signal })
    const house = { config, clock, log, adminToken: await ownAdminToken(config), signal }
    const room = await open(house)
    const admin = await startAdmin(name, { clock, state: room.state })
    const ports = { ...room.ports, admin: admin.port }
    for (const place of claims) await place.publish(config.host, ports)
    report({ ready: ports }, `${name} is up: ${inWords(ports)}`)
    await aborted(signal)
    const cancel = clock.after(closeWithinMs, () => process.exit(1))
    await Promise.all([room.close(), admin.close()])
    for (const place of claims) await place.release()
    cancel()
  } catch (error) {
    if (!signal.aborted) await fail(error, log)
  }
  process.exit(0)
}

/** Aborts when this process is to stop. Under a supervisor Ctrl-C is the supervisor's: it reaches the whole group. */
export function untilStopped(): AbortSignal {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  const supervised = process.send !== undefined
  process.on('SIGTERM', stop)
  process.on('SIGINT', supervised ? () => {} : stop)
  process.on('SIGHUP', supervised ? () => {} : stop)
  process.on('disconnect', stop)
  // The supervisor may have gone before we listened.
  if (supervised && !process.connected) stop()
  return stopping.signal
}

/** A fault that nobody caught leaves a state that nobody knows: the process ends, and the supervisor starts it anew. */
function dieLoudly(log: Logger): void {
  const die = (err: unknown) => {
    log.fatal({ err }, 'ended by a fault that nobody caught')
    process.exit(1)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}

async function claimAll(data: string, names: ProcessName[]): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const name of names) claims.push(await claim(data, name))
  return claims
}

function report(message: Report, line: string): void {
  if (process.connected) process.send?.(message)
  else if (!process.send) process.stdout.write(`${line}\n`)
}

/** Says why it could not start, to the supervisor or on stderr, and ends. What is in the channel at the exit is lost. */
async function fail(error: unknown, log: Logger): Promise<never> {
  const sentence = sentenceOf(error)
  if (!sentence) log.fatal({ err: error }, 'could not start')
  const failed = sentence ?? `It could not start: ${error instanceof Error ? error.message : String(error)}`
  if (process.connected) await new Promise((sent) => process.send?.({ failed } satisfies Report, sent))
  else process.stderr.write(`vigil: ${failed}\n`)
  process.exit(1)
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const inWords = (ports: Ports): string =>
  Object.entries(ports)
    .map(([what, port]) => `${what} on port ${port}`)
    .join(', ')
