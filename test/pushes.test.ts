import { afterAll, beforeAll, expect, it } from 'vitest'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** A cloud's push through the whole house: the api's port, the broker, the journal, a ticket. */
let system: System
let token: string
beforeAll(async () => {
  system = await startSystem()
  ;({ token } = await system.call<{ token: string }>('POST', '/vendors', { id: 'acme', name: 'Acme' }))
  await system.call('POST', '/devices', { id: '868120000000042', vendor: 'acme' })
})
afterAll(() => system.close())

const push = (path: string, body: string): Promise<Response> =>
  fetch(`${system.url}/api/v1/push/${path}`, { method: 'POST', body })

it('an SOS that a vendor’s cloud pushes, with its token in the address, opens a ticket of the device', async () => {
  const body = JSON.stringify({ type: 'alarm', deviceNum: '868120000000042' })
  const answer = await push(`jjt?token=${token}`, body)
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: true }])
  const [ticket] = await until('there is a ticket', async () => {
    const tickets = await system.tickets()
    return tickets.length > 0 ? tickets : undefined
  })
  expect(JSON.stringify(ticket)).toContain('868120000000042')
})

it('what cannot be read is taken, and is a dead letter', async () => {
  const answer = await push(`watch_push?token=${token}`, '{"flag":')
  expect([answer.status, await answer.text()]).toEqual([200, 'Success'])
  const letters = await until('there is a dead letter', async () => {
    const found = await system.list<{ topic: string }>('/dead-letters')
    return found.length > 0 ? found : undefined
  })
  expect(letters).toMatchObject([{ topic: 'push/watch_push' }])
})

it('nobody pushes without a token', async () => expect((await push('jjt', '{}')).status).toBe(401))
