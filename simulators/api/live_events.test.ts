import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { LiveEvent } from '../../domain/ticket.ts'
import { followEvents, type StreamEvent, takeEvents } from './live_events.ts'

const stream =
  ': hello\n\nid: 1\nevent: ticket.opened\ndata: {"seq":1}\n\nid: 2\r\ndata: {"seq":2}\r\n\r\nid: 3\ndata: {"se'

it('takes whole events from a stream, keeps the piece that is not complete, and passes over comments', () => {
  const first = takeEvents(stream)
  expect(first.events).toEqual([
    { id: '1', event: 'ticket.opened', data: '{"seq":1}' },
    { id: '2', data: '{"seq":2}' },
  ])
  expect(takeEvents(`${first.rest}q":3}\n\n`)).toEqual({ events: [{ id: '3', data: '{"seq":3}' }], rest: '' })
})

it('gives the same in pieces of any size', () => {
  for (const size of [1, 2, 5, 11]) {
    const got: StreamEvent[] = []
    let rest = ''
    for (let at = 0; at < stream.length; at += size) {
      const taken = takeEvents(rest + stream.slice(at, at + size))
      got.push(...taken.events)
      rest = taken.rest
    }
    expect(got.map(({ data }) => data)).toEqual(['{"seq":1}', '{"seq":2}'])
  }
})

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

/** An api whose streams the test holds in its hands, with what each asked to go on after. */
async function fakeApi(status = 200) {
  const streams: { after: string | undefined; response: ServerResponse }[] = []
  const server = createServer((request, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' })
    if (status !== 200) return void response.end()
    response.flushHeaders()
    streams.push({ after: request.headers['last-event-id'] as string | undefined, response })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { streams, httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const eventText = (seq: number) =>
  `id: ${seq}\ndata: ${JSON.stringify({ seq, type: 'elsewhere', at: '2026-03-04T02:00:00.000Z', ticket: null })}\n\n`

it('goes on after the last event that it has when the stream breaks, also where that is only the start', async () => {
  const { streams, httpUrl } = await fakeApi()
  const events: LiveEvent[] = []
  const following = await followEvents({ httpUrl, token: 't', clock: systemClock, onEvent: (e) => events.push(e) })
  cleanUp.push(() => following.close())
  expect(streams[0]!.after).toBeUndefined()
  streams[0]!.response.write('retry: 1000\nid: 7\n\n')
  await vi.waitFor(() => expect(following.cursor()).toBe(7))
  streams[0]!.response.destroy()
  await vi.waitFor(() => expect(streams).toHaveLength(2), 10_000)
  expect(streams[1]!.after).toBe('7')
  streams[1]!.response.end(eventText(8))
  await vi.waitFor(() => expect(streams).toHaveLength(3), 10_000)
  expect(streams[2]!.after).toBe('8')
  expect(events.map(({ seq }) => seq)).toEqual([8])
})

it('tells when events were missed for good', async () => {
  const { streams, httpUrl } = await fakeApi()
  const onReset = vi.fn()
  const onEvent = vi.fn()
  const following = await followEvents({ httpUrl, token: 't', clock: systemClock, onEvent, onReset })
  cleanUp.push(() => following.close())
  streams[0]!.response.write('event: reset\nid: 90\ndata: {"seq":90,"type":"reset"}\n\n')
  await vi.waitFor(() => expect(onReset).toHaveBeenCalledOnce())
  expect(onEvent).not.toHaveBeenCalled()
  expect(following.cursor()).toBe(90)
})

it('says so where the api refuses', async () => {
  const { httpUrl } = await fakeApi(401)
  await expect(followEvents({ httpUrl, token: 'wrong', clock: systemClock, onEvent: () => {} })).rejects.toThrow(
    'the api refused the live events: HTTP 401',
  )
})
