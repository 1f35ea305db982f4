import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { beforeEach, describe, expect, test } from 'vitest'
import { isUrgent } from '../../codecs/urgent.ts'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { serveDevice } from './connection.ts'
import { trv } from './trv.ts'
import { watch } from './watch.ts'

const frame = (body: string): string => `[3G*8800551234*${body.length.toString(16).padStart(4, '0')}*${body}]`
const lk = frame('LK,1,2,62')
const sos = (second = '20'): string => frame(`AL,221126,0815${second},V,0,N,0,E,0,0,0,0,80,62,0,0,00010000,0,0`)

class FakeSocket extends EventEmitter {
  written: string[] = []
  destroyed = false
  writable = true
  writableLength = 0
  write(bytes: Buffer): void {
    this.written.push(bytes.toString())
  }
  destroy(): void {
    this.destroyed = true
    this.writable = false
    this.emit('close')
  }
  says(text: string): void {
    this.emit('data', Buffer.from(text))
  }
}

let clock: VirtualClock
let socket: FakeSocket
let sent: { topic: string; text: string; acknowledge(): void; refuse(): void }[]
let room: boolean

beforeEach(() => {
  clock = virtualClock()
  socket = new FakeSocket()
  sent = []
  room = true
})

const line = {
  isUrgent,
  publish(topic: string, payload: Buffer): Promise<void> | undefined {
    if (!room) return undefined
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    sent.push({ topic, text: payload.toString(), acknowledge: resolve, refuse: () => reject(new Error('closed')) })
    return promise
  },
}
const serve = (protocol = watch): void => serveDevice(socket as unknown as Socket, protocol, line, clock)
const turn = () => clock.advance(0)

describe('a connection', () => {
  test('is answered when what it said is durable, and not before', async () => {
    serve()
    socket.says(sos())
    await turn()
    expect(sent.map(({ topic, text }) => [topic, text])).toEqual([['gsm/watch/8800551234', sos()]])
    expect(socket.written).toEqual([])
    sent[0]!.acknowledge()
    await turn()
    expect(socket.written).toEqual([frame('AL')])
  })

  test('that says the same again while it waits is answered once, and published once', async () => {
    serve()
    for (let i = 0; i < 5; i++) socket.says(sos())
    expect(sent).toHaveLength(1)
    sent[0]!.acknowledge()
    await turn()
    expect(socket.written).toHaveLength(1)
    socket.says(sos())
    expect(sent).toHaveLength(2)
  })

  test('is not answered where the gateway closes, nor where there was no room', async () => {
    serve()
    socket.says(lk)
    sent[0]!.refuse()
    room = false
    socket.says(frame('LK'))
    await turn()
    expect(socket.written).toEqual([])
    room = true
    socket.says(lk)
    expect(sent).toHaveLength(2)
  })

  test('with much telemetry that waits still gets its alarm through', async () => {
    serve()
    for (let i = 0; i < limits.gsmWaitingPerConnection + 9; i++) socket.says(frame(`LK,${i},0,62`))
    expect(sent).toHaveLength(limits.gsmWaitingPerConnection)
    socket.says(sos())
    expect(sent).toHaveLength(limits.gsmWaitingPerConnection + 1)
  })

  test('that floods with alarms is cut, after many', () => {
    serve()
    for (let i = 0; i <= limits.gsmAlarmsPerConnection; i++)
      socket.says(frame(`AL,221126,0815${String(i).padStart(3, '0')}`))
    expect(sent).toHaveLength(limits.gsmAlarmsPerConnection)
    expect(socket.destroyed).toBe(true)
  })

  test('keeps its name for what does not name it', () => {
    serve(trv)
    socket.says('IWAP49,70#IWAP00861234500012345#IWAP49,71#')
    expect(sent.map(({ topic }) => topic)).toEqual([
      'gsm/trv/unknown',
      'gsm/trv/861234500012345',
      'gsm/trv/861234500012345',
    ])
  })

  test('publishes what cannot be framed, unanswered, and is cut for too much of it', async () => {
    serve()
    socket.says(lk)
    socket.says('rubbish')
    expect(sent.at(-1)).toMatchObject({ topic: 'gsm/watch/8800551234', text: 'rubbish' })
    for (const { acknowledge } of sent) acknowledge()
    await turn()
    expect(socket.written).toEqual([frame('LK')])
    for (let i = 0; i < limits.gsmBrokenPieces; i++) socket.says(`rubbish ${i}`)
    expect(socket.destroyed).toBe(true)
    expect(sent).toHaveLength(1 + limits.gsmBrokenPieces)
  })

  test('that stops in the middle of an alarm, or ends there, is heard', async () => {
    serve()
    socket.says(sos().slice(0, 40))
    expect(sent).toEqual([])
    await clock.advance(limits.gsmPartialMs)
    expect(sent).toMatchObject([{ text: sos().slice(0, 40) }])
    socket.says(sos().slice(0, 41))
    socket.destroy()
    expect(sent[1]).toMatchObject({ text: sos().slice(0, 41) })
    expect(isUrgent('gsm/watch/8800551234', Buffer.from(sos().slice(0, 40)))).toBe(true)
  })

  test('that never ends a frame holds no more than one', () => {
    serve()
    for (let i = 0; i < 9; i++) socket.says(`${i === 0 ? '[3G*1*ffff*TK,' : ''}${'x'.repeat(limits.gsmFrameBytes / 4)}`)
    expect(sent.length).toBeGreaterThan(0)
    expect(sent.every(({ text }) => text.length <= limits.gsmFrameBytes * 1.3)).toBe(true)
  })

  test('that says nothing is cut, at first soon and later after a long time', async () => {
    serve()
    await clock.advance(limits.gsmFirstFrameMs - 1)
    socket.says(lk)
    await clock.advance(limits.gsmIdleMs - 1)
    expect(socket.destroyed).toBe(false)
    await clock.advance(1)
    expect(socket.destroyed).toBe(true)
  })

  test('that does not read its answers is cut', async () => {
    serve()
    socket.writableLength = limits.gsmUnreadBytes + 1
    socket.says(lk)
    sent[0]!.acknowledge()
    await turn()
    expect(socket.destroyed).toBe(true)
  })
})
