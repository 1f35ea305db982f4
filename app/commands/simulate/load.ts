import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../domain/clock.ts'
import type { HomePlan } from '../../../simulators/home/home.ts'
import { accountLines, duration, faultsOf } from '../../../simulators/load/account.ts'
import { runLoad } from '../../../simulators/load/load.ts'
import { createScreen, type Screen } from '../../../simulators/load/progress.ts'
import { recordsOf } from '../../../simulators/registry/records.ts'
import { register, rotateToken } from '../../../simulators/registry/register.ts'
import { readTokens, type Tokens } from '../../../simulators/registry/tokens.ts'
import { type Truth, truthLines } from '../../../simulators/truth.ts'
import type { Config } from '../../config.ts'
import { throwForPeople } from '../../fault.ts'
import { untilStopped } from '../../house.ts'
import { connectionsFor, openFilesOf } from '../../open_files.ts'
import { findRunning } from '../../runtime.ts'
import { knownAdminToken } from '../../secrets.ts'
import { addressesOf } from '../addresses.ts'
import { type GivenLines, openLines } from '../files.ts'

/** Durations in ms, counted from the end of the ramp but for the ramp itself. */
export type LoadCommand = {
  homes: number
  rate?: number
  ramp: number
  for?: number
  emergencies: number
  storm?: number
  seed: number
  truth?: string
  mqtt?: string
  http?: string
}

const area = { id: 'load', name: 'Load' }
/** How long the run waits for the last connections, acknowledgements and tickets, each, ms. */
const PATIENCE = 60_000

/** `vigil simulate --homes N`: many homes live against a running Vigil; exit code 1 where something is lost. */
export async function simulateLoad(config: Config, command: LoadCommand): Promise<void> {
  process.title = 'vigil simulate'
  const { stdout } = process
  const screen = createScreen((text) => void stdout.write(text), stdout.isTTY ? stdout.columns : undefined)
  const addresses = await addressesOf(config, command)
  // Opened before the run, which may take hours: its truth must have a place then.
  const truth = command.truth === undefined ? undefined : openLines('--truth', command.truth)
  const signal = untilStopped()
  const api = { httpUrl: addresses.httpUrl, adminToken: await knownAdminToken(config), clock: systemClock, signal }
  await mkdir(config.data, { recursive: true })
  const run = await runLoad({
    ...addresses,
    adminToken: api.adminToken,
    homes: command.homes,
    seed: command.seed,
    rate: command.rate,
    rampMs: command.ramp,
    forMs: command.for,
    stormAtMs: command.storm,
    emergenciesPerMinute: command.emergencies,
    patienceMs: PATIENCE,
    files: await openFilesOf(process.pid),
    register: async (homes) => {
      await warnOfDoor(config, homes, screen)
      return registerHomes(homes, { ...api, statePath: join(config.data, 'load.json') }, screen)
    },
    renewToken: (device) => rotateToken(api, device),
    screen,
    clock: systemClock,
    signal,
  }).catch((error: Error) => (signal.aborted ? undefined : throwForPeople(error)))
  if (!run) return
  for (const line of accountLines(run.account)) screen.note(line)
  if (truth) writeTruth(truth, run.truth)
  if (faultsOf(run.account).length > 0) process.exitCode = 1
}

const connectionsOf = (homes: readonly HomePlan[]): number =>
  homes.reduce((sum, { devices }) => sum + devices.filter(({ transport }) => transport !== 'http').length, 0)

/** Tells before the run where the front door cannot hold all connections. */
async function warnOfDoor(config: Config, homes: readonly HomePlan[], screen: Screen): Promise<void> {
  const broker = await findRunning(config.data, 'broker')
  const files = broker && (await openFilesOf(broker.pid))
  const room = connectionsFor(files)
  const devices = connectionsOf(homes)
  if (room !== undefined && devices > room)
    screen.note(
      `The front door may have ${files} files open, which is room for ${room} of ${devices} devices: start Vigil with a higher limit (ulimit -n, LimitNOFILE=), or give --homes ${Math.floor((homes.length * room) / devices)}.`,
    )
}

type Registering = Parameters<typeof register>[0] & { statePath: string }

/** Registers the homes; an earlier run may have done it all, which its tokens and its last device tell. */
async function registerHomes(homes: readonly HomePlan[], options: Registering, screen: Screen): Promise<Tokens> {
  const records = recordsOf(
    [area],
    homes.map((plan) => ({ plan, area: area.id })),
  )
  const kept = await readTokens(options.statePath)
  const devices = records.devices.map(({ id }) => id)
  if (devices.every((id) => kept[id] !== undefined) && (await isRegistered(devices.at(-1), options))) {
    screen.note(`${devices.length} devices are registered from before`)
    return kept
  }
  const begun = options.clock.now()
  const onProgress = (done: number, of: number) =>
    screen.progress(`registering the devices: ${done} of ${of}`, options.clock.now())
  const tokens = await register({ ...options, onProgress }, records)
  screen.note(`${devices.length} devices are registered, in ${duration(options.clock.now() - begun)}`)
  return tokens
}

async function isRegistered(
  device: string | undefined,
  { httpUrl, adminToken, signal }: Registering,
): Promise<boolean> {
  const url = new URL(`/api/v1/devices/${device}`, httpUrl)
  const answer = await fetch(url, { headers: { authorization: `Bearer ${adminToken}` }, signal }).catch(() => undefined)
  return answer?.ok ?? false
}

function writeTruth(lines: GivenLines, { run, facts, end }: Truth): void {
  lines.write(truthLines.run(run))
  for (const fact of facts) lines.write(truthLines.fact(fact))
  if (end) lines.write(truthLines.end(end))
  lines.close()
}
