import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { beforeEach, expect, it, vi } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { openHandshakes } from './handshakes.ts'

let port = 1
/** As much of a socket as is asked of it. */
function from(remoteAddress: string) {
  const socket = new EventEmitter()
  const destroy = vi.fn(() => socket.emit('close'))
  return Object.assign(socket, { remoteAddress, remotePort: port++, destroy }) as unknown as Socket
}
const isCut = (socket: Socket): boolean => vi.mocked(socket.destroy).mock.calls.length > 0

const onShed = vi.fn()
beforeEach(() => onShed.mockClear())

function begun(handshakes: ReturnType<typeof openHandshakes>, count: number, address: string): Socket[] {
  const sockets = Array.from({ length: count }, () => from(address))
  for (const socket of sockets) handshakes.begin(socket)
  return sockets
}

it('of one address the oldest makes room, and no other address notices', () => {
  const handshakes = openHandshakes({ mostPerAddress: 3, onShed })
  const [honest] = begun(handshakes, 1, '10.0.0.1')
  const many = begun(handshakes, 5, '10.0.0.2')
  expect(many.map(isCut)).toEqual([true, true, false, false, false])
  expect(isCut(honest!)).toBe(false)
  expect(onShed).toHaveBeenCalledTimes(2)
  expect(handshakes.size).toBe(4)
})

it('of all, the address that has the most makes room', () => {
  const handshakes = openHandshakes({ most: 5, mostPerAddress: 4, onShed })
  const [honest] = begun(handshakes, 1, '10.0.0.1')
  const many = begun(handshakes, 4, '10.0.0.2')
  const later = begun(handshakes, 2, '10.0.0.3')
  expect(many.map(isCut)).toEqual([true, true, false, false])
  expect([honest!, ...later].map(isCut)).toEqual([false, false, false])
  expect(handshakes.size).toBe(5)
})

it('whoever is through, or has gone, counts no more', () => {
  const handshakes = openHandshakes({ mostPerAddress: 2, onShed })
  const [through, gone] = begun(handshakes, 2, '10.0.0.1')
  handshakes.end({ remoteAddress: through!.remoteAddress, remotePort: through!.remotePort })
  gone!.emit('close')
  expect(handshakes.size).toBe(0)
  expect(begun(handshakes, 2, '10.0.0.1').map(isCut)).toEqual([false, false])
  expect(isCut(through!)).toBe(false)
})

it('an IPv6 network is one address', () => {
  const handshakes = openHandshakes({ mostPerAddress: 1, onShed })
  const [first] = begun(handshakes, 1, '2001:db8:1:2::a')
  begun(handshakes, 1, '2001:db8:1:2:ffff::b')
  expect(isCut(first!)).toBe(true)
})

it('there is room for as many as domain/limits.ts says', () => {
  const handshakes = openHandshakes({ onShed })
  begun(handshakes, limits.newcomersPerAddress, '10.0.0.1')
  expect(onShed).not.toHaveBeenCalled()
  begun(handshakes, 1, '10.0.0.1')
  expect(onShed).toHaveBeenCalledTimes(1)
})
