import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeAuthority, makeClient } from '../domain/certificates.ts'
import { systemClock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { changesAfter, lastChange } from '../store/changes.ts'
import { credentialOf } from '../store/credentials.ts'
import { deviceByToken } from '../store/devices.ts'
import { isCertificateRevoked } from '../store/revocations.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const token = adminToken
const now = systemClock.now()
const acme = await makeAuthority('Acme', { at: now, kind: 'ec' })
const client = await makeClient(acme, 'watch-1', { at: now, kind: 'ec' })
const fingerprint = new X509Certificate(acme.cert).fingerprint256.replaceAll(':', '').toLowerCase()

const audited = async (house: House, query = '') =>
  (await house.call('GET', `/api/v1/audit?${query}`, { token })).body.items.map(({ who, what, subject }) => ({
    who,
    what,
    subject,
  }))

describe('vendors', () => {
  it('are made with a token that is shown once and signs in, and every step is in the audit', async () => {
    const house = await openHouse()
    const body = { id: 'acme', name: 'Acme', quota: { connections: 10 } }
    const made = await house.call('POST', '/api/v1/vendors', { token, body })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ ...body, revoked_at: null, token: expect.stringMatching(/^\S{32}$/) })
    const read = await house.call('GET', '/api/v1/vendors/acme', { token })
    expect(read.body).not.toHaveProperty('token')
    const me = await house.call('GET', '/api/v1/me', { token: made.body.token })
    expect(me.body.operator).toEqual({ id: 'vendor:acme', name: 'Acme', role: 'vendor', area: null, vendor: 'acme' })
    expect(me.body.expires_at).toBeNull()
    await house.call('PATCH', '/api/v1/vendors/acme', { token, body: { quota: null } })
    await house.call('POST', '/api/v1/vendors/acme/revoke', { token })
    expect((await house.call('GET', '/api/v1/me', { token: made.body.token })).status).toBe(401)
    await house.call('DELETE', '/api/v1/vendors/acme', { token })
    const who = 'administrator'
    const steps = ['deleted', 'revoked', 'changed', 'created'].map((what) => ({ who, what, subject: 'vendor:acme' }))
    expect(await audited(house, 'subject=vendor:acme')).toEqual(steps)
  })

  it('refuse a quota with an unknown field, and going while a device is theirs', async () => {
    const house = await openHouse()
    const wrong = await house.call('POST', '/api/v1/vendors', { token, body: { name: 'x', quota: { conections: 1 } } })
    expect([wrong.status, wrong.body.code]).toEqual([400, 'request_invalid'])
    const used = await house.call('DELETE', '/api/v1/vendors/maker-north', { token })
    expect([used.status, used.body.code]).toEqual([409, 'still_referenced'])
  })

  it('rotate with an overlap of at most 90 days', async () => {
    const house = await openHouse()
    const overlap = (overlap_s: number) =>
      house.call('POST', '/api/v1/vendors/maker-north/token', { token, body: { overlap_s } })
    const most = limits.tokenOverlapMostMs / 1_000
    expect((await overlap(most)).status).toBe(200)
    expect((await overlap(most + 1)).body).toMatchObject({
      code: 'request_invalid',
      detail: 'body/overlap_s: an old token works for 7776000 seconds more at most',
    })
  })

  it('rotate with an overlap: both tokens sign in until the old one’s end', async () => {
    const clock = virtualClock(now)
    const house = await openHouse({ clock })
    const old = 'token-maker-north'
    const made = await house.call('POST', '/api/v1/vendors/maker-north/token', { token, body: { overlap_s: 60 } })
    expect(made.body).toMatchObject({ id: 'maker-north', old_valid_until: new Date(now + 60_000).toISOString() })
    const works = async (given: string) => (await house.call('GET', '/api/v1/me', { token: given })).status
    expect([await works(old), await works(made.body.token)]).toEqual([200, 200])
    await clock.advance(60_000)
    expect([await works(old), await works(made.body.token)]).toEqual([401, 200])
    const again = await house.call('POST', '/api/v1/vendors/maker-north/token', { token })
    expect(again.body.old_valid_until).toBeNull()
    expect([await works(made.body.token), await works(again.body.token)]).toEqual([401, 200])
  })

  it('have authorities, and their certificates are revoked one by one', async () => {
    const house = await openHouse()
    const base = '/api/v1/vendors/maker-north'
    const added = await house.call('POST', `${base}/authorities`, { token, body: { pem: acme.cert } })
    expect([added.status, added.body.items]).toEqual([
      201,
      [expect.objectContaining({ fingerprint, subject: 'CN=Acme' })],
    ])
    const listed = await house.call('GET', `${base}/authorities`, { token: 'token-maker-north' })
    expect(listed.body.items).toEqual(added.body.items)
    const taken = await house.call('POST', '/api/v1/vendors/maker-south/authorities', {
      token,
      body: { pem: acme.cert },
    })
    expect([taken.status, taken.body.code]).toEqual([409, 'authority_taken'])
    const notOne = await house.call('POST', `${base}/authorities`, { token, body: { pem: client.cert } })
    expect([notOne.status, notOne.body.code, notOne.body.detail]).toEqual([
      400,
      'authority_invalid',
      expect.stringContaining('CN=watch-1 is not a CA certificate'),
    ])
    const since = await lastChange(house.store.db)
    const revoke = async (body: object) =>
      (await house.call('POST', `${base}/revocations`, { token: 'token-maker-north', body })).body
    expect(await revoke({ certificate: client.cert })).toEqual({ revoked: 1 })
    const { serialNumber } = new X509Certificate(client.cert)
    expect(await revoke({ serial: serialNumber })).toEqual({ revoked: 0 })
    expect(await isCertificateRevoked(house.store.db, 'maker-north', serialNumber)).toBe(true)
    expect(await changesAfter(house.store.db, since, 9)).toMatchObject([
      { kind: 'access', subject: 'vendor:maker-north' },
    ])
    expect(await revoke({ crl: 'no list' })).toMatchObject({ code: 'revocation_invalid' })
    expect(await revoke({ certificate: acme.cert, serial: '01' })).toMatchObject({ code: 'request_invalid' })
    expect(await revoke({})).toMatchObject({ code: 'request_invalid' })
    const revoked = await house.call('GET', `${base}/revocations`, { token: 'token-maker-north' })
    expect(revoked.body.items).toHaveLength(1)
    const colons = new X509Certificate(acme.cert).fingerprint256
    expect((await house.call('DELETE', `${base}/authorities/${colons}`, { token })).status).toBe(204)
    expect((await house.call('DELETE', `${base}/authorities/${fingerprint}`, { token })).status).toBe(404)
    expect((await audited(house, 'subject=vendor:maker-north')).map(({ who, what }) => `${who} ${what}`)).toEqual([
      'administrator authority_removed',
      'vendor:maker-north certificates_revoked',
      'vendor:maker-north certificates_revoked',
      'administrator authority_added',
    ])
  })
})

