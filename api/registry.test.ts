import { describe, expect, it } from 'vitest'
import { deviceByToken } from '../store/devices.ts'
import { adminToken, type CallOptions, type House, openHouse } from './test_house.ts'

const token = adminToken
const post = (house: House, plural: string, body: CallOptions['body']) =>
  house.call('POST', `/api/v1/${plural}`, { token, body })
const get = (house: House, path: string) => house.call('GET', `/api/v1/${path}`, { token })

const bedsit = { rooms: [{ name: 'room', x: 0, y: 0, w: 4, h: 5.5 }], doors: [{ name: 'front door', x: 4, y: 1 }] }

/** For each kind: what makes one, what it then looks like, a change, and what that makes of it. */
const kinds = [
  {
    plural: 'areas',
    input: { id: 'x', name: ' 新区 ', parent: 'north' },
    made: { id: 'x', name: '新区', parent: 'north' },
    change: { name: 'new town', parent: 'south' },
    changed: { id: 'x', name: 'new town', parent: 'south' },
  },
  {
    plural: 'homes',
    input: { id: 'x', area: 'street-north', address: '3', lat: 39.65, lon: 106.79 },
    made: { id: 'x', area: 'street-north', address: '3', lat: 39.65, lon: 106.79, notes: null, floor_plan: null },
    change: { lat: null, notes: 'dog', floor_plan: bedsit },
    changed: { id: 'x', area: 'street-north', address: '3', lat: null, lon: 106.79, notes: 'dog', floor_plan: bedsit },
  },
  {
    plural: 'residents',
    input: { id: 'x', home: 'home-north', name: '王芳', birth_year: 1941 },
    made: { id: 'x', home: 'home-north', name: '王芳', birth_year: 1941, phone: null, risks: null },
    change: { birth_year: null, risks: 'falls' },
    changed: { id: 'x', home: 'home-north', name: '王芳', birth_year: null, phone: null, risks: 'falls' },
  },
  {
    plural: 'contacts',
    input: { id: 'x', home: 'home-north', name: 'son', phone: '139', position: 2 },
    made: {
      id: 'x',
      home: 'home-north',
      name: 'son',
      relation: null,
      phone: '139',
      position: 2,
      ways: [],
      language: null,
    },
    change: { position: 1, relation: 'neighbour' },
    changed: {
      id: 'x',
      home: 'home-north',
      name: 'son',
      relation: 'neighbour',
      phone: '139',
      position: 1,
      ways: [],
      language: null,
    },
  },
  {
    plural: 'absences',
    input: { id: 'x', home: 'home-north', from: '2026-11-22T16:00:00+08:00', reason: 'hospital' },
    made: {
      id: 'x',
      home: 'home-north',
      resident: null,
      from: '2026-11-22T08:00:00.000Z',
      to: null,
      reason: 'hospital',
      note: null,
    },
    change: { resident: 'resident-north', to: '2026-12-03T09:30:00Z', note: 'ward 3' },
    changed: {
      id: 'x',
      home: 'home-north',
      resident: 'resident-north',
      from: '2026-11-22T08:00:00.000Z',
      to: '2026-12-03T09:30:00.000Z',
      reason: 'hospital',
      note: 'ward 3',
    },
  },
  {
    plural: 'operators',
    input: { id: 'x', name: 'Zhao', password: 'long enough 1', role: 'dispatcher', area: 'north' },
    made: {
      id: 'x',
      name: 'Zhao',
      role: 'dispatcher',
      area: 'north',
      vendor: null,
      ways: [],
      language: null,
      email: null,
      oidc_subject: null,
    },
    change: { role: 'supervisor', area: null },
    changed: {
      id: 'x',
      name: 'Zhao',
      role: 'supervisor',
      area: null,
      vendor: null,
      ways: [],
      language: null,
      email: null,
      oidc_subject: null,
    },
  },
]

