import type { Clock } from '../../../domain/clock.ts'
import { Command, type CommandKind } from '../../../domain/commands.ts'
import { Fault } from '../../fault.ts'
import type { Client } from '../client.ts'
import { inPath, type Told } from '../telling.ts'

/** `expires` in ms. */
export type SendingOptions = { text?: string; expires?: number; wait?: boolean }

/** How often it is asked what became of a command that somebody waits for. */
const askEveryMs = 250

/**
 * Sends a command to a device and tells where it is; with `wait` each state as it comes, until it is answered or has
 * expired. Throws a sentence where it then was not done.
 */
export async function* sendCommand(
  api: Client,
  device: string,
  kind: CommandKind,
  { text, expires, wait = false }: SendingOptions,
  clock: Clock,
): AsyncGenerator<Told> {
  const path = `/devices/${inPath(device)}/commands`
  const asked = { kind, ...(text !== undefined && { text }), ...(expires && { expires_in_s: expires / 1_000 }) }
  let command = await api.post(path, asked, Command)
  yield told(command)
  while (wait && isUnderWay(command, clock.now())) {
    await clock.sleep(askEveryMs)
    const now = await api.get(`${path}/${inPath(command.id)}`, Command)
    if (now.state !== command.state) yield told(now)
    command = now
  }
  if (wait && command.answer?.result !== 'done') throw new Fault(whyNot(command))
}

/** One that is delivered may be answered at any time; after its end nobody waits for that any more. */
const isUnderWay = ({ state, expires_at }: Command, now: number): boolean =>
  state === 'queued' || (state === 'delivered' && now < Date.parse(expires_at))

function told(command: Command): Told {
  const { id, state, queued_at, expires_at, delivered_at, answered_at, answer } = command
  const lines = {
    queued: `${queued_at}  queued as ${id}, until ${expires_at}`,
    delivered: `${delivered_at}  delivered`,
    answered: `${answered_at}  answered: ${answer ? answerLine(answer) : ''}`,
    expired: `${expires_at}  expired`,
  }
  return { answer: command, lines: [lines[state]] }
}

/** The result, and whatever else the device says, but for when. */
function answerLine({ result, detail, at: _, ...more }: NonNullable<Command['answer']>): string {
  const said = Object.entries(more).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [result, detail, ...said].filter(Boolean).join(', ')
}

function whyNot({ device, state, answer }: Command): string {
  if (answer) return `${device} did not do it: ${answer.result}${answer.detail ? `, ${answer.detail}` : ''}.`
  if (state === 'delivered') return `${device} has the command, and has not said what became of it.`
  return `${device} was not there in time: nobody took the command before it expired.`
}
