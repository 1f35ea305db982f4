import type { z } from 'zod'
import type { PlanInput } from '../../domain/dispatch.ts'
import type { AreaInput, ContactInput, DeviceInput, HomeInput, ResidentInput } from '../../domain/registry.ts'
import type { DevicePlan } from '../devices/device.ts'
import { deviceModels } from '../devices/models.ts'
import type { HomePlan, ResidentPlan } from '../home/home.ts'
import { flat } from './floor_plan.ts'

/** What the registry knows of a simulated home beyond what the simulation needs. All but the plan and area is optional. */
export type Household = {
  plan: HomePlan
  area: string
  address?: string
  notes?: string
  /** By resident id. */
  risks?: Readonly<Record<string, string>>
  /** Whom to call, in this order. `key` tells them apart within the home. */
  contacts?: readonly { key: string; name: string; relation: string; phone: string }[]
}

type WithId<T> = T & { id: string }

/** Records as the API takes them; within each list in the order to create them in. */
export type RegistryRecords = {
  areas: readonly z.input<typeof AreaInput>[]
  homes: readonly z.input<typeof HomeInput>[]
  residents: readonly z.input<typeof ResidentInput>[]
  contacts: readonly z.input<typeof ContactInput>[]
  devices: readonly WithId<z.input<typeof DeviceInput>>[]
  /** Whom tickets call; absent: the consoles alone. */
  plans?: readonly z.input<typeof PlanInput>[]
}

function homeInput({ plan, area, address, notes }: Household): z.input<typeof HomeInput> {
  const { lat, lon } = plan.position
  return { id: plan.id, area, address: address ?? plan.label, lat, lon, ...(notes && { notes }), floor_plan: flat }
}

/** Residents are known by id within their home, and in the registry by home and id. */
function residentInput({ plan, risks }: Household, resident: ResidentPlan): z.input<typeof ResidentInput> {
  const { id, name, birthYear } = resident
  return {
    id: `${plan.id}-${id}`,
    home: plan.id,
    name: name ?? id,
    ...(birthYear && { birth_year: birthYear }),
    ...(risks?.[id] && { risks: risks[id] }),
  }
}

function deviceInput(home: HomePlan, device: DevicePlan): WithId<z.input<typeof DeviceInput>> {
  const { model, category } = deviceModels[device.kind]
  const { id, gateway } = device
  return { id, home: home.id, model, category, place: placeOf(home, device), ...(gateway && { gateway }) }
}

/** The room, or who wears it. */
function placeOf({ residents }: HomePlan, { kind, room, opening, wearer }: DevicePlan): string {
  if (opening) return opening.replaceAll('_', ' ')
  if (room) return room.replaceAll('_', ' ')
  if (!deviceModels[kind].worn) return 'home'
  const who = residents.find(({ id }) => id === wearer) ?? residents[0]
  return residents.length > 1 && who ? `worn by ${who.name ?? who.id}` : 'worn or carried'
}

const contactInputs = ({ plan, contacts = [] }: Household): z.input<typeof ContactInput>[] =>
  contacts.map(({ key, ...contact }, n) => ({
    id: `${plan.id}-${key}`,
    home: plan.id,
    ...contact,
    position: n + 1,
  }))

/** Everything to be registered for these households. `areas`: parents before their children. */
export function recordsOf(
  areas: readonly z.input<typeof AreaInput>[],
  households: readonly Household[],
): RegistryRecords {
  const devices = households.flatMap(({ plan }) => plan.devices.map((device) => deviceInput(plan, device)))
  return {
    areas,
    homes: households.map(homeInput),
    residents: households.flatMap((household) =>
      household.plan.residents.map((resident) => residentInput(household, resident)),
    ),
    contacts: households.flatMap(contactInputs),
    // A gateway is there before those for which it speaks.
    devices: [...devices.filter(({ gateway }) => !gateway), ...devices.filter(({ gateway }) => gateway)],
  }
}
