import { register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { markAnswered, markDelivered, pendingCommands } from '../store/commands.ts'
import { updateDevice } from '../store/devices.ts'
import { createVendor } from '../store/vendors.ts'
import { adminToken, type CallOptions, type House, openHouse } from './test_house.ts'

const now = Date.UTC(2026, 10, 22, 8)
const path = '/api/v1/devices/device-north/commands'
const token = 'token-dispatcher-north'

async function open(): Promise<{ house: House; pass(ms: number): void }> {
  let ahead = now - systemClock.now()
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }
  const house = await openHouse({ clock })
  const pass = (ms: number): void => {
    ahead += ms
  }
  return { house, pass }
}
const send = (house: House, body: unknown, options: CallOptions = {}) =>
  house.call('POST', path, { token, body, ...options })

describe('commands over HTTP', () => {
  it('go from queued over delivered to answered, each with its time', async () => {
    const { house } = await open()
    const sent = await send(house, { id: 'c-1', kind: 'say', text: ' hello ', volume: 3 })
    expect(sent.status).toBe(202)
    const queued = { id: 'c-1', device: 'device-north', kind: 'say', text: 'hello', volume: 3 }
    expect(sent.body).toMatchObject({ ...queued, state: 'queued', queued_by: 'dispatcher-north', answer: null })
    expect(Date.parse(String(sent.body.expires_at)) - Date.parse(String(sent.body.queued_at))).toBe(3_600_000)
    const [pending] = await pendingCommands(house.store.db, ['device-north'], now)
    await house.store.write((tx) => markDelivered(tx, [pending!.seq], now + 5_000))
    const read = async () => (await house.call('GET', `${path}/c-1`, { token })).body
    expect(await read()).toMatchObject({ state: 'delivered', delivered_at: '2026-11-22T08:00:05.000Z' })
    const answer = { command: 'c-1', at: now + 6_000, result: 'done' as const, louder: true }
    await house.store.write((tx) => markAnswered(tx, 'device-north', [answer], now + 7_000))
    expect(await read()).toMatchObject({
      state: 'answered',
      answered_at: '2026-11-22T08:00:07.000Z',
      answer: { at: '2026-11-22T08:00:06.000Z', result: 'done', louder: true },
    })
  })

  it('once more with the same id are the same, and with another body are refused', async () => {
    const { house } = await open()
    const first = await send(house, { id: 'c-1', kind: 'ring' })
    const again = await send(house, { id: 'c-1', kind: 'ring' })
    expect([again.status, again.body]).toEqual([202, first.body])
    const other = await send(house, { id: 'c-1', kind: 'locate' })
    expect([other.status, other.body.code]).toEqual([409, 'id_taken'])
    const { body } = await house.call('GET', path, { token })
    expect(body.items.map(({ id }) => id)).toEqual(['c-1'])
  })

  it('expire: after an hour, or when their sender says', async () => {
    const { house, pass } = await open()
    await send(house, { id: 'c-1', kind: 'ring' })
    await send(house, { id: 'c-2', kind: 'ring', expires_in_s: 7_200 })
    pass(3_600_001)
    const { body } = await house.call('GET', path, { token })
    expect(body.items.map(({ id, state }) => [id, state])).toEqual([
      ['c-2', 'queued'],
      ['c-1', 'expired'],
    ])
    const metric = await register.getSingleMetric('vigil_commands_undelivered')?.get()
    const counts = metric?.values.map(({ labels, value }) => [labels.state, value])
    expect(Object.fromEntries(counts ?? [])).toEqual({ waiting: 1, expired: 1 })
  })

  it.each([
    ['no kind', {}],
    ['a kind that there is not', { kind: 'dance' }],
    ['say without a text', { kind: 'say' }],
    ['a text of nothing but spaces', { kind: 'say', text: '  ' }],
    ['a text that is too long', { kind: 'say', text: 'x'.repeat(limits.commandTextChars + 1) }],
    ['an id that is none', { id: 'a/b', kind: 'ring' }],
    ['no time at all', { kind: 'ring', expires_in_s: 0 }],
    ['more than a week', { kind: 'ring', expires_in_s: limits.commandExpiresMostMs / 1_000 + 1 }],
  ])('with %s are refused', async (_what, body) => {
    const { house } = await open()
    const answer = await send(house, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'request_invalid'])
  })

  it('that are too large, nested too deep or too many are refused, each with its code', async () => {
    const { house } = await open()
    const large = await send(house, { kind: 'ring', note: 'x'.repeat(limits.commandBytes) })
    expect([large.status, large.body.code]).toEqual([413, 'command_too_large'])
    const brackets = (limits.commandBytes - 100) / 2
    const deep = await send(house, `{"kind":"ring","note":${'['.repeat(brackets)}${']'.repeat(brackets)}}`)
    expect([deep.status, deep.body.code]).toEqual([400, 'payload_too_deep'])
    for (let n = 0; n < limits.commandsWaiting; n++) expect((await send(house, { kind: 'test' })).status).toBe(202)
    const full = await send(house, { kind: 'test' })
    expect([full.status, full.body.code]).toEqual([429, 'commands_full'])
  })

  it('of their sender cannot pass for what Vigil says of them', async () => {
    const { house } = await open()
    const lies = {
      device: 'device-south',
      state: 'answered',
      queued_by: 'somebody',
      delivered_at: 'now',
      answer: 'yes',
    }
    const { body } = await send(house, { id: 'c-1', kind: 'ring', ...lies })
    const truth = { device: 'device-north', state: 'queued', queued_by: 'dispatcher-north', delivered_at: null }
    expect(body).toMatchObject({ ...truth, answer: null })
  })

  it('are for who cares for a home; a vendor may only test, and only its own devices', async () => {
    const { house } = await open()
    const status = async (role: string, body: object) =>
      (await send(house, body, { token: `token-${role}-north` })).status
    for (const role of ['administrator', 'supervisor', 'dispatcher', 'integrator'])
      expect([role, await status(role, { kind: 'ring' })]).toEqual([role, 202])
    expect(await status('viewer', { kind: 'test' })).toBe(403)
    expect([await status('vendor', { kind: 'ring' }), await status('vendor', { kind: 'test' })]).toEqual([403, 202])
    await house.store.write(async (tx) => {
      await createVendor(tx, { id: 'acme', name: 'Acme' }, now)
      await tx.updateTable('operators').set({ vendor: 'acme' }).where('id', '=', 'vendor-north').execute()
    })
    expect(await status('vendor', { kind: 'test' })).toBe(404)
    await house.store.write((tx) => updateDevice(tx, 'device-north', { vendor: 'acme' }, now))
    expect(await status('vendor', { kind: 'test' })).toBe(202)
    const elsewhere = await send(house, { kind: 'ring' }, { token: 'token-dispatcher-south' })
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found'])
    const nothing = await house.call('POST', '/api/v1/devices/no-such/commands', {
      token: adminToken,
      body: { kind: 'ring' },
    })
    expect(nothing.status).toBe(404)
    expect((await house.call('GET', `${path}/no-such`, { token })).status).toBe(404)
  })

  it('come in pages, newest first', async () => {
    const { house } = await open()
    for (const id of ['c-1', 'c-2', 'c-3']) await send(house, { id, kind: 'test' })
    const first = await house.call('GET', `${path}?limit=2`, { token })
    const second = await house.call('GET', `${path}?limit=2&after=${first.body.next}`, { token })
    expect([first, second].map(({ body }) => body.items.map(({ id }) => id))).toEqual([['c-3', 'c-2'], ['c-1']])
    expect(second.body.next).toBeNull()
  })
})
