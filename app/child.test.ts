import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../domain/clock.ts'
import { asProcess, type Child, keepRunning } from './child.ts'
import type { Ports } from './runtime.ts'

/** A process that does what the test says. */
class Fake extends EventEmitter {
  disconnected = false
  killed = false
  disconnect() {
    this.disconnected = true
  }
  kill() {
    this.killed = true
    this.emit('exit', null, 'SIGKILL')
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a child that is kept running', () => {
  let clock: VirtualClock
  let lives: { process: Fake; at: number; last: Ports | undefined }[]
  let said: string[]
  let child: Child

  beforeEach(() => {
    clock = virtualClock(0)
    lives = []
    said = []
    child = keepRunning({
      name: 'broker',
      clock,
      say: (line) => said.push(line),
      spawn(last) {
        const process = new Fake()
        lives.push({ process, at: clock.now(), last })
        return process
      },
    })
  })

  const current = () => lives.at(-1)?.process ?? new Fake()
  async function crash(): Promise<void> {
    current().emit('exit', null, 'SIGKILL')
    await turn()
  }

  it('is ready when it says so, and comes back to its ports at once after a crash', async () => {
    current().emit('message', { ready: { mqtt: 1883 } })
    expect(await child.ready).toEqual({ mqtt: 1883 })
    await crash()
    expect(lives.map(({ at, last }) => [at, last])).toEqual([
      [0, undefined],
      [0, { mqtt: 1883 }],
    ])
    expect(said).toEqual(['The broker process ended unexpectedly (SIGKILL); starting it again.'])
  })

  it('is started ever more slowly while it keeps crashing, and at once again after it was well', async () => {
    for (const pause of [0, 200, 500, 1_000, 2_000, 2_000]) {
      const before = lives.length
      await crash()
      if (pause) await clock.advance(pause - 1)
      expect(lives.length).toBe(pause ? before : before + 1)
      if (pause) await clock.advance(1)
      expect(lives.length).toBe(before + 1)
    }
    await clock.advance(30_000)
    const before = lives.length
    await crash()
    expect(lives.length).toBe(before + 1)
  })

  it('says why it never came up', async () => {
    current().emit('message', { failed: 'Port 1883 is in use.' })
    await expect(child.ready).rejects.toThrow('Port 1883 is in use.')
  })

  it('is stopped by its channel, and stays stopped', async () => {
    const stopped = child.stop(4_000)
    expect(current().disconnected).toBe(true)
    current().emit('exit', 0, null)
    await stopped
    await clock.advance(60_000)
    expect(lives).toHaveLength(1)
    expect(said).toEqual([])
  })

  it('is killed where it does not stop in time', async () => {
    const stopped = child.stop(4_000)
    await clock.advance(3_999)
    expect(current().killed).toBe(false)
    await clock.advance(1)
    await stopped
    expect(current().killed).toBe(true)
  })

  it('can be stopped while it waits to be started again', async () => {
    await crash()
    await crash()
    await child.stop(4_000)
    await clock.advance(60_000)
    expect(lives).toHaveLength(2)
  })
})

describe('a process that cannot even begin', () => {
  it('has ended, so that it is tried again, and takes nobody with it', async () => {
    const process = asProcess(spawn('/a/program/that/is/not/there'))
    const how = await new Promise((resolve) => process.on('exit', (_code, signal) => resolve(signal)))
    expect(how).toBe('ENOENT')
  })
})
