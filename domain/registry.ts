import { z } from 'zod'
import { Ways } from './dispatch.ts'
import { Id } from './ids.ts'
import { presses } from './message.ts'
import { languages } from './notices.ts'
import { Scope, scopePermissions } from './scope.ts'

/** The registry's records as the API takes and gives them. `id` may be chosen by the caller and is made where absent. */

/** What a device is, after the categories of the national catalogues (2018/2020 and 2022/2024 editions). Data, not code:
 *  a device's category is free text, these are the known ones. */
export const deviceCategories = {
  wearable: 'health-managing wearable (健康管理类可穿戴设备)',
  portable_monitor: 'portable health monitor (便携式健康监测设备)',
  self_service: 'self-service health check (自助式健康检测设备)',
  home_monitor: 'smart elder-care monitor (智能养老监护设备)',
  service_robot: 'home-service robot (家庭服务机器人)',
  assistive: 'assistive device for elders (老年辅助器具)',
  tcm: 'digital traditional Chinese medicine device (中医数字化智能产品)',
  age_friendly: 'age-friendly retrofit (适老化改造智能产品)',
  gateway: 'gateway that speaks for other devices',
} as const

export const roles = ['administrator', 'supervisor', 'dispatcher', 'viewer', 'vendor', 'integrator'] as const
export type Role = (typeof roles)[number]

const text = (most: number) => z.string().trim().min(1).max(most)

export const AreaInput = z.object({
  id: Id.optional(),
  name: text(200),
  parent: Id.nullish().describe('the area above; absent for a root'),
})
export const Area = z.object({ id: Id, name: z.string(), parent: Id.nullable() })
export type Area = z.infer<typeof Area>

/** Metres from the plan's upper left corner; a floor of a large institution is within it. */
const onFloor = z.number().min(0).max(200)
const extent = z.number().min(0.3).max(200)

/** A home seen from above. A device stands in the room, or at the door, whose name its `place` says. */
export const FloorPlan = z
  .strictObject({
    rooms: z
      .array(z.strictObject({ name: text(60), x: onFloor, y: onFloor, w: extent, h: extent }))
      .min(1)
      .max(40),
    doors: z
      .array(z.strictObject({ name: text(60), x: onFloor, y: onFloor }))
      .max(40)
      .optional()
      .describe('the middle of each'),
  })
  .refine(({ rooms, doors = [] }) => {
    const names = [...rooms, ...doors].map(({ name }) => name.toLowerCase())
    return new Set(names).size === names.length
  }, 'every room and door must have a name of its own')
export type FloorPlan = z.infer<typeof FloorPlan>

