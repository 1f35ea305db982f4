import { describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { deviceByToken, getDevice } from '../store/devices.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const token = adminToken
type Row = { id: string | null; result: string; claim_code?: string; qr?: string; code?: string; detail?: string }
async function importAs(house: House, who: string, body: object): Promise<Row[]> {
  const answer = await house.call('POST', '/api/v1/devices/import', { token: who, body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body.items as Row[]
}
const claim = (house: House, device: string, code: string) =>
  house.call('POST', '/api/v1/claims', { body: { device, code } })
const short = (rows: Row[]) => rows.map(({ id, result, code }) => [id, result, ...(code ? [code] : [])].join(' '))

async function timed(): Promise<{ house: House; clock: VirtualClock }> {
  const clock = virtualClock()
  return { house: await openHouse({ clock }), clock }
}

describe('an import', () => {
  it('registers devices of a vendor with claim codes, gateways first, and can be made again', async () => {
    const house = await openHouse()
    const devices = [{ id: 'mat', gateway: 'hub', category: 'home_monitor' }, { id: 'hub', category: 'gateway' }, {}]
    const rows = await importAs(house, 'token-maker-north', { devices, url: 'https://vigil.example' })
    expect(short(rows).slice(0, 2)).toEqual(['mat created', 'hub created'])
    expect(rows[2]).toMatchObject({ id: expect.stringMatching(/^device-/), result: 'created' })
    expect(rows[0]!.claim_code).toMatch(/^\w{4}-\w{4}-\w{4}$/)
    expect(Object.fromEntries(new URL(rows[0]!.qr!).searchParams)).toEqual({
      device: 'mat',
      code: rows[0]!.claim_code,
      url: 'https://vigil.example',
    })
    expect(await getDevice(house.store.db, 'mat')).toMatchObject({ vendor: 'maker-north', gateway: 'hub', home: null })
    const again = await importAs(house, 'token-maker-north', { devices: devices.slice(0, 2) })
    expect(again).toEqual([
      { id: 'mat', result: 'exists' },
      { id: 'hub', result: 'exists' },
    ])
  })

  it('refuses one by one what cannot be, says why, and keeps the others', async () => {
    const house = await openHouse()
    const devices = [
      { id: 'ok-1' },
      { id: 'device-south' },
      { id: 'in-a-home', home: 'home-north' },
      { id: 'behind-foreign', gateway: 'device-south' },
      { id: 'behind-none', gateway: 'nothing' },
      { id: 'own', gateway: 'own' },
      { id: 'admin' },
      { id: 'ok-2' },
    ]
    expect(short(await importAs(house, 'token-maker-north', { devices }))).toEqual([
      'ok-1 created',
      'device-south refused id_taken',
      'in-a-home refused forbidden',
      'behind-foreign refused reference_unknown',
      'behind-none refused reference_unknown',
      'own refused reference_unknown',
      'admin refused request_invalid',
      'ok-2 created',
    ])
    expect(await getDevice(house.store.db, 'in-a-home')).toBeUndefined()
    const others = { vendor: 'maker-south', devices: [{ id: 'x' }] }
    expect(short(await importAs(house, 'token-maker-north', others))).toEqual(['x refused reference_unknown'])
    expect(short(await importAs(house, token, { vendor: 'nobody', devices: [{ id: 'x' }] }))).toEqual([
      'x refused reference_unknown',
    ])
  })

  it('of an integrator of a district puts devices into its homes only', async () => {
    const house = await openHouse()
    const devices = [{ id: 'a', home: 'home-north' }, { id: 'b', home: 'home-south' }, { id: 'c' }]
    expect(short(await importAs(house, 'token-integrator-north', { vendor: 'maker-north', devices }))).toEqual([
      'a created',
      'b refused reference_unknown',
      'c refused forbidden',
    ])
  })

  it('takes a thousand devices with every field and no more, each as one entry of the audit', async () => {
    const house = await openHouse()
    const long = 'x'.repeat(200)
    const device = { model: long, place: long, category: 'x'.repeat(64) }
    const devices = Array.from({ length: limits.importDevices }, (_, n) => ({ id: `${'d'.repeat(59)}${n}`, ...device }))
    const rows = await importAs(house, 'token-maker-north', { devices })
    expect(new Set(rows.map(({ result }) => result))).toEqual(new Set(['created']))
    expect(rows.map(({ id }) => id)).toEqual(devices.map(({ id }) => id))
    expect(new Set(rows.map(({ claim_code }) => claim_code)).size).toBe(limits.importDevices)
    const { count } = await house.store.db
      .selectFrom('audit')
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(count).toBe(limits.importDevices)
    const over = await house.call('POST', '/api/v1/devices/import', { token, body: { devices: [...devices, {}] } })
    expect([over.status, over.body.code]).toEqual([400, 'request_invalid'])
  })
})

describe('a claim', () => {
  it('gives the device its token for its code, once and a little longer, and is audited with the address', async () => {
    const { house, clock } = await timed()
    const [row] = await importAs(house, token, { devices: [{ id: 'watch' }] })
    const first = await claim(house, 'watch', row!.claim_code!.toLowerCase())
    expect([first.status, first.body.device]).toEqual([201, 'watch'])
    const opens = async (of: string) => (await deviceByToken(house.store.db, 'watch', of, clock.now())) !== undefined
    expect(await opens(first.body.token)).toBe(true)
    const second = await claim(house, 'watch', row!.claim_code!)
    expect([await opens(first.body.token), await opens(second.body.token)]).toEqual([false, true])
    await clock.advance(limits.claimRepeatMs)
    const late = await claim(house, 'watch', row!.claim_code!)
    expect([late.status, late.body.code, await opens(second.body.token)]).toEqual([401, 'claim_refused', true])
    const audit = await house.call('GET', '/api/v1/audit?subject=device:watch', { token })
    expect(audit.body.items.map(({ who, what, address }) => [who, what, address])).toEqual([
      ['anyone', 'refused:claim_refused', '127.0.0.1'],
      ['device:watch', 'claimed', '127.0.0.1'],
      ['device:watch', 'claimed', '127.0.0.1'],
      ['administrator', 'created', null],
    ])
  })

  it('ends with its days; a new code replaces the old one', async () => {
    const { house, clock } = await timed()
    const [row] = await importAs(house, token, { devices: [{ id: 'watch' }], claim_days: 2 })
    const made = await house.call('POST', '/api/v1/devices/watch/claim-code', { token, body: { claim_days: 1 } })
    expect(made.body).toMatchObject({ id: 'watch', expires_at: new Date(clock.now() + 24 * 3_600_000).toISOString() })
    expect((await claim(house, 'watch', row!.claim_code!)).body.code).toBe('claim_refused')
    const { claim_code } = made.body as unknown as { claim_code: string }
    await clock.advance(24 * 3_600_000)
    expect((await claim(house, 'watch', claim_code)).body.code).toBe('claim_refused')
  })

  it('is answered the same whatever is wrong, and locks an address out that guesses, not another', async () => {
    const { house, clock } = await timed()
    const [row] = await importAs(house, token, { devices: [{ id: 'watch' }] })
    const wrong = async (device: string) => {
      const { request_id: _, ...problem } = (await claim(house, device, '0000-0000-0000')).body
      return problem
    }
    expect(await wrong('watch')).toEqual(await wrong('nobody'))
    const guesses = Array.from({ length: limits.claimFailures - 2 }, () => wrong('watch'))
    for (const guess of await Promise.all(guesses)) expect(guess.code).toBe('claim_refused')
    const locked = await claim(house, 'watch', row!.claim_code!)
    expect([locked.status, locked.body.code]).toEqual([429, 'too_many_requests'])
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0)
    const refusals = await house.call('GET', '/api/v1/refusals?code=claim_refused', { token })
    expect(refusals.body.items).toMatchObject([{ subject: 'device:watch', count: limits.claimRefusalsNoted }])
    await clock.advance(5 * 60_000)
    expect((await claim(house, 'watch', row!.claim_code!)).status).toBe(201)
  })

  it('notes refusals of registered devices, within a limit, so that guessing fills no table', async () => {
    const { house } = await timed()
    const devices = Array.from({ length: limits.claimRefusalsNoted + 5 }, (_, n) => ({ id: `w-${n}` }))
    for (let n = 0; n < devices.length; n += 10) await importAs(house, token, { devices: devices.slice(n, n + 10) })
    for (const { id } of devices) expect((await claim(house, id, '0000-0000-0000')).body.code).toBe('claim_refused')
    expect((await claim(house, 'nobody', '0000-0000-0000')).body.code).toBe('claim_refused')
    const noted = await house.call('GET', '/api/v1/refusals?limit=1000', { token })
    expect(noted.body.items).toHaveLength(limits.claimRefusalsNoted)
  })

  it('of something that cannot be a code is an invalid request', async () => {
    const house = await openHouse()
    for (const code of ['', 'short', 'x'.repeat(500), '1234-5678-90é!'])
      expect((await claim(house, 'watch', code)).body.code, code).toBe('request_invalid')
  })
})
