import type { Ticket } from '../../domain/ticket.ts'
import { atLocal, DAY, HOUR, localDay, MINUTE, SECOND } from '../../simulators/life/calendar.ts'
import { type Score, scoreOf } from '../../simulators/score/score.ts'
import { tableOf } from '../../simulators/score/table.ts'
import { type Fact, runOf, type Truth } from '../../simulators/truth.ts'
import { chanceEvents } from '../../simulators/world/eventful.ts'
import { madeUpHomes } from '../../simulators/world/made_up.ts'
import { createWorld } from '../../simulators/world/world.ts'
import { policy } from './dispatcher.ts'
import { openFold } from './fold.ts'

/** What does Vigil find of what happens to made-up people? */

/** `eventful`: so many times the usual rate of what happens by chance. */
export type DetectionOptions = { homes: number; days: number; eventful: number; seed: number }

/** What happened, what Vigil made of it, from how much, and how well it did. */
export type Detection = {
  truth: Truth
  tickets: Ticket[]
  messages: { arrived: number; kept: number; dropped: number }
  score: Score
}

/** Thursday, 1 January 2026, local midnight: the same days every time. */
const FROM = atLocal(localDay(Date.UTC(2026, 0, 1)), 0)

/**
 * Lets homes live through their days and Vigil take what they say. The same options give the same tickets. `onDay` is
 * called after each day with its number from 1.
 */
export async function detect(options: DetectionOptions, onDay: (day: number) => void = () => {}): Promise<Detection> {
  const { homes, days, eventful, seed } = options
  const plans = madeUpHomes(seed, homes)
  const director = chanceEvents(plans, { seed, startAt: FROM, factor: eventful })
  const world = createWorld(plans, { seed, startAt: FROM, director })
  const fold = await openFold(plans, FROM)
  const facts: Fact[] = []
  const end = FROM + days * DAY
  try {
    for (let at = FROM; at < end; at += HOUR) {
      const outputs = world.step(at + HOUR)
      for (const output of outputs) if (output.what === 'fact') facts.push(output.fact)
      await fold.take(outputs)
      if ((at + HOUR - FROM) % DAY === 0) onDay((at + HOUR - FROM) / DAY)
    }
    await fold.passUntil(end)
    const messages = fold.account()
    const truth = {
      run: runOf(seed, FROM, plans),
      facts,
      end: { at: end, facts: facts.length, messages: messages.arrived },
    }
    const tickets = await fold.tickets()
    return { truth, tickets, messages, score: scoreOf(truth, tickets) }
  } finally {
    await fold.close()
  }
}

const number = (value: number): string => value.toLocaleString('en-US')

/** The account and vigil score's table. */
export function linesOf({ truth, tickets, messages, score }: Detection, { eventful }: DetectionOptions): string[] {
  const devices = truth.run.homes.reduce((sum, home) => sum + home.devices.length, 0)
  const { arrived, kept, dropped } = messages
  return [
    `${number(devices)} devices, ${number(arrived)} messages (${number(kept)} kept without a line, ${number(dropped)} dropped), ` +
      `${number(truth.facts.length)} facts at ${eventful} times the usual rate, ${number(tickets.length)} tickets`,
    `answered ${policy.answersAfter / SECOND} s after opening, closed ${policy.closesAfter / MINUTE} min after the last news`,
    '',
    ...tableOf(score),
  ]
}
