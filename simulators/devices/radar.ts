import { defineDevice, isDue, type Report, readings, rounded, type Senses } from './device.ts'

const INTERVAL = 4_000
/** The radar reports a fall when somebody has lain on the floor for this long. */
const MAKES_SURE = 3_000

type State = { reportedAt: number; fallAt: number }

function sees({ body, room }: Senses): Report {
  const present = body.room === room
  return readings({
    presence: present ? 1 : 0,
    person_count: present ? 1 : 0,
    ...(present && body.activity < 5 ? { respiration_rate: rounded(body.respirationRate) } : {}),
  })
}

/** A fall radar in one room: presence, breathing of somebody who is still, and a fall in that room. */
export const radar = defineDevice<State>({
  model: 'Demo Radar R60',
  category: 'home_monitor',
  firmware: '0.9.3',
  noun: 'radar',
  initial: { reportedAt: 0, fallAt: 0 },
  step(state, senses) {
    const { at, room } = senses
    const fell = senses.happenings.some((happening) => happening.what === 'fall' && happening.room === room)
    const fallAt = fell ? at : state.fallAt
    const sure = fallAt > 0 && at - fallAt >= MAKES_SURE
    const due = isDue(state.reportedAt, at, INTERVAL)
    const reports: Report[] = sure ? [{ kind: 'signals', signal: 'fall', confidence: 0.92 }] : []
    if (due) reports.push(sees(senses))
    return { state: { reportedAt: due ? at : state.reportedAt, fallAt: sure ? 0 : fallAt }, reports }
  },
})
