import { Counter } from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Admin, startAdmin } from './admin.ts'

let admin: Admin
beforeAll(async () => {
  admin = await startAdmin('broker', {
    clock: { offset: () => 60_000 },
    state: async ({ of }) => ({ of, connections: 7 }),
  })
})
afterAll(() => admin.close())

const get = (path: string) => fetch(`http://127.0.0.1:${admin.port}${path}`)

it('says that the process is alive, and which one', async () => {
  expect(await (await get('/healthz')).json()).toEqual({ status: 'ok', process: 'broker' })
})

it('gives what the rooms of this process count, and what Node does, for the api to merge', async () => {
  new Counter({ name: 'vigil_test_total', help: 'counted here' }).inc(3)
  const metrics = (await (await get('/metrics.json')).json()) as { name: string; values: { value: number }[] }[]
  expect(metrics.find(({ name }) => name === 'vigil_test_total')?.values).toEqual([{ value: 3, labels: {} }])
  expect(metrics.map(({ name }) => name)).toContain('process_cpu_seconds_total')
})

it('tells what the process has to tell', async () => {
  expect(await (await get('/state.json?of=all')).json()).toEqual({ of: 'all', connections: 7 })
})

it('tells how far its clock is ahead', async () => {
  expect(await (await get('/clock.json')).json()).toEqual({ offset_ms: 60_000 })
})

it('has nothing else', async () => {
  expect((await get('/')).status).toBe(404)
})
