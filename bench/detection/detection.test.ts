import { expect, it } from 'vitest'
import { detect, linesOf } from './detection.ts'

const options = { homes: 4, days: 2, eventful: 30, seed: 8 }

it('finds of made-up people what Vigil has rules for, and tells it with the counts', async () => {
  const days: number[] = []
  const found = await detect(options, (day) => days.push(day))
  expect(days).toEqual([1, 2])
  const { truth, tickets, messages } = found
  const happened = (event: string) => truth.facts.filter((fact) => fact.event === event && fact.needsHelp)
  const called = [
    ...happened('press').map((fact) => ({ ...fact, signal: 'sos' })),
    ...happened('fall').map((fact) => ({ ...fact, signal: 'fall' })),
  ]
  expect(called.map(({ event }) => event)).toEqual(['press', 'fall', 'fall'])
  for (const { home, at, signal } of called) {
    const evidence = tickets.filter((ticket) => ticket.home === home).flatMap((ticket) => ticket.evidence)
    const near = evidence.filter((piece) => Math.abs(Date.parse(piece.at) - at) < 5_000)
    expect(near.map((piece) => piece.signal)).toContain(signal)
  }

  const lines = linesOf(found, options)
  const row = (name: string) =>
    lines
      .find((line) => line.startsWith(name))
      ?.split(/ {2,}/)
      .slice(1, 3)
  expect(lines[0]).toContain(`${messages.arrived.toLocaleString('en-US')} messages`)
  expect(row('everything')).toEqual([`${truth.facts.filter(({ needsHelp }) => needsHelp).length}`, '3'])
  expect(row('press')).toEqual(['1', '1'])
  expect(row('fall')).toEqual(['2', '2'])
  expect(row('illness')).toEqual([`${happened('illness').length}`, '0'])
  expect(row('all tickets')?.[0]).toBe(`${tickets.length}`)
})

it('is the same every time', async () => {
  const small = { ...options, homes: 2, days: 1 }
  const [once, again] = [await detect(small), await detect(small)]
  expect(again).toEqual(once)
  expect(once.tickets.length).toBeGreaterThan(0)
  expect((await detect({ ...small, seed: 12 })).truth.facts).not.toEqual(once.truth.facts)
})
