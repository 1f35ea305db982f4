import type { Bounds } from '../bounds.ts'
import { counted, type Seen } from '../seen.ts'

export const verdicts = ['passed', 'failed', 'not_observed', 'not_tested', 'not_applicable'] as const
export type Verdict = (typeof verdicts)[number]

/** Something that a device did wrong: what was seen, and what to mend. */
export type Fault = { seen: string; mend: string }

/**
 * What a clause makes of all that was seen. `passed` needs an observation: where there was none, `missing` says what,
 * and `not_tested` that the kit could not even try.
 */
export type Finding = {
  faults: Fault[]
  /** What was seen, for those who want to check. */
  evidence: string[]
  /** Why there is no verdict, where there is none. */
  missing?: { verdict: 'not_observed' | 'not_tested'; why: string }
}

/** One thing that a vendor can pass or fail. `part` is what a device may lack; without it the clause does not apply. */
export type Clause = {
  id: string
  title: string
  /** What the device must do; `{name}` stands for a bound. */
  text: string
  why: string
  part?: Part
  judge(seen: Seen, bounds: Bounds): Finding
}

/** What not every device has: a safety signal to give, a battery. */
export const parts = ['signal', 'battery'] as const
export type Part = (typeof parts)[number]

export const verdictOf = ({ faults, missing }: Finding): Verdict =>
  faults.length > 0 ? 'failed' : (missing?.verdict ?? 'passed')

export const notObserved = (why: string, evidence: string[] = []): Finding => ({
  faults: [],
  evidence,
  missing: { verdict: 'not_observed', why },
})

export const notTested = (why: string): Finding => ({
  faults: [],
  evidence: [],
  missing: { verdict: 'not_tested', why },
})

/** The same fault of many lines or messages is told once, with how often and an example. */
export function grouped(found: { what: string; where: string; mend: string }[]): Fault[] {
  const groups = Map.groupBy(found, ({ what }) => what)
  return [...groups].map(([what, all]) => {
    const [first] = all
    const often = all.length > 1 ? ` (${counted(all.length, 'time')}, first ${first?.where})` : ` (${first?.where})`
    return { seen: `${what}${often}`, mend: first?.mend ?? '' }
  })
}
