import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { beforeEach, expect, it, vi } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { openCrowd } from './crowd.ts'

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

function opened(crowd: ReturnType<typeof openCrowd>, count: number, address: string): Socket[] {
  const sockets = Array.from({ length: count }, () => from(address))
  for (const socket of sockets) crowd.opened(socket)
  return sockets
}

it('of one address the oldest makes room, and no other address notices', () => {
  const crowd = openCrowd({ mostPerAddress: 3, onShed })
  const [honest] = opened(crowd, 1, '10.0.0.1')
  const many = opened(crowd, 5, '10.0.0.2')
  expect(many.map(isCut)).toEqual([true, true, false, false, false])
  expect(isCut(honest!)).toBe(false)
  expect(onShed).toHaveBeenCalledTimes(2)
  expect(crowd.size).toBe(4)
})

it('of all, the address that has the most makes room', () => {
  const crowd = openCrowd({ most: 5, mostPerAddress: 4, onShed })
  const [honest] = opened(crowd, 1, '10.0.0.1')
  const many = opened(crowd, 4, '10.0.0.2')
  const later = opened(crowd, 2, '10.0.0.3')
  expect(many.map(isCut)).toEqual([true, true, false, false])
  expect([honest!, ...later].map(isCut)).toEqual([false, false, false])
  expect(crowd.size).toBe(5)
})

it('whoever is through, or has gone, counts no more', () => {
  const crowd = openCrowd({ mostPerAddress: 2, onShed })
  const [through, gone] = opened(crowd, 2, '10.0.0.1')
  crowd.left({ remoteAddress: through!.remoteAddress, remotePort: through!.remotePort })
  gone!.emit('close')
  expect(crowd.size).toBe(0)
  expect(opened(crowd, 2, '10.0.0.1').map(isCut)).toEqual([false, false])
  expect(isCut(through!)).toBe(false)
})

it('an IPv6 network is one address', () => {
  const crowd = openCrowd({ mostPerAddress: 1, onShed })
  const [first] = opened(crowd, 1, '2001:db8:1:2::a')
  opened(crowd, 1, '2001:db8:1:2:ffff::b')
  expect(isCut(first!)).toBe(true)
})

it('there is room for as many as domain/limits.ts says', () => {
  const crowd = openCrowd({ onShed })
  opened(crowd, limits.newcomersPerAddress, '10.0.0.1')
  expect(onShed).not.toHaveBeenCalled()
  opened(crowd, 1, '10.0.0.1')
  expect(onShed).toHaveBeenCalledTimes(1)
})

it('whoever says something goes behind the others of its address', () => {
  const crowd = openCrowd({ mostPerAddress: 2, onShed })
  const [busy, silent] = opened(crowd, 2, '10.0.0.1')
  crowd.used({ remoteAddress: busy!.remoteAddress, remotePort: busy!.remotePort })
  opened(crowd, 1, '10.0.0.1')
  expect([busy!, silent!].map(isCut)).toEqual([false, true])
})
