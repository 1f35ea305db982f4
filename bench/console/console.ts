import { systemClock } from '../../domain/clock.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { startSystem } from '../pipeline/system.ts'
import { countUsage, type ProcessUse } from '../pipeline/usage.ts'
import { benchArea, fillStore } from './crowd.ts'
import { type FirstLoad, openConsole, type Sitting } from './page.ts'
import { startStorm } from './storm.ts'

export type ConsoleOptions = { tickets: number; events: number; rounds: number }

export type ConsoleFigures = {
  options: ConsoleOptions
  load: FirstLoad
  quiet: Sitting
  storm: Sitting & { events: number; perSecond: number; processes: ProcessUse[] }
  memory: { heap: number; nodes: number }
  /** Open tickets as the page counts them and as they are. */
  account: { page: number; store: number }
}

/**
 * How the console feels: a real browser before the real processes, with `tickets` open tickets of as many homes; first while
 * nothing happens, then while others take `events` steps a second.
 */
export async function measureConsole(options: ConsoleOptions, say: (line: string) => void): Promise<ConsoleFigures> {
  const system = await startSystem()
  const store = await openStore({ data: system.data, clock: systemClock })
  try {
    await fillStore(store, options.tickets, say)
    const page = await openConsole(system.httpUrl)
    try {
      say('the console stands; work in quiet')
      const quiet = await page.work(options.rounds)
      say('work in the storm')
      const storm = await startStorm(store, options.tickets, options.events)
      const usage = await countUsage(system.processes)
      const stormy = await page.work(options.rounds)
      const processes = await usage.since()
      const came = await storm.stop()
      await systemClock.sleep(2_000)
      const account = { page: sum(await page.counts()), store: await openTickets(store) }
      return {
        options,
        load: page.load,
        quiet,
        storm: { ...stormy, ...came, processes },
        memory: await page.memory(),
        account,
      }
    } finally {
      await page.close()
    }
  } catch (error) {
    say(system.output())
    throw error
  } finally {
    await store.close()
    await system.stop()
  }
}

const sum = (counts: Record<string, number>): number =>
  Object.entries(counts).reduce((total, [group, count]) => total + (group === 'group_closed' ? 0 : count), 0)

async function openTickets({ db }: Store): Promise<number> {
  const row = await db
    .selectFrom('tickets')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('state', '!=', 'closed')
    // The auditor may have something to say of what nobody works on; the dispatcher does not see that.
    .where('area', '=', benchArea)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
