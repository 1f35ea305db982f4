import type { SeenTicket } from '../playing/seen.ts'
import type { Step } from '../reading/scenario.ts'
import { find, type Look } from './judge.ts'

/**
 * How an expectation ended. A known gap is an expectation that is known not to be met yet; `closed_gap` is one that was
 * met after all, which fails, so that somebody takes the word away.
 */
export type Verdict = {
  outcome: 'held' | 'failed' | 'known_gap' | 'closed_gap'
  text: string
  detail: string
  line: number
  column: number
  /** When it was decided, epoch ms of the scenario. */
  at: number
}

export const isFailure = ({ outcome }: Verdict): boolean => outcome === 'failed' || outcome === 'closed_gap'

type Expecting = Extract<Step, { does: 'expects' }>

export type Verdicts = {
  all: readonly Verdict[]
  /** From now on this is expected. */
  open(step: Expecting): void
  /** Decides what can be decided now; gives the new verdicts. */
  look(look: Look): Verdict[]
  /** Notes what no sentence of the file says: the checks at the end of every run. */
  note(held: boolean, text: string, detail: string, at: number): Verdict
  /** Whether something positive is still waited for, or a time is running in which nothing may happen. */
  isTense(end: number): boolean
  /** The next instant after `now` at which something must be decided. */
  next(now: number): number
}

export function createVerdicts(): Verdicts {
  const all: Verdict[] = []
  let open: Expecting[] = []

  function decide(step: Expecting, look: Look): Verdict | undefined {
    const finding = find(step.expectation, look)
    if (!finding) return undefined
    const { gap, text, line, column } = step
    const outcome = gap ? (finding.held ? 'closed_gap' : 'known_gap') : finding.held ? 'held' : 'failed'
    explain(finding.tickets)
    return { outcome, text, line, column, at: look.now, detail: finding.detail }
  }

  return {
    all,
    open: (step) => void open.push(step),
    look(look) {
      const fresh: Verdict[] = []
      open = open.filter((step) => {
        const verdict = decide(step, look)
        if (verdict) fresh.push(verdict)
        return verdict === undefined
      })
      all.push(...fresh)
      return fresh
    },
    note(held, text, detail, at) {
      const verdict: Verdict = { outcome: held ? 'held' : 'failed', text, detail, line: 0, column: 0, at }
      all.push(verdict)
      return verdict
    },
    isTense: (end) => open.some(({ expectation }) => expectation.until < end),
    next: (now) =>
      Math.min(
        ...open.map(({ expectation }) => expectation.until).filter((until) => until > now),
        Number.POSITIVE_INFINITY,
      ),
  }
}

function explain(tickets: readonly SeenTicket[]): void {
  for (const ticket of tickets) ticket.explained = true
}
