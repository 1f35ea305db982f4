import type { FastifyInstance } from 'fastify'
import { expect, it, vi } from 'vitest'
import { openHouse } from './test_house.ts'

/** The real plugin with a limit that a test can reach; all else is as the app sets it. */
vi.mock('@fastify/rate-limit', async (original) => {
  const real = (await original<typeof import('@fastify/rate-limit')>()).default
  const strict = async (app: FastifyInstance, options: object) => {
    await app.register(real, { ...options, max: 3 })
  }
  return { default: Object.assign(strict, { [Symbol.for('skip-override')]: true }) }
})

it('stops a program gone wild with a problem, and never what a device sends', async () => {
  const house = await openHouse()
  const ask = () => house.call('GET', '/api/v1/rules', { token: 'token-viewer' })
  for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(200)
  const refused = await ask()
  expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // No broker stands behind this house, so that it answers 503 says that the request came through.
  const publish = (kind: string) => house.call('POST', `/api/v1/devices/w-1/${kind}`, { body: { signal: 'sos' } })
  for (const kind of ['signals', 'signals', 'signals', 'signals', 'readings', 'motion'])
    expect((await publish(kind)).status, kind).toBe(503)
})
