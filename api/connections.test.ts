import { describe, expect, it } from 'vitest'
import { openTestBroker } from './test_broker.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const ofHouse = async (): Promise<House> => {
  const broker = await openTestBroker()
  return openHouse({ peers: async () => [{ process: 'ingest', url: new URL('http://127.0.0.1:1') }, broker] })
}

const seen = async (house: House, path: string, token: string) => {
  const { status, body } = await house.call('GET', `/api/v1${path}`, { token })
  return status === 200 ? body.items.map(({ principal }) => principal) : `${status} ${body.code}`
}

describe('GET /connections', () => {
  it('shows everything to who sees everything, page by page', async () => {
    const house = await ofHouse()
    const all = ['device:device-north', 'vendor:maker-north', 'device:device-south', 'vendor:maker-south']
    expect(await seen(house, '/connections', adminToken)).toEqual(all)
    const first = await house.call('GET', '/api/v1/connections?limit=3', { token: adminToken })
    expect(first.body.items).toHaveLength(3)
    expect(await seen(house, `/connections?limit=3&after=${first.body.next}`, adminToken)).toEqual(all.slice(3))
  })

  it('shows an area its devices and a vendor its own, looking on where a page is somebody else’s', async () => {
    const house = await ofHouse()
    expect(await seen(house, '/connections', 'token-dispatcher-south')).toEqual(['device:device-south'])
    expect(await seen(house, '/connections?limit=1', 'token-dispatcher-south')).toEqual(['device:device-south'])
    const own = ['device:device-south', 'vendor:maker-south']
    expect(await seen(house, '/connections', 'token-maker-south')).toEqual(own)
    expect(await seen(house, '/connections?vendor=maker-north', 'token-maker-south')).toBe('404 not_found')
  })

  it('finds one device’s, and nothing of a device of elsewhere', async () => {
    const house = await ofHouse()
    expect(await seen(house, '/connections?device=device-north', adminToken)).toEqual(['device:device-north'])
    expect(await seen(house, '/connections?device=device-north', 'token-dispatcher-south')).toEqual([])
    expect(await seen(house, '/connections?device=device-north', 'token-maker-south')).toEqual([])
  })

  it('says that the broker does not answer, where it does not', async () => {
    const house = await openHouse()
    expect(await seen(house, '/connections', adminToken)).toBe('503 front_door_unreachable')
    const deaf = await openHouse({ peers: async () => [{ process: 'broker', url: new URL('http://127.0.0.1:1') }] })
    expect(await seen(deaf, '/connections', adminToken)).toBe('503 front_door_unreachable')
  })
})

describe('GET /front-door', () => {
  it('is for who sees all areas, since it names the busiest of all', async () => {
    const house = await ofHouse()
    const ask = async (token: string) => (await house.call('GET', '/api/v1/front-door', { token })).body
    expect(await ask(adminToken)).toMatchObject({ connections: 4, by_kind: { device: 2, vendor: 2 } })
    expect(await ask('token-supervisor')).toMatchObject({ connections: 4 })
    expect(await ask('token-supervisor-north')).toMatchObject({ code: 'forbidden' })
    expect(await ask('token-viewer')).toMatchObject({ code: 'forbidden' })
  })
})
