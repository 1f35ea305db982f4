import { type Hello, type Line, type Seen, timeOfDay } from '../seen.ts'
import { type Finding, grouped, notObserved } from './clause.ts'

export type Greeted = Line & { hello: Hello }

/** Lines on which the device said CONNECT to the kit itself, not to one of its disguises. */
export const greeted = (seen: Seen): Greeted[] =>
  seen.lines.filter((line): line is Greeted => line.hello !== undefined && line.disguise === 'own')

export const onLine = ({ number, openedAt }: Line): string => `connection ${number} at ${timeOfDay(openedAt)}`

export const silent = 'The device sent no CONNECT.'

/** Looks at each connection; what `faultsOf` finds on it is told with where it was. */
export function eachGreeting(
  seen: Seen,
  faultsOf: (line: Greeted) => { what: string; mend: string }[],
  evidence: (lines: Greeted[]) => string[],
): Finding {
  const lines = greeted(seen)
  if (lines.length === 0) return notObserved(silent)
  const found = lines.flatMap((line) => faultsOf(line).map((fault) => ({ ...fault, where: onLine(line) })))
  return { faults: grouped(found), evidence: evidence(lines) }
}

export const distinct = (values: string[]): string => [...new Set(values)].join(', ')
