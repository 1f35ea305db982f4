import pino from 'pino'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { adminToken, openHouse } from './test_house.ts'

it('tells of every request and of no token, wherever the token came', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const house = await openHouse({ log })
  const secrets = ['token-viewer', 'wrong-secret']
  for (const secret of secrets) {
    const query = `access_token=${secret}`
    for (const path of ['/api/v1/events', '/api/v1/tickets', '/api/v1/events/', '/nowhere', '/api/v1/tickets/%zz']) {
      const stream = await fetch(`${house.base}${path}?${query}`)
      await stream.body?.cancel()
    }
    await house.call('GET', '/api/v1/events?last_event_id=x', { token: secret })
    await house.call('POST', '/api/v1/login', { body: `{"name":"x","password":"${secret}` })
    await house.call('POST', '/api/v1/login', { body: { name: 'x', password: secret } })
    const socket = new WebSocket(`${house.base.replace('http', 'ws')}/api/v1/events?${query}`)
    await new Promise<void>((resolve) => {
      socket.on('open', resolve)
      socket.on('error', () => resolve())
    })
    socket.terminate()
  }
  // Nor of whom somebody searched for, nor what a browser keeps.
  const searched = { token: adminToken, headers: { cookie: `vigil_session_${house.port}=kept-by-a-browser` } }
  expect((await house.call('GET', '/api/v1/residents?q=Guiying', searched)).status).toBe(200)
  secrets.push('Guiying', 'kept-by-a-browser')
  // A failure of ours is logged with all that is known of it.
  await house.closeStore()
  const broken = await house.call('GET', '/api/v1/me?access_token=wrong-secret', { token: 'token-viewer' })
  expect(broken.body.code).toBe('internal')
  await house.closeApi()
  const told = lines.join('')
  for (const secret of secrets) expect(told).not.toContain(secret)
  for (const path of ['/api/v1/tickets', '/nowhere', '/api/v1/login']) expect(told).toContain(`"path":"${path}"`)
  expect(told).toContain(`"reqId":"${broken.body.request_id}"`)
})
