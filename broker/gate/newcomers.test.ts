import { EventEmitter } from 'node:events'
import type { Client } from 'aedes'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { openNewcomers } from './newcomers.ts'

/** A connection of which only its end matters. */
class Conn extends EventEmitter {
  destroyed = false
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}
const newClient = () => ({ conn: new Conn() }) as unknown as Client

function open() {
  const clock = virtualClock()
  const onShed = vi.fn()
  const newcomers = openNewcomers({ clock, onShed })
  onTestFinished(() => newcomers.close())
  const come = (key: string) => {
    const client = newClient()
    newcomers.add(client, key)
    return client
  }
  return { clock, newcomers, onShed, come }
}

describe('connections that are not authenticated', () => {
  it('make room where an address has too many: the oldest that said nothing, and no other', () => {
    const { newcomers, onShed, come } = open()
    const other = come('b')
    const asking = come('a')
    newcomers.asks(asking)
    const all = Array.from({ length: limits.newcomersPerAddress - 1 }, () => come('a'))
    expect(onShed).not.toHaveBeenCalled()
    come('a')
    expect(onShed.mock.calls).toEqual([['newcomers_too_many']])
    expect([all[0], all[1], asking, other].map((client) => client!.conn.destroyed)).toEqual([true, false, false, false])
    expect(newcomers.size).toBe(limits.newcomersPerAddress + 1)
  })

  it('make room where there are too many in all: one of the address that has the most', () => {
    const { newcomers, onShed, come } = open()
    const alone = come('alone')
    for (let n = 1; n < limits.newcomers - 2_000; n++) come(`a${n}`)
    const [first] = Array.from({ length: 2_000 }, () => come('many'))
    expect(newcomers.size).toBe(limits.newcomers)
    come('new')
    expect(onShed).toHaveBeenCalledTimes(1)
    expect([first!.conn.destroyed, alone.conn.destroyed]).toEqual([true, false])
  })

  it('make room in the order refused, silent, asking', () => {
    const { clock, newcomers, come } = open()
    for (let n = 0; n < limits.failedConnects.burst; n++) newcomers.failureDelayMs('a')
    const [asking, silent, refused] = [come('a'), come('a'), come('a')]
    newcomers.asks(asking)
    newcomers.asks(refused)
    const tell = vi.fn()
    newcomers.failureDelayMs('a')
    newcomers.refuse(refused, tell)
    for (let n = 3; n < limits.newcomersPerAddress; n++) newcomers.asks(come('a'))
    const states = () => [refused, silent, asking].map((client) => client.conn.destroyed)
    const seen = [1, 2, 3].map(() => {
      newcomers.asks(come('a'))
      return states()
    })
    expect(seen).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
    expect(clock.now()).toBe(virtualClock().now())
    expect(tell).not.toHaveBeenCalled()
  })

  it('are cut when their CONNECT has not come in time, and left alone when it has', async () => {
    const { clock, newcomers, onShed, come } = open()
    const [silent, asking] = [come('a'), come('a')]
    newcomers.asks(asking)
    await clock.advance(limits.connectWithinMs - 1)
    expect(silent.conn.destroyed).toBe(false)
    await clock.advance(600)
    expect([silent.conn.destroyed, asking.conn.destroyed]).toEqual([true, false])
    expect(onShed.mock.calls).toEqual([['connect_too_slow']])
  })

  it('are forgotten when they are let in, and when they go by themselves', () => {
    const { newcomers, come } = open()
    const [letIn, gone] = [come('a'), come('b')]
    newcomers.asks(letIn)
    newcomers.letIn(letIn)
    gone.conn.destroy()
    expect(newcomers.size).toBe(0)
  })
})

describe('wrong credentials', () => {
  it('are answered at once at first, then ever later, and no later than so long; an address beside is not slowed', async () => {
    const { clock, newcomers } = open()
    const { burst, perSecond } = limits.failedConnects
    expect(Array.from({ length: burst }, () => newcomers.failureDelayMs('a')).every((ms) => ms === 0)).toBe(true)
    newcomers.failureDelayMs('a')
    expect(newcomers.failureDelayMs('a')).toBe(1_000 / perSecond)
    for (let n = 0; n < 1_000; n++) newcomers.failureDelayMs('a')
    expect(newcomers.failureDelayMs('a')).toBe(limits.failedConnectDelayMs)
    expect(newcomers.failureDelayMs('b')).toBe(0)
    await clock.advance(limits.failedConnectDelayMs + 1_000)
    expect(newcomers.failureDelayMs('a')).toBe(0)
  })

  it('keep whoever gave them waiting', async () => {
    const { clock, newcomers, come } = open()
    for (let n = 0; n < 1_000; n++) newcomers.failureDelayMs('a')
    const client = come('a')
    const tell = vi.fn()
    newcomers.refuse(client, tell)
    await clock.advance(limits.failedConnectDelayMs - 1)
    expect(tell).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(tell).toHaveBeenCalledTimes(1)
  })
})
