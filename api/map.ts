import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import statics from '@fastify/static'
import { z } from 'zod'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'

export const MapTiles = z.object({
  tiles: z.string().describe('a URL with `{z}`, `{x}` and `{y}`, perhaps `{s}`: Web Mercator tiles of 256 pixels'),
  datum: z.enum(['WGS84', 'GCJ-02', 'BD-09']).describe('positions of Vigil are WGS84 and must be converted'),
  attribution: z.string(),
})
export type MapTiles = z.infer<typeof MapTiles>

/** Where a browser fetches tiles, for `img-src`: the whole address would give away a key that is in it. */
export const tilesOrigin = ({ tiles }: MapTiles): string => {
  const { origin } = new URL(tiles.replace('://{s}.', '://s.').replaceAll(/[{}]/g, ''))
  return tiles.includes('://{s}.') ? origin.replace('://s.', '://*.') : origin
}

/** `GET /map`: with which tiles the console shows where somebody is. */
export function mapRoute(app: Api, { map }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/map',
    config: { may: 'read_registry' },
    schema: {
      summary: 'The tiles for maps',
      description: 'As whoever runs the house has set them; null where there are none.',
      tags: ['registry'],
      response: answers({ 200: z.object({ map: MapTiles.nullable() }) }, ...withToken),
    },
    handler: async () => ({ map: map ?? null }),
  })
}

/** What of libraries goes to the browser, by folder: the map, and its datums. */
const libraries = {
  leaflet: { entry: 'leaflet/dist/leaflet-src.esm.js', files: ['/leaflet-src.esm.js', '/leaflet.css'] },
  gcoord: { entry: 'gcoord/dist/gcoord.esm-browser.prod.js', files: ['/gcoord.esm-browser.prod.js'] },
}

/** Serves the libraries that the console loads when it shows a map, from where npm has put them. */
export async function mapLibraries(app: Api): Promise<void> {
  for (const [name, { entry, files }] of Object.entries(libraries))
    await app.register(statics, {
      root: dirname(fileURLToPath(import.meta.resolve(entry))),
      prefix: `/lib/${name}/`,
      decorateReply: false,
      allowedPath: (path) => files.includes(path),
    })
}
