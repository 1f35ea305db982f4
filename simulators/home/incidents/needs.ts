import type { Fact } from '../../truth.ts'
import type { Incident } from '../script.ts'
import type { Step, View } from './steps.ts'

/** One kind of incident. */
export type Of<What extends Incident['what']> = Extract<Incident, { what: What }>

/** Whether somebody should come, and why. */
const needsHelp: Record<Incident['what'], boolean> = {
  // A blow, and the floor: to be looked after also by who gets up again.
  fall: true,
  // No blow, but whoever slides off a chair cannot get up while it lasts.
  slide: true,
  // Somebody calls.
  press: true,
  // Nobody called.
  accidental_press: false,
  // Somebody says so. What was cancelled may need help all the same, and is a fact of its own.
  cancel: false,
  // Whoever is at home, or comes home, is in danger; water goes on to the neighbours.
  hazard: true,
  // Burns on unattended until somebody turns it off.
  forgotten_stove: true,
  // Alone outside at night, and does not know where.
  wandering: true,
  // Too weak or too low to get up: somebody should look in.
  stays_in_bed: true,
  // Fever for days, at this age, wants a visit.
  illness: true,
  // In hospital or on a journey: nobody is there to be helped.
  absence: false,
  visit: false,
  // A hard seat, applause: nothing happened.
  jolt: false,
}

/** What is told of an incident that begins at `at` and lasts so long (ms). */
export const factOf = (event: Incident, at: number, lasts: number, more: Partial<Fact> = {}): Step => ({
  at,
  what: 'fact',
  fact: { at, until: at + lasts, event: event.what, needsHelp: needsHelp[event.what], ...more },
})

/** Whom an incident concerns: as scripted, else the first resident. */
export const whoOf = ({ plan }: View, who: string | undefined): string => who ?? plan.residents[0]?.id ?? ''
