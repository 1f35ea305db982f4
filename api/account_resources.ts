import { z } from 'zod'
import { passOn } from '../alerts/escalation/sessions.ts'
import * as registry from '../domain/registry.ts'
import * as areas from '../store/areas.ts'
import { issueToken } from '../store/credentials.ts'
import * as devices from '../store/devices.ts'
import * as homes from '../store/homes.ts'
import * as integrations from '../store/integrations.ts'
import * as operators from '../store/operators.ts'
import type { Tx } from '../store/store.ts'
import * as vendors from '../store/vendors.ts'
import { type Account, creating, inArea, inHome, pathBy, resource, updating, withoutId } from './resource.ts'

/** What of the registry can come in: devices, operators, vendors, integrations. */

const shownOnce = (userName: string) =>
  z.string().describe(`its MQTT password and bearer token; shown once. The user name is ${userName}`)

export const device = resource({
  noun: 'a device',
  plural: 'devices',
  item: registry.Device,
  input: registry.DeviceInput,
  change: registry.DeviceInput.omit(withoutId).partial(),
  created: registry.Device.extend({
    token: shownOnce('its id'),
  }),
  read: 'read_devices',
  write: 'write_registry',
  filters: ['area', 'home', 'vendor', 'gateway', 'q', 'online', 'battery_below', 'placed'],
  placeOf: inHome,
  pathOf: pathBy(devices.getDevice, (found) => found.home, homes.pathOfHome),
  vendorOf: async (db, id) => (await devices.accessOfDevice(db, id))?.vendor,
  subjectOf: devices.deviceKey,
  account: { may: 'enrol_devices', rotate: devices.rotateToken, revoke: devices.revokeDevice },
  list: devices.listDevices,
  get: devices.getDevice,
  create: creating(async (tx: Tx, input: z.output<typeof registry.DeviceInput>, now) => {
    const made = await devices.createDevice(tx, input, now)
    return { ...made.device, token: made.token }
  }),
  update: updating(devices.updateDevice),
  remove: devices.deleteDevice,
})

/** Its password takes its time to be hashed, so creation and change run their own transaction, after the check. */
export const operator = resource({
  noun: 'an operator',
  plural: 'operators',
  item: registry.OperatorAccount,
  input: registry.OperatorInput,
  change: registry.OperatorInput.omit(withoutId).partial(),
  read: 'read_registry',
  write: 'write_operators',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(operators.getOperator, (found) => found.area, areas.pathOfArea),
  list: operators.listOperators,
  get: operators.getOperator,
  subjectOf: (id) => `operator:${id}`,
  forReaders: ({ email: _email, oidc_subject: _subject, ...operator }) => operator,
  create: async (store, { check, note }, input) => {
    await check(store.db)
    return operators.createOperator(store, input, (tx, made) => note(tx, made.id))
  },
  update: async (store, { check, note }, id, change, now) => {
    await check(store.db)
    return operators.updateOperator(store, id, change, async (tx) => {
      await note(tx, id)
      // A new password or identity has ended his sessions.
      if (change.password !== undefined || change.oidc_subject !== undefined) await passOn(tx, id, now)
    })
  },
  remove: operators.deleteOperator,
})

/** How the tokens of an account, which is there and named by `key`, are replaced. */
const rotating =
  (key: (id: string) => string): Account['rotate'] =>
  (tx, id, now, overlapMs) =>
    issueToken(tx, key(id), { now, overlapMs })

/** Creates an account and its first token, which is shown this once. */
const withToken = <Input, Item extends { id: string }>(
  create: (tx: Tx, input: Input, now: number) => Promise<Item>,
  key: (id: string) => string,
) =>
  creating(async (tx: Tx, input: Input, now) => {
    const made = await create(tx, input, now)
    return { ...made, token: (await issueToken(tx, key(made.id), { now })).token }
  })

/** Vendors lie in no area: whoever is bounded by one sees none, and a vendor sees itself. */
export const vendor = resource({
  noun: 'a vendor',
  plural: 'vendors',
  item: registry.Vendor,
  input: registry.VendorInput,
  change: registry.VendorInput.omit(withoutId).partial(),
  created: registry.Vendor.extend({ token: shownOnce('`vendor/{id}`') }),
  read: 'read_vendors',
  write: 'write_vendors',
  filters: [],
  placeOf: () => ({ table: 'none', id: null }),
  pathOf: async (db, id) => (await vendors.getVendor(db, id)) && null,
  vendorOf: async (_db, id) => id,
  subjectOf: vendors.vendorKey,
  account: { may: 'write_vendors', rotate: rotating(vendors.vendorKey), revoke: vendors.revokeVendor },
  list: vendors.listVendors,
  get: vendors.getVendor,
  create: withToken(vendors.createVendor, vendors.vendorKey),
  update: updating(vendors.updateVendor),
  remove: vendors.deleteVendor,
})

export const integration = resource({
  noun: 'an integration',
  plural: 'integrations',
  item: registry.Integration,
  input: registry.IntegrationInput,
  change: registry.IntegrationInput.omit(withoutId).partial(),
  created: registry.Integration.extend({ token: shownOnce('`integration/{id}`') }),
  read: 'manage_integrations',
  write: 'manage_integrations',
  filters: ['area'],
  placeOf: inArea,
  pathOf: pathBy(integrations.getIntegration, (found) => found.area, areas.pathOfArea),
  subjectOf: integrations.integrationKey,
  account: {
    may: 'manage_integrations',
    rotate: rotating(integrations.integrationKey),
    revoke: integrations.revokeIntegration,
  },
  list: integrations.listIntegrations,
  get: integrations.getIntegration,
  create: withToken(integrations.createIntegration, integrations.integrationKey),
  update: updating(integrations.updateIntegration),
  remove: integrations.deleteIntegration,
})
