import { describe, expect, it } from 'vitest'
import { type Fact, parseTruth, runOf, truthLines } from './truth.ts'

const from = Date.UTC(2026, 2, 4, 2)
const devices = [{ id: 'li-watch', kind: 'watch' }]
const home = { id: 'home-li', residents: ['li-guiying'], devices }
const run = { seed: 7, from, homes: [home] }
const fall: Fact = {
  id: 'home-li-1',
  at: from + 1_500,
  until: from + 61_500,
  home: 'home-li',
  event: 'fall',
  who: 'li-guiying',
  room: 'bathroom',
  needsHelp: true,
}
const presses: Fact = {
  id: 'home-li-2',
  at: from + 9_000,
  until: from + 9_000,
  home: 'home-li',
  event: 'accidental_press',
  device: 'li-pendant',
  times: 9,
  needsHelp: false,
}
const end = { at: from + 86_400_000, facts: 2, messages: 17 }
const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('')
const whole = text(truthLines.run(run), truthLines.fact(fall), truthLines.fact(presses), truthLines.end(end))

describe('truth.jsonl', () => {
  it('is read as it was written', () => {
    expect(parseTruth(whole)).toEqual({ run, facts: [fall, presses], end })
  })

  it('names homes, people and devices, and nothing else of a plan', () => {
    const watch = { id: 'li-watch', kind: 'watch', wearer: 'li-guiying' }
    const plan = { id: 'home-li', label: 'home li', residents: [{ id: 'li-guiying', seed: 3 }], devices: [watch] }
    expect(runOf(7, from, [plan])).toEqual(run)
  })

  it('is written in snake_case with ISO times', () => {
    expect(JSON.parse(truthLines.fact(fall))).toEqual({
      id: 'home-li-1',
      at: '2026-03-04T02:00:01.500Z',
      until: '2026-03-04T02:01:01.500Z',
      home: 'home-li',
      event: 'fall',
      who: 'li-guiying',
      room: 'bathroom',
      needs_help: true,
    })
  })

  it('is read up to its last whole line where the writer was stopped', () => {
    const cut = whole.slice(0, whole.indexOf('accidental'))
    expect(parseTruth(cut)).toEqual({ run, facts: [fall], end: undefined })
  })

  it.each([
    ['nothing', '', 'the truth does not begin with a run'],
    ['facts without a run', text(truthLines.fact(fall)), 'the truth does not begin with a run'],
    ['two runs', text(truthLines.run(run), truthLines.run(run)), 'the truth holds more than one run'],
    ['an unknown event', whole.replace('"fall"', '"flight"'), 'line 2 of the truth'],
    ['a day that does not exist', whole.replace('2026-03-04', '2026-02-31'), 'line 1 of the truth'],
    ['rubbish in the middle', whole.replace('{"id":"home-li-2"', 'x'), 'line 3 of the truth'],
  ])('%s is refused with a sentence', (_, bad, sentence) => {
    expect(() => parseTruth(bad)).toThrow(sentence)
  })
})
