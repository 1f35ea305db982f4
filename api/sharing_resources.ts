import { z } from 'zod'
import { Partner, PartnerInput, Sharing, SharingInput } from '../domain/sharing.ts'
import { pathOfArea } from '../store/areas.ts'
import * as partners from '../store/partners.ts'
import * as sharings from '../store/sharings.ts'
import { creating, inArea, pathBy, resource, updating, withoutId } from './resource.ts'

/** Who else sees tickets: areas beside their own, and other houses. */

/** A sharing lies where the tickets lie that it gives; with whom is not asked, since sharing goes sideways. */
export const sharing = resource({
  noun: 'a sharing',
  plural: 'sharings',
  item: Sharing,
  input: SharingInput,
  change: SharingInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_sharings',
  filters: ['area'],
  placeOf: ({ from }) => ({ table: 'areas', id: from }),
  pathOf: pathBy(sharings.getSharing, (found) => found.from, pathOfArea),
  subjectOf: (id) => `sharing:${id}`,
  list: sharings.listSharings,
  get: sharings.getSharing,
  create: creating(sharings.createSharing),
  update: updating(sharings.updateSharing),
  remove: sharings.deleteSharing,
})

export const partner = resource({
  noun: 'a partner',
  plural: 'partners',
  item: Partner,
  input: PartnerInput,
  change: PartnerInput.omit(withoutId).partial(),
  created: Partner.extend({ secret: z.string().describe('signs the messages of both sides; shown once') }),
  read: 'read_partners',
  write: 'write_partners',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(partners.getPartner, (found) => found.area, pathOfArea),
  subjectOf: partners.partnerKey,
  list: partners.listPartners,
  get: partners.getPartner,
  create: creating(partners.createPartner),
  update: updating(partners.updatePartner),
  remove: partners.deletePartner,
})
