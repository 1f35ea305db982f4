import { describe, expect, it } from 'vitest'
import { eventParser } from './live.js'

type Message = { event: string; id: string; data: string }

function parse(pieces: string[]): Message[] {
  const messages: Message[] = []
  const take = eventParser((message) => void messages.push({ ...message }))
  for (const piece of pieces) take(piece)
  return messages
}

const stream =
  'retry: 1000\nid: 7\n\n' +
  'id: 8\ndata: {"seq":8,"type":"elsewhere"}\n\n: still here\n\n' +
  'event: reset\r\nid: 20\r\ndata: {"seq":20}\r\n\r\n'

const meant = [
  { event: 'message', id: '7', data: '' },
  { event: 'message', id: '8', data: '{"seq":8,"type":"elsewhere"}' },
  { event: 'reset', id: '20', data: '{"seq":20}' },
]

describe('the stream of events', () => {
  it('is taken apart into start, events and reset; heartbeats say nothing', () => {
    expect(parse([stream])).toEqual(meant)
  })

  it('means the same wherever the line cuts it', () => {
    for (let cut = 1; cut < stream.length; cut++)
      expect(parse([stream.slice(0, cut), stream.slice(cut)])).toEqual(meant)
    expect(parse([...stream])).toEqual(meant)
  })

  it('gives nothing for an event whose end has not come', () => {
    expect(parse(['id: 9\ndata: {"seq":9}\n'])).toEqual([])
  })
})
