import compress from '@fastify/compress'
import type { RouteOptions } from 'fastify'
import type { Api } from './context.ts'

/**
 * What is read is sent compressed to whoever takes it so: the console's files, lists and tickets. Not what a change answers, which
 * may be a new token: of what is compressed the length says something. Not live events, which must not wait for more to come; and not
 * telemetry, of which programs fetch a million points. No request is taken compressed: it could become anything.
 */
export async function compressAnswers(app: Api): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (!isCompressed(route)) Object.assign(route, { compress: false })
  })
  await app.register(compress, { globalDecompression: false, encodings: ['br', 'gzip'] })
}

const asTheyAre = /\/(events|telemetry|me|login)(\/|$)/

const isCompressed = ({ method, url }: Pick<RouteOptions, 'method' | 'url'>): boolean =>
  [method].flat().includes('GET') && !asTheyAre.test(url)
