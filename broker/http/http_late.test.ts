import { once } from 'node:events'
import { connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cut } from '../metrics.ts'
import { listen } from '../sockets/listeners.ts'
import { openHttp } from './http.ts'

/** Nothing of the front door is asked for what never becomes a request. */
const unasked = {
  identity: {},
  post: () => Promise.reject(new Error('asked')),
  mqtt: {},
} as unknown as Omit<Parameters<typeof openHttp>[0], 'log'>
const times = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 }

let server: ReturnType<typeof openHttp>
let port: number
beforeEach(async () => {
  server = openHttp({ ...unasked, log: pino({ level: 'silent' }), times })
  port = await listen(server, { host: '127.0.0.1', port: 0 })
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const lateOnes = async () => (await cut.get()).values.find(({ labels }) => labels.reason === 'http_late')?.value ?? 0

it.each([
  ['headers', 'POST /api/v1/devices/w-1/readings HTTP/1.1\r\nhost: x\r\nx-a: '],
  ['nothing', ''],
])('who sends %s and never ends is hung up on', async (_what, beginning) => {
  const before = await lateOnes()
  const socket = connect(port, '127.0.0.1')
  socket.write(beginning)
  await once(socket.resume(), 'close')
  expect(await lateOnes()).toBe(before + 1)
})
