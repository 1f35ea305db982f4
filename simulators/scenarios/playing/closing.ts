import { systemClock } from '../../../domain/clock.ts'
import { limits } from '../../../domain/limits.ts'
import { messagesTold } from '../judging/messages_told.ts'
import { missingReadings, missingSignals, wrongTickets } from '../judging/missing.ts'
import { calmDown } from './living.ts'
import { areaOfRuns } from './naming.ts'
import { keptSince, lettersOf, type Telemetry, telemetryOf, ticketsIn } from './read_back.ts'
import type { SaidReading } from './said.ts'
import { note, type Play } from './under_way.ts'

/** What every run must show beside what its file says: that nothing is lost, and nothing came that nobody expects. */
export async function finish(run: Play): Promise<void> {
  await calmDown(run)
  const spare = finishMessages(run)
  await finishReadings(run, spare)
  await finishTickets(run, spare)
  const strange = run.seen.tickets.filter(({ explained }) => !explained)
  const told = strange.map(({ number, ticket }) => `no sentence speaks of ticket ${number} (${ticket.kind})`)
  note(run, strange.length === 0, 'every ticket is expected', told.join(', ').replaceAll('_', ' '))
}

/** Gives how many messages need not be there: a device keeps them, or gave them up. */
function finishMessages(run: Play): number {
  const { fleet, cut, counts } = run
  const { acknowledged, dropped } = fleet.account()
  const sum = { said: counts.messages, acknowledged, dropped, waiting: fleet.waiting(), isCut: cut.size > 0 }
  const { isWhole, told } = messagesTold(sum)
  note(run, isWhole, 'every message is acknowledged or accounted for', told)
  return counts.messages - acknowledged
}

/** Acknowledged means durable: every reading can be read back; what was refused lies among the dead letters. */
async function finishReadings(run: Play, spare: number): Promise<void> {
  const { stage, said, called, naming } = run
  const to = stage.toSent(stage.now())
  const due = said.readings.filter(({ at }) => at >= keptSince(to))
  const lost = await patiently(run, spare, async () => {
    const missing = new Map<string, number>()
    const unread = await unreadable(run, due, to)
    for (const device of new Set([...unread.keys(), ...said.refusable.keys()])) {
      const count = (unread.get(device) ?? 0) + (said.refusable.get(device) ?? 0)
      const left = count - (await lettersOf(stage, device))
      if (left > 0) missing.set(called(naming.back(device)), left)
    }
    return missing
  })
  const told = [...lost].map(([device, count]) => `${count} messages of ${device} are not there`)
  note(run, lost.size === 0, 'every reading can be read back', told.join(', ') || `${due.length} readings`)
}

/** The messages of each device with a reading that cannot be read at `to` (epoch ms, as Vigil has it). */
async function unreadable(run: Play, due: readonly SaidReading[], to: number): Promise<Map<string, number>> {
  const from = due.reduce((first, { at }) => Math.min(first, at), to)
  const series: Telemetry = []
  for (const { id } of homesOf(run))
    series.push(...(await telemetryOf(run.stage, id, from, to + limits.clockAheadMs + 1)))
  return missingReadings(due, series)
}

/** No signal without a ticket, and no ticket that was not told, in the wrong place or without a next step. */
async function finishTickets(run: Play, spare: number): Promise<void> {
  const { stage, seen, naming, said, scenario } = run
  const ids = homesOf(run).map(({ id }) => id)
  const lost = await patiently(run, spare, async () => missingSignals(said.signals, await ticketsIn(stage, ids)))
  const told = [...lost].map(([name, count]) => `${count} ${name}`)
  note(run, lost.size === 0, 'every signal is in a ticket', told.join(', ').replaceAll('_', ' '))
  const places = new Map(
    [...scenario.homes].flatMap(([home, { devices }]) => devices.map(({ id }) => [id, home] as const)),
  )
  const tickets = (await ticketsIn(stage, ids)).map(naming.ticketBack)
  const wrong = wrongTickets(tickets, seen.tickets, (device) => places.get(device), naming.out(areaOfRuns))
  note(run, wrong.length === 0, 'every ticket is as it was told', wrong.join(', ').replaceAll('_', ' '))
}

const homesOf = ({ scenario, naming }: Play) => [...scenario.homes.values()].map(naming.plan)

/**
 * In real time Vigil may still be at it: looks again for a while, until nothing is missing. As many as are `spare` may be:
 * which messages a device kept is not known.
 */
async function patiently(
  { stage, signal }: Play,
  spare: number,
  look: () => Promise<Map<string, number>>,
): Promise<Map<string, number>> {
  for (let n = 1; ; n++) {
    const missing = await look()
    if ([...missing.values()].reduce((sum, count) => sum + count, 0) <= spare) return new Map()
    if (n === looks) return missing
    signal.throwIfAborted()
    await stage.during(systemClock.sleep(lookAgainMs))
  }
}
const looks = 5
const lookAgainMs = 1_000
