import { quantile } from '../statistics.ts'
import type { ConsoleFigures } from './console.ts'
import type { Sitting } from './page.ts'

/** The figures as lines for people. */

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const kilobytes = (bytes: number): string => `${whole(bytes / 1_000)} kB`

export function linesOf({ options, load, quiet, storm, memory, account }: ConsoleFigures): string[] {
  const { tickets, events } = options
  const rate = `${whole(storm.perSecond)} events a second (${whole(storm.events)} in all)`
  return [
    `${whole(tickets)} open tickets; asked for ${events} events a second`,
    `first load: ${kilobytes(load.pageBytes)} in ${load.requests} requests, login stands after ${whole(load.loginMs)} ms`,
    `after the login: first card after ${whole(load.firstCardMs)} ms, all tickets after ${whole(load.allMs)} ms, ${kilobytes(load.listBytes)}`,
    '',
    'while nothing else happens',
    ...sittingLines(quiet),
    '',
    `while others work: ${rate}`,
    ...sittingLines(storm),
    ...storm.processes.map(
      ({ name, cpu, seconds }) => `  ${name}: ${((cpu.user + cpu.system) / seconds).toFixed(2)} processors busy`,
    ),
    '',
    `memory of the page: ${(memory.heap / 2 ** 20).toFixed(0)} MiB of heap, ${whole(memory.nodes)} nodes`,
    `tickets not closed: ${whole(account.page)} on the page, ${whole(account.store)} in the store`,
  ]
}

function sittingLines({ steps, typed, arrived, longTasks }: Sitting): string[] {
  const row = (cells: (string | number)[]) =>
    cells.map((cell, n) => (n === 0 ? `  ${cell}`.padEnd(26) : String(cell).padStart(12))).join('')
  return [
    row(['ms from key to paint', 'keys', 'p50', 'p95', 'max', 'browser max']),
    ...steps.map(({ what, keys, paints, slow }) =>
      row([what, keys, ...[0.5, 0.95, 1].map((share) => whole(quantile(paints, share))), whole(Math.max(0, ...slow))]),
    ),
    `  ${arrived} of ${typed} letters arrived; ${longTasks.length} tasks of more than 50 ms, the longest ${whole(Math.max(0, ...longTasks))} ms`,
  ]
}
