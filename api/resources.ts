import { Absence, AbsenceInput } from '../domain/absences.ts'
import * as registry from '../domain/registry.ts'
import * as absences from '../store/absences.ts'
import * as areas from '../store/areas.ts'
import * as homes from '../store/homes.ts'
import * as people from '../store/people.ts'
import { device, integration, operator, vendor } from './account_resources.ts'
import { channel, plan, rota, team } from './dispatch_resources.ts'
import { creating, inArea, inHome, pathBy, type Resource, resource, updating, withoutId } from './resource.ts'
import { partner, sharing } from './sharing_resources.ts'

const area = resource({
  noun: 'an area',
  plural: 'areas',
  item: registry.Area,
  input: registry.AreaInput,
  change: registry.AreaInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  filters: ['area'],
  placeOf: ({ parent }) => ({ table: 'areas', id: parent }),
  pathOf: areas.pathOfArea,
  list: areas.listAreas,
  get: areas.getArea,
  create: creating(areas.createArea),
  update: updating(areas.updateArea),
  remove: areas.deleteArea,
})

const home = resource({
  noun: 'a home',
  plural: 'homes',
  item: registry.Home,
  input: registry.HomeInput,
  change: registry.HomeInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  filters: ['area', 'q', 'ids'],
  placeOf: inArea,
  pathOf: homes.pathOfHome,
  list: homes.listHomes,
  get: homes.getHome,
  create: creating(homes.createHome),
  update: updating(homes.updateHome),
  remove: homes.deleteHome,
})

const resident = resource({
  noun: 'a resident',
  plural: 'residents',
  item: registry.Resident,
  input: registry.ResidentInput,
  change: registry.ResidentInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  filters: ['area', 'home', 'q'],
  placeOf: inHome,
  pathOf: pathBy(people.getResident, (found) => found.home, homes.pathOfHome),
  list: people.listResidents,
  get: people.getResident,
  create: creating(people.createResident),
  update: updating(people.updateResident),
  remove: people.deleteResident,
})

const contact = resource({
  noun: 'a contact',
  plural: 'contacts',
  item: registry.Contact,
  input: registry.ContactInput,
  change: registry.ContactInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_registry',
  filters: ['area', 'home', 'q'],
  placeOf: inHome,
  pathOf: pathBy(people.getContact, (found) => found.home, homes.pathOfHome),
  list: people.listContacts,
  get: people.getContact,
  create: creating(people.createContact),
  update: updating(people.updateContact),
  remove: people.deleteContact,
})

/** Dispatchers note it too: it is they who are told by telephone. */
const absence = resource({
  noun: 'an absence',
  plural: 'absences',
  item: Absence,
  input: AbsenceInput,
  change: AbsenceInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_absences',
  filters: ['area', 'home', 'at'],
  placeOf: inHome,
  pathOf: pathBy(absences.getAbsence, (found) => found.home, homes.pathOfHome),
  list: absences.listAbsences,
  get: absences.getAbsence,
  create: creating(absences.createAbsence),
  update: updating(absences.updateAbsence),
  remove: absences.deleteAbsence,
})

/** Everything that has the same five calls. */
export const resources: readonly Resource[] = [
  area,
  home,
  resident,
  device,
  contact,
  absence,
  operator,
  vendor,
  integration,
  plan,
  rota,
  team,
  channel,
  sharing,
  partner,
]
