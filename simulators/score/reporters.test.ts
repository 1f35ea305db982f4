import { describe, expect, it } from 'vitest'
import { deviceModels } from '../devices/models.ts'
import { createHome } from '../home/home.ts'
import type { Incident } from '../home/script.ts'
import { reporters } from './reporters.ts'

const startAt = Date.UTC(2026, 2, 4, 2)
const MINUTE = 60_000
const lasts = 30 * MINUTE

/** One home with every device that can report something, and everything that they could report. */
const devices = [
  { id: 'w', kind: 'watch' },
  { id: 'p', kind: 'pendant' },
  { id: 'c', kind: 'pull_cord', room: 'kitchen' },
  { id: 'r', kind: 'radar', room: 'kitchen' },
  { id: 's', kind: 'smoke', room: 'kitchen' },
  { id: 'g', kind: 'gas', room: 'kitchen' },
  { id: 'l', kind: 'water_leak', room: 'kitchen' },
  { id: 'm', kind: 'water_meter', room: 'kitchen' },
] as const
const events: Incident[] = [
  { what: 'fall', room: 'kitchen', liesFor: lasts },
  ...['w', 'p', 'c'].map((device) => ({ what: 'press', device, times: 1, every: 0 }) as const),
  ...(['smoke', 'gas', 'carbon_monoxide'] as const).map(
    (hazard) => ({ what: 'hazard', hazard, room: 'kitchen', lasts }) as const,
  ),
  { what: 'hazard', hazard: 'leak', room: 'kitchen', lasts: 4 * 60 * MINUTE },
]

function reported(): Map<string, Set<unknown>> {
  const plan = {
    id: 'home',
    label: 'home',
    position: { lat: 39.65, lon: 106.79 },
    residents: [{ id: 'resident', seed: 3 }],
    devices,
  }
  const home = createHome(plan, { seed: 3, startAt })
  for (const [n, event] of events.entries()) home.script({ at: startAt + (n + 1) * MINUTE, event })
  const said = new Map<string, Set<unknown>>()
  for (const output of home.step(startAt + 5 * 60 * MINUTE)) {
    if (output.what !== 'message' || output.message.kind !== 'signals') continue
    const { kind } = output.device
    said.set(kind, (said.get(kind) ?? new Set()).add(output.message.payload.signal))
  }
  return said
}

describe('what each kind of device reports', () => {
  it('is what the simulated devices say', () => {
    const said = [...reported()].map(([kind, signals]) => [kind, [...signals].sort()])
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(Object.entries(reporters).map(([kind, signals]) => [kind, [...signals].sort()])),
    )
  })

  it('names every kind that has a button', () => {
    const buttons = Object.entries(deviceModels).filter(([, { button }]) => button)
    expect(buttons.filter(([kind]) => !reporters[kind]?.includes('sos'))).toEqual([])
  })
})
