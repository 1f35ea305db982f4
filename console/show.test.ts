import { beforeEach, describe, expect, it } from 'vitest'
import type { Evidence, Ticket, TimelineEntry } from '../domain/ticket.ts'
import { keyOf } from './shell/keys.js'
import { clockText, timeText } from './words/format.js'
import { useLanguage } from './words/words.js'
import { claims } from './work/evidence.js'
import { holderName, whoText } from './work/people.js'
import { pieces } from './work/plot.js'
import { reasonText } from './work/reasons.js'

const did = (who: string, what: string, reason: string | null = null): TimelineEntry => ({ at: '', who, what, reason })
const held = (holder: string, timeline: TimelineEntry[]) => holderName({ holder, timeline } as Ticket)

beforeEach(() => useLanguage('en'))

describe('times', () => {
  it.each([
    [-5, '0:00'],
    [59_999, '0:59'],
    [61_000, '1:01'],
    [3_723_000, '1:02:03'],
    [90_061_000, '1d 1:01:01'],
  ])('%i ms as %s', (ms, text) => expect(clockText(ms)).toBe(text))

  it('of another day are told with their date, and always by 24 hours', () => {
    const at = new Date(2026, 10, 22, 15, 12, 4)
    expect(timeText(at.toISOString(), 'en', at.getTime())).toBe('15:12:04')
    expect(timeText(at.toISOString(), 'en', at.getTime() + 86_400_000)).toBe('Nov 22 15:12:04')
  })
})

describe('who has it in hand', () => {
  it('is named as the timeline names whoever took it', () => {
    expect(held('op-7', [did('vigil', 'opened'), did('Li Na', 'acknowledged'), did('Wang Jun', 'noted')])).toBe('Li Na')
  })

  it('is whoever took it after it was opened again', () => {
    expect(held('op-8', [did('Li Na', 'acknowledged'), did('Li Na', 'reopened'), did('Zhao', 'dispatched')])).toBe(
      'Zhao',
    )
  })

  it('is not whoever handed it on', () => {
    expect(held('op-9', [did('Li Na', 'acknowledged'), did('Li Na', 'assigned', 'op-9')])).toBe('op-9')
  })

  it('calls the system by its name', () => expect(whoText('vigil')).toBe('Vigil'))
})

describe('reasons', () => {
  it('are words where the system acted, and what people wrote stays as they wrote it', () => {
    expect(reasonText(did('vigil', 'evidence_added', 'same_episode'))).toBe('It belongs to the same event.')
    expect(reasonText(did('Li Na', 'noted', 'same_episode'))).toBe('same_episode')
    expect(reasonText(did('Li Na', 'closed', 'false_alarm: the cat'))).toBe('Nothing had happened: the cat')
    expect(reasonText(did('Li Na', 'acknowledged'))).toBe('')
  })
})

describe('evidence', () => {
  it('of one button pressed again is one claim; of another device it is another', () => {
    const said = (device: string, signal: string) => ({ device, signal }) as Evidence
    const all = [said('watch', 'sos'), said('radar', 'fall'), said('watch', 'sos'), said('watch', 'fall')]
    expect(claims(all).map((claim) => claim.length)).toEqual([2, 1, 1])
  })
})

describe('a line of a chart', () => {
  const minute = 60_000
  const at = (...minutes: number[]) => minutes.map((n): [number, number] => [n * minute, 1])

  it('is broken where nothing was reported', () => {
    expect(pieces(at(0, 1, 2, 9, 10)).map((piece) => piece.length)).toEqual([3, 2])
  })

  it('is not broken where a device reports seldom but steadily', () => {
    expect(pieces(at(0, 15, 30, 45))).toHaveLength(1)
  })
})

describe('keys', () => {
  it('are read from their place where an input method holds the letter back', () => {
    expect(keyOf({ key: 'Process', code: 'KeyA' } as KeyboardEvent)).toBe('a')
    expect(keyOf({ key: 'A', code: 'KeyQ' } as KeyboardEvent)).toBe('a')
    expect(keyOf({ key: 'Escape', code: 'Escape' } as KeyboardEvent)).toBe('Escape')
  })
})
