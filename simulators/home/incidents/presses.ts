import type { DevicePlan } from '../../devices/device.ts'
import { deviceModels } from '../../devices/models.ts'
import type { Figure } from '../../life/scene.ts'
import type { HomePlan } from '../home.ts'
import { factOf, type Of, whoOf } from './needs.ts'
import { figureOf, happens, RECOVERS_IN, type Step, type View, walks } from './steps.ts'

const hasButton = ({ kind }: DevicePlan): boolean => deviceModels[kind].button
const isWearable = ({ kind }: DevicePlan): boolean => deviceModels[kind].worn
/** The devices of a home that have a button, in the order of the plan. */
export const buttonsOf = ({ devices }: HomePlan): DevicePlan[] => devices.filter(hasButton)

/** The devices of a home on which the wearer can say that nothing is wrong. */
export const cancellable = ({ devices }: HomePlan): DevicePlan[] =>
  devices.filter(({ kind }) => deviceModels[kind].worn && deviceModels[kind].cancels === true)

/**
 * Whoever lies on the floor reaches what is worn, and the cord in the same room; everybody else what is worn, and all
 * of the home's buttons when at home.
 */
function canReach(view: View, figure: Figure, device: DevicePlan): boolean {
  const wearer = device.wearer ?? view.plan.residents[0]?.id
  const isOn = isWearable(device) && wearer === figure.who && view.isWorn(device.id)
  if (figure.doing === 'fallen') return isOn || (!isWearable(device) && device.room === figure.room)
  return isOn || figure.room !== 'outside'
}

/** Who presses: who wears it; else who lies on the floor, else the first resident. */
function presserOf(view: View, device: DevicePlan | undefined): Figure {
  const fallen = view.plan.residents.find(({ id }) => figureOf(view, id).doing === 'fallen')
  const wearer = device && isWearable(device) ? device.wearer : undefined
  return figureOf(view, wearer ?? fallen?.id ?? whoOf(view, undefined))
}

const pressesOf = (view: View, { times, every }: Of<'press' | 'accidental_press'>, device: string): Step[] =>
  Array.from({ length: times }, (_, n) => happens(view, view.at + n * every, { what: 'presses', device }))

/** Goes to a button on the wall first, where need be. */
function goesToButton(view: View, figure: Figure, device: DevicePlan, until: number): Step[] {
  const { who, doing } = figure
  if (!device.room || isWearable(device) || device.room === figure.room || doing === 'fallen') return []
  return [
    { at: view.now, what: 'takes', who },
    ...walks(view, figure, device.room, view.at),
    { at: until + RECOVERS_IN, what: 'resumes', who },
  ]
}

/** Somebody in need presses what is within reach. */
export function presses(view: View, event: Of<'press'>): Step[] {
  const { plan, at } = view
  const named = plan.devices.find(({ id }) => id === event.device)
  const figure = presserOf(view, named)
  const order = [...buttonsOf(plan)].sort((a, b) => Number(isWearable(b)) - Number(isWearable(a)))
  const device = (named ? [named] : order).find((one) => canReach(view, figure, one))
  const lasts = (event.times - 1) * event.every
  const { who, room } = figure
  // Nothing within reach: the need is the fall's, and here nothing happened.
  if (!device) return [factOf(event, at, 0, { who, room, device: event.device, times: 0, needsHelp: false })]
  return [
    ...goesToButton(view, figure, device, at + lasts),
    ...pressesOf(view, event, device.id),
    factOf(event, at, lasts, { who, room: device.room ?? room, device: device.id, times: event.times }),
  ]
}

/** Somebody, not in need, presses; who it was does not matter. */
export function pressesByAccident(view: View, event: Of<'accidental_press'>): Step[] {
  const device = event.device ?? buttonsOf(view.plan)[0]?.id ?? ''
  const { times, every } = event
  return [...pressesOf(view, event, device), factOf(event, view.at, (times - 1) * every, { device, times })]
}

/** The wearer says on the device that nothing is wrong; on one that is not worn nothing happens. */
export function cancels(view: View, event: Of<'cancel'>): Step[] {
  const { plan, at } = view
  const { device } = event
  const who = plan.devices.find(({ id }) => id === device)?.wearer ?? whoOf(view, undefined)
  if (!view.isWorn(device)) return [factOf(event, at, 0, { who, device, times: 0 })]
  return [happens(view, at, { what: 'cancels', device }), factOf(event, at, 0, { who, device, times: 1 })]
}