describe('devices’ credentials', () => {
  it('are replaced with an overlap and revoked by their vendor, told to the brokers and audited', async () => {
    const house = await openHouse()
    const vendor = 'token-maker-north'
    const path = '/api/v1/devices/device-north'
    const first = await house.call('POST', `${path}/token`, { token: vendor })
    const second = await house.call('POST', `${path}/token`, { token: vendor, body: { overlap_s: 3_600 } })
    const opens = async (given: string) =>
      (await deviceByToken(house.store.db, 'device-north', given, systemClock.now())) !== undefined
    expect([await opens(first.body.token), await opens(second.body.token)]).toEqual([true, true])
    const since = await lastChange(house.store.db)
    const revoked = await house.call('POST', `${path}/revoke`, { token: vendor })
    expect(revoked.body).toEqual({ id: 'device-north', revoked_at: expect.stringMatching(/Z$/) })
    expect([await opens(first.body.token), await opens(second.body.token)]).toEqual([false, false])
    expect(await changesAfter(house.store.db, since, 9)).toMatchObject([{ subject: 'device:device-north' }])
    expect((await house.call('GET', path, { token: vendor })).body.revoked_at).toBe(revoked.body.revoked_at)
    const steps = (await audited(house, 'subject=device:device-north')).map(({ who, what }) => `${who} ${what}`)
    expect(steps).toEqual([
      'vendor:maker-north revoked',
      'vendor:maker-north token_issued',
      'vendor:maker-north token_issued',
    ])
  })

  it('never stand in the audit, nor claim codes, nor passwords', async () => {
    const house = await openHouse()
    const secrets: string[] = []
    const ask = async (path: string, body?: object) => {
      const answer = await house.call('POST', `/api/v1/${path}`, { token, body })
      expect(answer.status, path).toBeLessThan(300)
      const {
        token: given,
        claim_code,
        items,
      } = answer.body as { token?: string; claim_code?: string; items?: { claim_code?: string }[] }
      secrets.push(...[given, claim_code, items?.[0]?.claim_code].filter((one) => one !== undefined))
    }
    await ask('vendors', { id: 'v', name: 'v' })
    await ask('integrations', { id: 'i', name: 'i' })
    await ask('devices', { id: 'd', vendor: 'v' })
    await ask('operators', { id: 'o', name: 'o', password: 'a secret password', role: 'viewer' })
    await house.call('PATCH', '/api/v1/operators/o', { token, body: { password: 'another password' } })
    for (const path of ['vendors/v', 'integrations/i', 'devices/d']) await ask(`${path}/token`)
    await ask('devices/d/claim-code')
    await ask('devices/import', { devices: [{ id: 'e' }] })
    await ask('claims', { device: 'e', code: secrets.at(-1) })
    expect(secrets).toHaveLength(9)
    const rows = JSON.stringify(await house.store.db.selectFrom('audit').selectAll().execute())
    for (const secret of [...secrets, 'a secret password', 'another password']) expect(rows).not.toContain(secret)
    expect(rows).toContain('"changed"')
    expect(rows).toContain('"claimed"')
  })

  it('of an integration are its own: it reads tickets of its area and nothing without its token', async () => {
    const house = await openHouse()
    const body = { id: 'police', name: 'Police', area: 'north' }
    const made = await house.call('POST', '/api/v1/integrations', { token, body })
    expect(made.body).toMatchObject({ ...body, token: expect.any(String) })
    const tickets = () => house.call('GET', '/api/v1/tickets', { token: made.body.token })
    expect((await tickets()).body.items.map(({ id }) => id)).toEqual(['ticket-north'])
    expect(await credentialOf(house.store.db, 'integration:police', made.body.token, now)).toBeDefined()
    await house.call('PATCH', '/api/v1/integrations/police', { token, body: { area: null } })
    expect((await tickets()).body.items).toHaveLength(2)
    await house.call('POST', '/api/v1/integrations/police/revoke', { token })
    expect((await tickets()).status).toBe(401)
  })

  it('of a device behind a gateway: what cannot be is refused with what to mend', async () => {
    const house = await openHouse()
    const patch = async (id: string, body: object, who = token) => {
      const answer = await house.call('PATCH', `/api/v1/devices/${id}`, { token: who, body })
      return [answer.status, answer.body.code]
    }
    expect(await patch('spare-north', { gateway: 'device-north' })).toEqual([200, undefined])
    expect(await patch('device-north', { gateway: 'device-north' })).toEqual([409, 'gateway_invalid'])
    expect(await patch('spare-south', { gateway: 'device-north' })).toEqual([409, 'gateway_invalid'])
    expect(await patch('spare-south', { gateway: 'spare-north' })).toEqual([409, 'gateway_invalid'])
    expect(await patch('device-loose', { vendor: 'nobody' })).toEqual([409, 'reference_unknown'])
    const bounded = await patch('spare-north', { gateway: 'device-south' }, 'token-integrator-north')
    expect(bounded).toEqual([409, 'reference_unknown'])
    const used = await house.call('DELETE', '/api/v1/devices/device-north', { token })
    expect([used.status, used.body.code]).toEqual([409, 'still_referenced'])
    const behind = await house.call('GET', '/api/v1/devices?gateway=device-north', { token })
    expect(behind.body.items.map(({ id }) => id)).toEqual(['spare-north'])
  })
})
