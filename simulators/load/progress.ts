import { count, quantiles } from './account.ts'
import type { Tally } from './messages.ts'
import type { TicketAccount } from './tickets.ts'

/** The run at an instant; `at` epoch ms. */
export type Moment = { at: number; tally: Tally; tickets: TicketAccount }

/** `1,000 of 2,000 connected | sent 310/s, acknowledged 309/s | …`: rates since `before`. */
export function progressLine({ at, tally, tickets }: Moment, before: Moment): string {
  const seconds = Math.max(0.001, (at - before.at) / 1_000)
  const rate = (of: (tally: Tally) => number) => count((of(tally) - of(before.tally)) / seconds)
  const times = quantiles(tickets.times, 50)
  const parts = [
    `${count(tally.connected)} of ${count(tally.devices)} connected`,
    `sent ${rate(({ sent }) => sent)}/s, acknowledged ${rate(({ acknowledged }) => acknowledged)}/s`,
    `waiting ${count(tally.waiting)}, again ${count(tally.redelivered)}, refused ${count(tally.refused)}`,
    `tickets ${count(tickets.seen)} of ${count(tickets.expected)}${times ? ` (${times})` : ''}`,
  ]
  return parts.join(' | ')
}

/** Where a run shows itself. */
export type Screen = {
  /** How the run stands: takes the place of the last one on a terminal. `now` epoch ms. */
  progress(line: string, now: number): void
  /** A line that stays. */
  note(line: string): void
}

/** Not on a terminal: a line of progress this often, and half as often after each so many lines. */
const PLAIN_FIRST = 5_000
const PLAIN_LINES = 20

const ERASE = '\r\u001b[2K'

/** `columns`: width of the terminal, undefined where it is none. */
export function createScreen(write: (text: string) => void, columns: number | undefined): Screen {
  return columns === undefined ? plainScreen(write) : terminalScreen(write, columns)
}

function terminalScreen(write: (text: string) => void, columns: number): Screen {
  let shown = ''
  return {
    progress(line) {
      // A line that wraps could not be taken back.
      shown = line.slice(0, columns - 1)
      write(ERASE + shown)
    },
    note: (line) => write(`${ERASE}${line}\n${shown}`),
  }
}

function plainScreen(write: (text: string) => void): Screen {
  let printed = 0
  let dueAt = 0
  return {
    progress(line, now) {
      if (now < dueAt) return
      write(`${line}\n`)
      dueAt = now + PLAIN_FIRST * 2 ** Math.floor(printed / PLAIN_LINES)
      printed += 1
    },
    note: (line) => write(`${line}\n`),
  }
}
