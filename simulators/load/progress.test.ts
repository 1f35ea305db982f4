import { describe, expect, it } from 'vitest'
import { emptyTally } from './account.ts'
import { Latencies } from './latencies.ts'
import { createScreen, type Moment, progressLine } from './progress.ts'

const times = new Latencies()
times.add(40)

const moment = (at: number, sent: number, acknowledged: number): Moment => ({
  at,
  tally: { ...emptyTally(), devices: 2_000, connected: 1_000, sent, acknowledged, waiting: 3, redelivered: 4 },
  tickets: { expected: 6, seen: 5, falseAlarms: 0, missing: [], surplus: [], times },
})

it('tells rates over the time since the moment before', () => {
  expect(progressLine(moment(3_000, 900, 700), moment(1_000, 300, 300))).toBe(
    '1,000 of 2,000 connected | sent 300/s, acknowledged 200/s | waiting 3, again 4, refused 0 | tickets 5 of 6 (p50 40 ms, longest 40 ms)',
  )
})

describe('on a terminal', () => {
  it('one line is written over, cut to the width, and notes stay above it', () => {
    const written: string[] = []
    const screen = createScreen((text) => written.push(text), 10)
    screen.progress('0123456789abc', 0)
    screen.note('storm')
    expect(written).toEqual(['\r\u001b[2K012345678', '\r\u001b[2Kstorm\n012345678'])
  })
})

describe('not on a terminal', () => {
  const linesIn = (seconds: number) => {
    const written: string[] = []
    const screen = createScreen((text) => written.push(text), undefined)
    for (let at = 0; at < seconds; at++) screen.progress(`second ${at}`, at * 1_000)
    return written
  }

  it('progress comes every 5 s at first', () => {
    expect(linesIn(12)).toEqual(['second 0\n', 'second 5\n', 'second 10\n'])
  })

  it('a day of it is some hundred lines', () => {
    expect(linesIn(86_400).length).toBeGreaterThan(100)
    expect(linesIn(86_400).length).toBeLessThan(300)
  })

  it('every note is written', () => {
    const written: string[] = []
    const screen = createScreen((text) => written.push(text), undefined)
    for (const line of ['a', 'b']) screen.note(line)
    expect(written).toEqual(['a\n', 'b\n'])
  })
})