describe('the registry', () => {
  it.each(kinds)('makes, reads, changes and removes $plural', async ({ plural, input, made, change, changed }) => {
    const house = await openHouse()
    const created = await post(house, plural, input)
    expect([created.status, created.body]).toEqual([201, made])
    expect((await get(house, `${plural}/x`)).body).toEqual(made)
    const patched = await house.call('PATCH', `/api/v1/${plural}/x`, { token, body: change })
    expect([patched.status, patched.body]).toEqual([200, changed])
    expect((await get(house, `${plural}/x`)).body).toEqual(changed)
    const removed = await house.call('DELETE', `/api/v1/${plural}/x`, { token })
    expect([removed.status, removed.text]).toEqual([204, ''])
    expect((await get(house, `${plural}/x`)).body.code).toBe('not_found')
  })

  it.each(kinds)('makes an id for $plural where none is given', async ({ plural, input }) => {
    const house = await openHouse()
    const { id: _, ...rest } = input
    const { status, body } = await post(house, plural, rest)
    expect(status).toBe(201)
    expect(body.id).toMatch(/^[a-z]+-[A-Za-z0-9_-]{12}$/)
    expect((await get(house, `${plural}/${body.id}`)).status).toBe(200)
  })

  it('shows a device’s token when it is made, takes no other, and never shows it again', async () => {
    const house = await openHouse()
    const { status, body } = await post(house, 'devices', { id: 'watch-1', home: 'home-north', category: 'wearable' })
    expect(status).toBe(201)
    const { token: first, ...device } = body
    expect(device).toEqual({
      id: 'watch-1',
      home: 'home-north',
      model: null,
      category: 'wearable',
      place: null,
      vendor: null,
      gateway: null,
      sos_press: null,
      revoked_at: null,
      last_seen_at: null,
      battery: null,
      battery_at: null,
      online: null,
      firmware: null,
    })
    const opens = (of: string) => deviceByToken(house.store.db, 'watch-1', of, 0)
    expect(await opens(first)).toMatchObject({ id: 'watch-1', home: 'home-north' })
    expect((await get(house, 'devices/watch-1')).text).not.toContain('token')
    const rotated = await house.call('POST', '/api/v1/devices/watch-1/token', { token })
    expect(rotated.body.id).toBe('watch-1')
    expect(await opens(first)).toBeUndefined()
    expect(await opens(rotated.body.token)).toMatchObject({ id: 'watch-1', home: 'home-north' })
  })

  it('never shows a password or what is kept of it', async () => {
    const house = await openHouse()
    const made = await post(house, 'operators', { id: 'x', name: 'Zhao', password: 'long enough 1', role: 'viewer' })
    const read = await get(house, 'operators?limit=1000')
    for (const { text } of [made, read]) expect(text).not.toMatch(/password|long enough/)
  })

  it.each(['areas', 'homes', 'residents', 'devices', 'contacts', 'operators'])(
    'gives %s page by page, each once',
    async (plural) => {
      const house = await openHouse()
      const whole = await get(house, `${plural}?limit=1000`)
      const all = whole.body.items.map(({ id }) => id)
      expect(all.length).toBeGreaterThan(1)
      expect(whole.body.next).toBeNull()
      const paged: string[] = []
      let after: string | null = ''
      while (after !== null) {
        const page = await get(house, `${plural}?limit=1${after && `&after=${encodeURIComponent(after)}`}`)
        expect(page.body.items).toHaveLength(1)
        paged.push(...page.body.items.map(({ id }) => id))
        after = page.body.next
      }
      expect(paged).toEqual(all)
    },
  )

  it('lists what lies in an area or belongs to a home', async () => {
    const house = await openHouse()
    const ids = async (path: string) => (await get(house, path)).body.items.map(({ id }) => id)
    expect(await ids('homes?area=north')).toEqual(['home-north'])
    expect(await ids('homes?area=city')).toEqual(['home-north', 'home-south'])
    expect(await ids('areas?area=south')).toEqual(['south', 'street-south'])
    expect(await ids('devices?home=home-south')).toEqual(['device-south', 'spare-south'])
    expect(await ids('residents?home=home-north')).toEqual(['resident-north'])
    expect(await ids('contacts?home=home-north&area=south')).toEqual([])
  })

  it('tells the rules in force and why', async () => {
    const house = await openHouse()
    const { body } = await get(house, 'rules')
    const sos = { signal: 'sos', severity: 'critical', text: 'SOS pressed' }
    expect(body.items).toContainEqual({ name: 'sos', signals: [sos] })
    const limits = body.limits as { name: string; value: number; reason: string }[]
    expect(limits).toContainEqual(expect.objectContaining({ name: 'answer_within', value: 60_000, unit: 'ms' }))
    for (const { reason } of limits) expect(reason.length).toBeGreaterThan(20)
  })

  it('narrows lists by words and by what devices last told, within what the caller sees', async () => {
    const house = await openHouse()
    const found = async (path: string, by = token) =>
      (await house.call('GET', `/api/v1/${path}`, { token: by })).body.items.map(({ id }) => id)
    const by = async (plural: string, body: object, who = token) =>
      (await house.call('POST', `/api/v1/${plural}/search`, { token: who, body })).body.items.map(({ id }) => id)
    expect(await by('residents', { q: 'SOMEBODY south' })).toEqual(['resident-south'])
    expect(await by('residents', { q: 'somebody' }, 'token-viewer-north')).toEqual(['resident-north'])
    expect(await by('homes', { q: 'south' }, 'token-viewer-north')).toEqual([])
    expect(await by('contacts', { q: '123', home: 'home-south' })).toEqual(['contact-south'])
    expect(await found('devices?placed=false')).toEqual(['device-loose'])
    expect(await by('devices', { q: 'device', placed: 'true', online: 'false' })).toEqual([
      'device-north',
      'device-south',
    ])
    expect(await by('devices', { q: 'device' }, 'token-maker-south')).toEqual(['device-south'])
    const blank = await house.call('POST', '/api/v1/homes/search', { token, body: { q: '  ' } })
    expect([blank.status, blank.body.code]).toEqual([400, 'request_invalid'])
  })

  it('tells who is away now, which a dispatcher may note and a viewer may not', async () => {
    const house = await openHouse()
    const body = { id: 'gone', home: 'home-north', reason: 'hospital' }
    const viewer = await house.call('POST', '/api/v1/absences', { token: 'token-viewer-north', body })
    expect([viewer.status, viewer.body.code]).toEqual([403, 'forbidden'])
    const dispatcher = { token: 'token-dispatcher-north', body }
    expect((await house.call('POST', '/api/v1/absences', dispatcher)).status).toBe(201)
    const later = { ...body, id: 'later', from: '2999-01-01T00:00:00Z' }
    await house.call('POST', '/api/v1/absences', { ...dispatcher, body: later })
    const away = async (by: string) => (await get(house, `absences?${by}`)).body.items.map(({ id }) => id)
    expect(await away('at=now&home=home-north')).toEqual(['gone'])
    expect(await away('at=2999-01-02T00:00:00Z')).toEqual(['later', 'gone'])
    expect(await away('area=south')).toEqual([])
  })
})
