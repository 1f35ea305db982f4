import { expect, it, vi } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { Load } from './load.ts'

it('inFlightBytesAll: whoever waits goes on when there is room again, and whoever has gone does not', () => {
  const load = new Load()
  const [waits, gone] = [{ goOn: vi.fn() }, { goOn: vi.fn() }]
  load.add(limits.inFlightBytesAll + 1)
  for (const one of [waits, gone]) load.wait(one)
  load.leave(gone)
  load.remove(1)
  expect([load.isFull, waits.goOn.mock.calls.length]).toEqual([true, 0])
  load.remove(1)
  load.remove(1)
  expect([load.isFull, waits.goOn.mock.calls.length, gone.goOn.mock.calls.length]).toEqual([false, 1, 0])
})
