import type { DevicePlan } from '../devices/device.ts'
import { atLocal, localDay, MINUTE } from '../life/calendar.ts'
import type { Fact } from '../truth.ts'
import { createHome, type HomePlan, type Output, type ResidentPlan, type SimulatedHome } from './home.ts'
import type { Incident, Trouble } from './script.ts'

/** A home for tests: what is in it, and how to look at what comes out. */

/** A Wednesday. */
export const day = localDay(Date.UTC(2026, 2, 4))
/** 10 o'clock, local time. */
export const morning = atLocal(day, 10)

export const planOf = (
  devices: readonly DevicePlan[],
  residents: readonly ResidentPlan[] = [{ id: 'li', seed: 7 }],
): HomePlan => ({ id: 'home', label: 'home', position: { lat: 39.65, lon: 106.79 }, residents, devices })

export type TestHome = SimulatedHome & {
  /** Lives on for so many minutes. */
  live(minutes: number): Output[]
  /** So many minutes from now. */
  in(minutes: number, event: Incident | Trouble): void
}

/** A home that has lived a little: what begins with power has been said. */
export function homeWith(
  devices: readonly DevicePlan[],
  {
    residents,
    seed = 5,
    startAt = morning,
  }: { residents?: readonly ResidentPlan[]; seed?: number; startAt?: number } = {},
): TestHome {
  const home = createHome(planOf(devices, residents), { seed, startAt })
  let now = startAt
  const live = (minutes: number): Output[] => {
    now += minutes * MINUTE
    return home.step(now)
  }
  live(2)
  return { ...home, live, in: (minutes, event) => home.script({ at: now + minutes * MINUTE, event }) }
}

type Said = { device: string; at: number; kind: string; payload: Record<string, unknown> }

/** What one device, or all, said. */
export const saidBy = (outputs: readonly Output[], id?: string): Said[] =>
  outputs.flatMap((output) =>
    output.what === 'message' && (id === undefined || output.device.id === id)
      ? [{ device: output.device.id, at: output.at, ...output.message }]
      : [],
  )

export const signalsIn = (outputs: readonly Output[]): string[] =>
  saidBy(outputs).flatMap(({ device, kind, payload }) => (kind === 'signals' ? [`${device} ${payload.signal}`] : []))

/** The values of one metric, in order of time. */
export const valuesIn = (outputs: readonly Output[], device: string, metric: string): unknown[] =>
  saidBy(outputs, device).flatMap(({ payload }) => {
    const values = payload.readings as Record<string, unknown> | undefined
    return values && metric in values ? [values[metric]] : []
  })

export const factsIn = (outputs: readonly Output[]): Fact[] =>
  outputs.flatMap((output) => (output.what === 'fact' ? [output.fact] : []))

export const linksIn = (outputs: readonly Output[]): string[] =>
  outputs.flatMap((output) => (output.what === 'link' ? [`${output.device.id} ${output.up ? 'up' : 'down'}`] : []))
