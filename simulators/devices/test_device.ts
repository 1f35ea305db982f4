import type { Position } from '../../domain/message.ts'
import { seededRandom } from '../../domain/random.ts'
import { type Change, changed, emptyScene, type Figure, type Scene } from '../life/scene.ts'
import type { Vitals } from '../life/vitals.ts'
import type { DeviceModel, DevicePlan, Report, Senses, Woken } from './device.ts'
import { type DeviceKind, deviceModels } from './models.ts'

/** One device for tests, in a hand-made home: a scene that only the test changes. */

/** A Wednesday, 10:00 in Beijing. */
export const startAt = Date.UTC(2026, 2, 4, 2)
export const position: Position = { lat: 39.65, lon: 106.79 }

export const rested: Vitals = {
  heartRate: 71.6,
  respirationRate: 15.2,
  spo2: 96.7,
  temperature: 36.52,
  systolic: 131,
  diastolic: 78,
  activity: 12,
  steps: 1_234.7,
}

export const figure = (parts: Partial<Figure> = {}): Figure => ({
  who: 'wang',
  room: 'living_room',
  posture: 'sitting',
  doing: 'awake',
  effort: 5,
  inBed: false,
  ...parts,
})
export const moves = (parts: Partial<Figure> = {}): Change => ({ what: 'moves', figure: figure(parts) })

/** A report with when it was made (epoch ms). */
export type Spoken = Report & { at: number }

export type TestDevice = {
  model: DeviceModel
  /** Lives until then, the device waking by itself. */
  until(at: number): Spoken[]
  /** Lives until then, and something happens. */
  change(at: number, change: Change): Spoken[]
  /** Takes the device off or puts it on. */
  wear(at: number, on: boolean): Spoken[]
  body: Vitals
  charge: number
  wakeAt(): number
}

type Given = { plan?: Partial<DevicePlan>; seed?: number; scene?: Change[]; pace?: number; at?: number }

/** One device of a kind in the living room of one resident, `wang`, who sits there. */
export function testDevice(
  kind: DeviceKind,
  { plan, seed = 7, scene = [moves()], pace = 1, at = startAt }: Given = {},
): TestDevice {
  const model = deviceModels[kind]
  const random = seededRandom(seed)
  const whole: DevicePlan = { id: 'device', kind, room: 'living_room', ...plan }
  let home: Scene = scene.reduce(changed, emptyScene)
  let worn = true
  const senses = (now: number, change?: Change): Senses => ({
    at: now,
    plan: whole,
    scene: home,
    change,
    wearer: 'wang',
    worn,
    vitals: () => it.body,
    charge: it.charge,
    position,
    random,
    pace,
  })
  const it: TestDevice = {
    model,
    body: rested,
    charge: 81.4,
    wakeAt: () => wakeAt,
    until(end) {
      const spoken: Spoken[] = []
      while (wakeAt <= end) spoken.push(...heard(wakeAt, started.wake(senses(wakeAt))))
      return spoken
    },
    change(now, change) {
      const before = it.until(now)
      home = changed(home, change)
      if (change.what === 'worn') worn = change.on
      return [...before, ...heard(now, started.wake(senses(now, change)))]
    },
    wear: (now, on) => it.change(now, { what: 'worn', device: 'device', on }),
  }
  function heard(now: number, woken: Woken<unknown>): Spoken[] {
    if (woken.wakeAt <= now) throw new Error(`${kind} wants to be woken at ${woken.wakeAt}, and it is ${now}`)
    wakeAt = woken.wakeAt
    return woken.reports.map((report) => ({ ...report, at: now }))
  }
  const started = model.start(senses(at))
  let wakeAt = started.first.wakeAt
  return it
}

/** What was reported of one kind, in order. */
export const readingsOf = (spoken: readonly Spoken[]) =>
  spoken.flatMap((report) => (report.kind === 'readings' ? [report.readings] : []))
export const signalsOf = (spoken: readonly Spoken[]) =>
  spoken.flatMap((report) => (report.kind === 'signals' ? [report] : []))
export const motionsOf = (spoken: readonly Spoken[]) =>
  spoken.flatMap((report) => (report.kind === 'motion' ? [report] : []))
