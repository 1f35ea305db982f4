import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { type House, openHouse } from './test_house.ts'

type Got = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

/** As it comes over the line; fetch would unpack it. */
const get = (house: House, path: string, headers: Record<string, string> = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const asked = { 'accept-encoding': 'gzip', ...headers }
    const outgoing = request(new URL(path, house.base), { headers: asked, agent: false }, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(pieces) }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end()
  })

const textOf = ({ headers, body }: Got): string =>
  String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)

/** Files that a file cannot do without; pages of the console are fetched when they are opened. */
const needed = (path: string, text: string): string[] =>
  [...text.matchAll(/\b(?:from|import) '(\.{1,2}\/[^']+)'|<(?:link|script)[^>]* (?:src|href)="([^"]+)"/g)].map(
    ([, module, tag]) => new URL(module ?? tag ?? '', `http://x${path}`).pathname,
  )

it('the console is there after less than 300 KB', async () => {
  const house = await openHouse()
  const sizes = new Map<string, number>()
  const wanted = ['/']
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (sizes.has(path)) continue
    const got = await get(house, path)
    expect([path, got.status]).toEqual([path, 200])
    sizes.set(path, got.body.length)
    wanted.push(...needed(path, textOf(got)))
  }
  expect([...sizes.keys()]).toEqual(
    expect.arrayContaining(['/app.js', '/styles/base.css', '/words/words_zh.js', '/parts/dom.js']),
  )
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(300_000)
})

it('its files are asked for anew each time, and not sent again', async () => {
  const house = await openHouse()
  const first = await get(house, '/app.js')
  expect([first.headers['content-encoding'], first.headers['cache-control']]).toEqual(['gzip', 'no-cache'])
  expect(first.headers.vary).toContain('accept-encoding')
  const again = await get(house, '/app.js', { 'if-none-match': String(first.headers.etag) })
  expect([again.status, again.body.length]).toEqual([304, 0])
})

it('lists are compressed for whoever takes it so; what says who one is and live events are not', async () => {
  const house = await openHouse()
  const authorization = 'Bearer token-administrator'
  const list = await get(house, '/api/v1/rules', { authorization })
  const plain = await get(house, '/api/v1/rules', { authorization, 'accept-encoding': 'identity' })
  expect([list.headers['content-encoding'], plain.headers['content-encoding']]).toEqual(['gzip', undefined])
  expect(textOf(list)).toBe(String(plain.body))
  expect(plain.body.length).toBeGreaterThan(2 * list.body.length)
  expect((await get(house, '/api/v1/me', { authorization })).headers['content-encoding']).toBeUndefined()
  const stop = new AbortController()
  const events = await fetch(`${house.base}/api/v1/events`, { headers: { authorization }, signal: stop.signal })
  expect(events.headers.get('content-encoding')).toBeNull()
  stop.abort()
})

it('no request is unpacked', async () => {
  const house = await openHouse()
  const headers = { 'content-encoding': 'gzip' }
  const body = { name: 'a', password: 'b' }
  expect((await house.call('POST', '/api/v1/login', { headers, body })).body.code).toBe('login_failed')
})
