import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const tiles = 'https://{s}.tiles.example/{z}/{x}/{y}.png?key=1'

describe('the tiles of the map', () => {
  it('are none, or a template in a datum', () => {
    expect(readConfig({}).map).toBeUndefined()
    expect(readConfig({ VIGIL_MAP_TILES: tiles }).map).toEqual({ tiles, datum: 'WGS84', attribution: '' })
    const env = { VIGIL_MAP_TILES: tiles, VIGIL_MAP_DATUM: 'GCJ-02', VIGIL_MAP_ATTRIBUTION: '© 高德' }
    expect(readConfig(env).map).toEqual({ tiles, datum: 'GCJ-02', attribution: '© 高德' })
  })

  it.each([
    'https://tiles.example/',
    'https://tiles.example/{z}/{x}.png',
    'ftp://tiles.example/{z}/{x}/{y}',
    'https://me:secret@tiles.example/{z}/{x}/{y}',
    "https://tiles.example; script-src 'unsafe-inline'/{z}/{x}/{y}",
    'https://{s}/{z}/{x}/{y}.png',
    'tiles/{z}/{x}/{y}.png',
  ])('are not %s', (wrong) => {
    expect(() => readConfig({ VIGIL_MAP_TILES: wrong })).toThrow('VIGIL_MAP_TILES must be the URL of map tiles')
  })

  it('have a datum that is known, and nothing is said of tiles that there are not', () => {
    expect(() => readConfig({ VIGIL_MAP_TILES: tiles, VIGIL_MAP_DATUM: 'CGCS2000' })).toThrow('VIGIL_MAP_DATUM')
    expect(() => readConfig({ VIGIL_MAP_DATUM: 'GCJ-02' })).toThrow('VIGIL_MAP_TILES is not')
  })
})
