import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, isoTime } from '../../domain/clock.ts'
import { topicOf } from '../../domain/topics.ts'
import { countDevices, type HomePlan, type Output } from '../home/home.ts'
import { DAY, HOUR } from '../life/calendar.ts'
import { runOf, truthLines } from '../truth.ts'
import { chanceEvents } from '../world/eventful.ts'
import { madeUpHomes } from '../world/made_up.ts'
import { createWorld, type World } from '../world/world.ts'
import { type LineFile, openLineFile } from './line_file.ts'

export type OfflineOptions = {
  /** Takes messages.jsonl and truth.jsonl; made where absent. */
  folder: string
  /** Epoch ms and days of simulated time. */
  from: number
  days: number
  homes: number
  seed: number
  /** So many times the usual rate of what happens by chance; 0: nothing ever does. */
  eventful: number
  /** So many times as fast as life; Infinity: as fast as it goes. */
  speed: number
  clock: Clock
  signal: AbortSignal
  /** Called now and then with what is written so far. */
  onProgress(account: OfflineAccount): void
}

/** What is written. `simulated` and `took` in ms, of simulated and of real time. */
export type OfflineAccount = {
  homes: number
  devices: number
  messages: number
  bytes: number
  facts: number
  simulated: number
  took: number
}

/** At most so many hours of all homes together are in memory before they are written. */
const HOURS_AT_ONCE = 4
const PROGRESS_EVERY = 2_000
/** At a pace the homes are looked at this often, ms of real time. */
const TICK = 200
/** Nothing else gets a turn for so long, ms. */
const TURN = 50

/** One line of messages.jsonl; `at` is true time, the payload has the device's own. */
const messageLine = ({ at, device, message }: Extract<Output, { what: 'message' }>): string =>
  JSON.stringify({
    at: isoTime(at),
    device: device.id,
    topic: topicOf(device.id, message.kind),
    payload: message.payload,
  })

type Files = { messages: LineFile; truth: LineFile }

async function openFiles({ folder, seed, from }: OfflineOptions, plans: readonly HomePlan[]): Promise<Files> {
  await mkdir(folder, { recursive: true })
  const truth = await openLineFile(join(folder, 'truth.jsonl'))
  const messages = await openLineFile(join(folder, 'messages.jsonl')).catch(async (error: unknown) => {
    await truth.discard()
    throw error
  })
  truth.write(truthLines.run(runOf(seed, from, plans)))
  return { messages, truth }
}

/** Lets the world live to `until` and writes what comes out; waits where the files do not keep up. */
async function writeUntil(
  world: World,
  until: number,
  { messages, truth }: Files,
  account: OfflineAccount,
): Promise<void> {
  for (const output of world.step(until)) {
    if (output.what === 'message') {
      messages.write(messageLine(output))
      account.messages += 1
    } else if (output.what === 'fact') {
      truth.write(truthLines.fact(output.fact))
      account.facts += 1
    }
  }
  account.bytes = messages.bytes() + truth.bytes()
  await Promise.all([messages.ready(), truth.ready()])
}

/** Where the simulated time may be by now, at the pace asked for. */
const allowed = ({ speed, clock, from }: OfflineOptions, began: number): number =>
  speed === Number.POSITIVE_INFINITY ? speed : from + (clock.now() - began) * speed

/** Calls back now and then while work goes on, and gives others a turn. */
function createPulse({ clock, signal, onProgress }: OfflineOptions, account: OfflineAccount) {
  let told = clock.now()
  let turned = told
  return async (isWaiting: boolean): Promise<void> => {
    if (clock.now() - told >= PROGRESS_EVERY) {
      told = clock.now()
      onProgress({ ...account })
    }
    if (!isWaiting && clock.now() - turned < TURN) return
    await clock.sleep(isWaiting ? TICK : 0, signal)
    turned = clock.now()
  }
}

async function live(options: OfflineOptions, world: World, files: Files, account: OfflineAccount): Promise<void> {
  const { from, days, homes, clock, signal } = options
  const began = clock.now()
  const end = from + days * DAY
  const piece = Math.min(HOUR, Math.ceil((HOURS_AT_ONCE * HOUR) / homes))
  const pulse = createPulse(options, account)
  for (let at = from; at < end && !signal.aborted; at = from + account.simulated) {
    const until = Math.floor(Math.min(end, at + piece, allowed(options, began)))
    await writeUntil(world, until, files, account)
    account.simulated = until - from
    account.took = clock.now() - began
    await pulse(until < Math.min(end, at + piece))
  }
}

/**
 * Lets homes live without anybody connected, and writes what their devices say and what really happened. The same
 * options give the same files, byte for byte. An abort ends it early, with whole lines and the truth's last line.
 */
export async function runOffline(options: OfflineOptions): Promise<OfflineAccount> {
  const { seed, from, homes, eventful } = options
  const plans = madeUpHomes(seed, homes)
  const director = chanceEvents(plans, { seed, startAt: from, factor: eventful })
  const account: OfflineAccount = {
    homes,
    devices: countDevices(plans),
    messages: 0,
    bytes: 0,
    facts: 0,
    simulated: 0,
    took: 0,
  }
  const files = await openFiles(options, plans)
  try {
    await live(options, createWorld(plans, { seed, startAt: from, director }), files, account)
    const { simulated, facts, messages } = account
    files.truth.write(truthLines.end({ at: from + simulated, facts, messages }))
  } finally {
    await Promise.all([files.messages.close(), files.truth.close()])
  }
  return { ...account, bytes: files.messages.bytes() + files.truth.bytes() }
}
