import { expect, it } from 'vitest'
import { tilesOrigin } from './map.ts'
import { adminToken, openHouse } from './test_house.ts'

const tiles = 'https://{s}.tiles.example:8443/{z}/{x}/{y}.png?key=secret'
const map = { tiles, datum: 'GCJ-02' as const, attribution: '© 高德' }

it('tells whoever is signed in which tiles there are, and lets browsers fetch them and nothing else from elsewhere', async () => {
  const house = await openHouse({ map })
  const answer = await house.call('GET', '/api/v1/map', { token: adminToken })
  expect(answer.body).toEqual({ map })
  const policy = answer.headers.get('content-security-policy')
  expect(policy).toContain("img-src 'self' data: https://*.tiles.example:8443;")
  expect(policy).not.toContain('secret')
  expect((await house.call('GET', '/api/v1/map')).status).toBe(401)
})

it('has none unless somebody names them, and then nothing comes from elsewhere', async () => {
  const { call } = await openHouse()
  const answer = await call('GET', '/api/v1/map', { token: adminToken })
  expect(answer.body).toEqual({ map: null })
  expect(answer.headers.get('content-security-policy')).toContain("img-src 'self' data:;")
})

it('gives browsers the libraries of the map, and no other file of theirs', async () => {
  const { call } = await openHouse()
  for (const path of [
    '/lib/leaflet/leaflet-src.esm.js',
    '/lib/leaflet/leaflet.css',
    '/lib/gcoord/gcoord.esm-browser.prod.js',
  ])
    expect((await call('GET', path)).status, path).toBe(200)
  for (const path of ['/lib/leaflet/leaflet.js', '/lib/leaflet/../package.json', '/lib/leaflet/images/layers.png'])
    expect((await call('GET', path)).status, path).toBe(404)
})

it.each([
  ['http://tiles.lan/{z}/{x}/{y}.png', 'http://tiles.lan'],
  ['https://{s}.a.example/t?x={x}&y={y}&z={z}', 'https://*.a.example'],
])('%s comes from %s', (template, origin) => {
  expect(tilesOrigin({ ...map, tiles: template })).toBe(origin)
})
