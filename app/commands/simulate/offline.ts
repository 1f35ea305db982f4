import { resolve } from 'node:path'
import { systemClock } from '../../../domain/clock.ts'
import { atLocal, DAY, localDay } from '../../../simulators/life/calendar.ts'
import { type OfflineAccount, type OfflineOptions, runOffline } from '../../../simulators/offline/offline.ts'
import { Fault, throwForPeople } from '../../fault.ts'
import { untilStopped } from '../../house.ts'

/** `from`: a day, YYYY-MM-DD; `speed`: times life. */
export type OfflineCommand = {
  out: string
  days: number
  from?: string
  homes: number
  seed: number
  speed: number
  eventful: number
}

/** `vigil simulate --out FOLDER`: homes live without anybody connected, and what they say is written to files. */
export async function simulateOffline(command: OfflineCommand): Promise<void> {
  process.title = 'vigil simulate'
  const from = beginOf(command)
  const folder = resolve(command.out)
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  say(
    `seed ${command.seed}, ${command.homes} homes, ${command.days} days from ${dayText(from)} (UTC+8), into ${folder}`,
  )
  const options: OfflineOptions = {
    ...command,
    from,
    folder,
    clock: systemClock,
    signal: untilStopped(),
    onProgress: (account) => say(progressLine(account)),
  }
  const account = await runOffline(options).catch(throwForPeople)
  for (const line of accountLines(account)) say(line)
}

/** As told; else so that the days end with the last midnight. */
function beginOf({ from, days }: OfflineCommand): number {
  if (from === undefined) return atLocal(localDay(systemClock.now()) - days, 0)
  const day = /^\d{4}-\d\d-\d\d$/.test(from) ? Date.parse(`${from}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== from)
    throw new Fault(`--from ${from} is no day: write it as 2026-03-01.`)
  return atLocal(day / DAY, 0)
}

const dayText = (at: number): string => new Date(localDay(at) * DAY).toISOString().slice(0, 10)
const number = (value: number): string => Math.round(value).toLocaleString('en-US')

const progressLine = ({ simulated, messages, bytes }: OfflineAccount): string =>
  `  ${(simulated / DAY).toFixed(2)} days: ${number(messages)} messages, ${megabytes(bytes)}`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** The final account, for people. */
export function accountLines({ homes, devices, messages, bytes, facts, simulated, took }: OfflineAccount): string[] {
  const days = simulated / DAY
  return [
    `${number(homes)} homes with ${number(devices)} devices lived ${days.toFixed(1)} days`,
    `${number(messages)} messages, ${number(facts)} facts, ${megabytes(bytes)}`,
    `${(took / 1_000).toFixed(1)} s, ${number(simulated / Math.max(1, took))} times as fast as life`,
  ]
}
