import { expect, it } from 'vitest'
import { takeEvents } from './live_events.ts'

const stream =
  ': hello\n\nid: 1\nevent: ticket.opened\ndata: {"seq":1}\n\nid: 2\r\ndata: {"seq":2}\r\n\r\nid: 3\ndata: {"se'

it('takes whole events from a stream, keeps the piece that is not complete, and passes over comments', () => {
  const first = takeEvents(stream)
  expect(first.data).toEqual(['{"seq":1}', '{"seq":2}'])
  expect(takeEvents(`${first.rest}q":3}\n\n`)).toEqual({ data: ['{"seq":3}'], rest: '' })
})

it('gives the same in pieces of any size', () => {
  for (const size of [1, 2, 5, 11]) {
    const got: string[] = []
    let rest = ''
    for (let at = 0; at < stream.length; at += size) {
      const taken = takeEvents(rest + stream.slice(at, at + size))
      got.push(...taken.data)
      rest = taken.rest
    }
    expect(got).toEqual(['{"seq":1}', '{"seq":2}'])
  }
})
