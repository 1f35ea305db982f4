import { describe, expect, it } from 'vitest'
import { createIntegration } from '../store/integrations.ts'
import { tokenHash } from '../store/tokens.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const token = 'token-centre-north'
const patch = (house: House, body: object, by = adminToken) =>
  house.call('PATCH', '/api/v1/integrations/centre-north', { token: by, body })
const work = (house: House, step: string, { by = token, body }: { by?: string; body?: object } = {}) =>
  house.call('POST', `/api/v1/tickets/ticket-north/${step}`, { token: by, body })

describe('the scope of a program', () => {
  it('is shown, kept without repeats, changed at once, and cleared by null', async () => {
    const house = await openHouse()
    const reads = async (path: string) => (await house.call('GET', `/api/v1/${path}`, { token })).status
    expect([await reads('tickets'), await reads('dead-letters')]).toEqual([200, 403])
    const scope = ['read_dead_letters', 'read_devices', 'read_dead_letters']
    expect((await patch(house, { scope })).body).toMatchObject({ scope: ['read_devices', 'read_dead_letters'] })
    expect([await reads('tickets'), await reads('dead-letters'), await reads('me')]).toEqual([403, 200, 200])
    const refused = await house.call('GET', '/api/v1/tickets', { token })
    expect(refused.body.detail).toBe('The scope of this token does not have the permission read_tickets.')
    expect((await patch(house, { name: 'other' })).body.scope).toEqual(['read_devices', 'read_dead_letters'])
    expect((await patch(house, { scope: null })).body.scope).toBeNull()
    expect([await reads('tickets'), await reads('dead-letters')]).toEqual([200, 403])
  })

  it('can be given when it is made', async () => {
    const house = await openHouse()
    const body = { id: 'board', name: 'board', scope: ['read_telemetry'] }
    const made = await house.call('POST', '/api/v1/integrations', { token: adminToken, body })
    expect([made.status, made.body.scope]).toEqual([201, ['read_telemetry']])
    expect((await house.call('GET', '/api/v1/tickets', { token: made.body.token })).status).toBe(403)
  })

  it.each([
    ['fly', 'fly is no permission; there are read_rules, '],
    ['write_operators', 'write_operators is for people only'],
    ['write_vendors', 'write_vendors is for people only'],
    ['manage_integrations', 'manage_integrations is for people only'],
    ['be_signed_in', 'every token may do what be_signed_in allows; leave it out'],
    [7, 'a permission is a name; there are '],
  ])('does not take %s, and says why', async (name, why) => {
    const house = await openHouse()
    for (const scope of [[name], ['read_tickets', name]]) {
      const answer = await patch(house, { scope })
      expect([answer.status, answer.body.code]).toEqual([400, 'request_invalid'])
      expect(answer.body.detail).toContain(why)
    }
    const kept = await house.call('GET', '/api/v1/integrations/centre-north', { token: adminToken })
    expect(kept.body.scope).toBeNull()
  })

  it('cannot be changed by the program itself, whatever its scope', async () => {
    const house = await openHouse()
    const all = (await house.call('GET', '/api/docs/json')).body as unknown as Document
    const names = all.components.schemas.Integration.properties.scope.anyOf[0]!.items!.enum
    expect(names.length).toBeGreaterThan(10)
    expect((await patch(house, { scope: names })).status).toBe(200)
    expect((await patch(house, { scope: null }, token)).body.code).toBe('forbidden')
    expect((await house.call('POST', '/api/v1/integrations/centre-north/token', { token })).body.code).toBe('forbidden')
  })
})
type Document = {
  components: { schemas: { Integration: { properties: { scope: { anyOf: { items?: { enum: string[] } }[] } } } } }
}

describe('a program that works on tickets', () => {
  /** Another program of the same district, with the same scope. */
  async function withTwo(): Promise<House> {
    const house = await openHouse()
    await patch(house, { scope: ['act_on_tickets'] })
    await house.store.write(async (tx) => {
      await createIntegration(tx, { id: 'other', name: 'other', area: 'north', scope: ['act_on_tickets'] }, 0)
      const credential = { id: 'c', principal: 'integration:other', token_hash: tokenHash('token-other') }
      await tx
        .insertInto('credentials')
        .values({ ...credential, created_at: 0 })
        .execute()
    })
    return house
  }

  it('holds them under its key, is named in the timeline, and nobody but a supervisor takes them from it', async () => {
    const house = await withTwo()
    const taken = await work(house, 'acknowledge')
    expect([taken.status, taken.body.holder]).toEqual([200, 'integration:centre-north'])
    expect(taken.body.timeline).toMatchObject([{ who: 'centre north', what: 'acknowledged' }])
    expect((await work(house, 'acknowledge')).status).toBe(200)
    for (const by of ['token-other', 'token-dispatcher-north'])
      expect((await work(house, 'dispatch', { by })).body.code).toBe('held_by_other')
    expect((await work(house, 'dispatch')).body.state).toBe('dispatched')
    const assigning = { by: 'token-supervisor-north', body: { assignee: 'dispatcher-north' } }
    expect((await work(house, 'assign', assigning)).body.holder).toBe('dispatcher-north')
    expect((await work(house, 'resolve')).body.code).toBe('held_by_other')
  })

  it('is not removed while it holds one', async () => {
    const house = await withTwo()
    await work(house, 'acknowledge')
    const remove = () => house.call('DELETE', '/api/v1/integrations/centre-north', { token: adminToken })
    expect((await remove()).body.code).toBe('still_referenced')
    expect((await work(house, 'close', { body: { outcome: 'test' } })).status).toBe(200)
    expect((await remove()).status).toBe(204)
  })

  it('stops at once when its scope is taken back', async () => {
    const house = await withTwo()
    expect((await work(house, 'acknowledge')).status).toBe(200)
    await patch(house, { scope: null })
    expect((await work(house, 'dispatch')).body.code).toBe('forbidden')
  })
})