export const HomeInput = z.object({
  id: Id.optional(),
  area: Id,
  address: text(500),
  lat: z.number().min(-90).max(90).nullish(),
  lon: z.number().min(-180).max(180).nullish(),
  notes: z.string().max(4_000).nullish().describe('how to get in, risks, what a responder must know'),
  floor_plan: FloorPlan.nullish().describe('the rooms in metres, for whoever must find somebody in it'),
})
export const Home = z.object({
  id: Id,
  area: Id,
  address: z.string(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  notes: z.string().nullable(),
  floor_plan: FloorPlan.nullable(),
})
export type Home = z.infer<typeof Home>

export const ResidentInput = z.object({
  id: Id.optional(),
  home: Id,
  name: text(200),
  birth_year: z.number().int().min(1880).max(2100).nullish(),
  phone: z.string().max(40).nullish(),
  risks: z.string().max(4_000).nullish(),
})
export const Resident = z.object({
  id: Id,
  home: Id,
  name: z.string(),
  birth_year: z.number().int().nullable(),
  phone: z.string().nullable(),
  risks: z.string().nullable(),
})
export type Resident = z.infer<typeof Resident>

/** For buttons that do not say themselves that they call for help. */
export const SosPress = z.enum(['any', ...presses])

export const DeviceInput = z.object({
  id: Id.optional(),
  home: Id.nullish().describe('absent: registered, but belongs to no home yet'),
  model: z.string().max(200).nullish(),
  category: z.string().max(64).nullish(),
  place: z.string().max(200).nullish().describe('the room, or who wears it'),
  vendor: Id.nullish().describe('whose account and client certificates may speak for it'),
  gateway: Id.nullish().describe('the device that publishes for it; one level, of the same vendor'),
  sos_press: SosPress.nullish().describe('which press of its plain button is an SOS; absent: none'),
})
export const Device = z.object({
  id: Id,
  home: Id.nullable(),
  model: z.string().nullable(),
  category: z.string().nullable(),
  place: z.string().nullable(),
  vendor: Id.nullable(),
  gateway: Id.nullable(),
  sos_press: SosPress.nullable(),
  revoked_at: z.string().nullable().describe('client certificates issued up to then are void'),
  last_seen_at: z.string().nullable(),
  online: z.boolean().nullable(),
  firmware: z.string().nullable(),
  battery: z.number().nullable().describe('percent; the newest that it told'),
  battery_at: z.string().nullable(),
})
export type Device = z.infer<typeof Device>

export const ContactInput = z.object({
  id: Id.optional(),
  home: Id,
  name: text(200),
  relation: z.string().max(100).nullish(),
  phone: text(40),
  position: z.number().int().min(1).max(100).optional().describe('1 is called first; absent: after those there are'),
  ways: Ways.optional().describe('by which channels and where this person is told; absent: none'),
  language: z.enum(languages).nullish().describe('of what this person is told; absent: as the channel has it'),
})
export const Contact = z.object({
  id: Id,
  home: Id,
  name: z.string(),
  relation: z.string().nullable(),
  phone: z.string(),
  position: z.number().int(),
  ways: Ways,
  language: z.enum(languages).nullable(),
})
export type Contact = z.infer<typeof Contact>

/** An issuer is a URL without query and fragment, so the first # divides. */
const OidcSubject = z
  .string()
  .max(1_000)
  .regex(/^https?:\/\/[^\s#?]+#\S+$/, 'must be the issuer and the subject with a # between: https://id.example#4711')
  .describe('by whom an identity provider knows this operator: `{issuer}#{subject}`; null unbinds')

export const OperatorInput = z.object({
  id: Id.optional(),
  name: text(100).describe('the login name'),
  /** As NIST SP 800-63B asks of passwords that people choose; guessing is slowed by the lock-out. */
  password: z.string().min(8).max(200),
  role: z.enum(roles),
  area: Id.nullish().describe('bounds what this operator sees; absent: everything'),
  vendor: Id.nullish().describe('sees only what is of this vendor; for the role vendor'),
  ways: Ways.optional().describe('by which channels and where this person is told; absent: none'),
  language: z.enum(languages).nullish().describe('of what this person is told; absent: as the channel has it'),
  email: z
    .email()
    .max(254)
    .transform((address) => address.toLowerCase())
    .nullish()
    .describe('by which an identity provider (OpenID Connect) may tell who logs in for the first time'),
  oidc_subject: OidcSubject.nullish(),
})
export const Operator = z.object({
  id: Id,
  name: z.string(),
  role: z.enum(roles),
  area: Id.nullable(),
  vendor: Id.nullable(),
  ways: Ways,
  language: z.enum(languages).nullable(),
})
export type Operator = z.infer<typeof Operator>

/** An operator as those see him who may write operators; others are not told how he is known elsewhere. */
export const OperatorAccount = Operator.extend({
  email: z.string().nullable().optional().describe('told to administrators only'),
  oidc_subject: z.string().nullable().optional().describe('`{issuer}#{subject}`; told to administrators only'),
})
export type OperatorAccount = z.infer<typeof OperatorAccount>

/** What all devices and the account of a vendor may use together; what is absent is as in domain/limits.ts. */
export const VendorQuota = z.strictObject({
  connections: z.number().int().min(1).max(1_000_000).optional().describe('at the same time'),
  connects_per_s: z.number().min(0.1).max(100_000).optional(),
  messages_per_s: z.number().min(0.1).max(1_000_000).optional(),
  bytes_per_s: z.number().min(1_000).max(10_000_000_000).optional(),
})
export type VendorQuota = z.infer<typeof VendorQuota>

export const VendorInput = z.object({
  id: Id.optional(),
  name: text(200),
  quota: VendorQuota.nullish().describe('what this vendor may use; absent or null: as everybody'),
})
export const Vendor = z.object({
  id: Id,
  name: z.string(),
  created_at: z.string(),
  revoked_at: z.string().nullable().describe('client certificates of its account issued up to then are void'),
  quota: VendorQuota.nullable(),
})
export type Vendor = z.infer<typeof Vendor>

export const IntegrationInput = z.object({
  id: Id.optional(),
  name: text(200),
  area: Id.nullish().describe('what it may see and do lies in this area and all below; absent: everywhere'),
  scope: Scope.nullish(),
})
export const Integration = z.object({
  id: Id,
  name: z.string(),
  area: Id.nullable(),
  scope: z
    .array(z.enum(scopePermissions))
    .nullable()
    .describe('the permissions of its token; null: what a viewer may read'),
  created_at: z.string(),
})
export type Integration = z.infer<typeof Integration>
