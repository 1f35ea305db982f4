import { beforeEach, describe, expect, it } from 'vitest'
import type { Device } from '../../domain/registry.ts'
import { useLanguage } from '../words/words.js'
import { changeOf, factsOf, kindOf, placeText, subjectText } from './story.js'

const minute = 60_000
/** An hour after midnight here, wherever here is, so that times read the same in every zone. */
const midnight = new Date(2026, 10, 22).getTime()
const at = (minutes: number) => midnight + minutes * minute
const device = (id: string, model: string | null, place: string | null, category: string | null = null): Device =>
  ({ id, model, place, category }) as Device
const series = (metric: string, points: [minutes: number, value: number][], of = 'd1') => ({
  device: of,
  metric,
  unit: '1',
  points: points.map(([minutes, value]): [number, number] => [at(minutes), value]),
})
const door = device('d1', 'SONOFF Door Contact', 'front door')

beforeEach(() => useLanguage('en'))

describe('a device in plain words', () => {
  it.each([
    ['Vigil Sim Watch W2', 'x', 'watch'],
    ['R60 毫米波雷达', 'x', 'radar'],
    [null, 'li-pendant', 'pendant'],
    ['Vigil Sim Bed Mat B3', 'x', 'bed'],
    ['烟雾探测器', 'x', 'smoke'],
    ['HL-7', 'x9', 'device'],
  ])('%s %s is a %s', (model, id, kind) => {
    expect(kindOf(id, { model, category: null })).toBe(kind)
  })

  it('is a wearable where nothing else is known of it', () => {
    expect(kindOf('x', { model: null, category: 'wearable' })).toBe('wearable')
    expect(subjectText('nobody-knows', undefined)).toBe('Device')
  })

  it('stands with its room, and with who wears it, but not with that it is worn', () => {
    expect(subjectText('r', [device('r', 'Radar', 'bathroom')])).toBe('Radar, bathroom')
    expect(subjectText('w', [device('w', 'Watch', 'worn or carried')])).toBe('Watch')
    expect(subjectText('w', [device('w', 'Watch', 'worn by Li')])).toBe('Watch, worn by Li')
    useLanguage('zh-CN')
    expect(placeText('Living room')).toBe('客厅')
    expect(placeText('朝南的小屋')).toBe('朝南的小屋')
  })
})

describe('the newest change', () => {
  const change = (...values: number[]) => changeOf(values.map((value, i) => [i, value]))

  it('is where the last state began', () => {
    expect(change(0, 1, 1, 0, 0)).toEqual({ state: 'no', since: 3, changed: true })
  })

  it('is none where it has always been so', () => {
    expect(change(0, 0, 0)).toEqual({ state: 'no', since: 0, changed: false })
    expect(change()).toBeUndefined()
  })

  it('lies in the bucket that holds both, and how that ended is not made up', () => {
    expect(change(0, 0.5, 1)).toEqual({ state: 'yes', since: 1, changed: true })
    expect(change(0, 0, 0.5)).toEqual({ state: 'mixed', since: 2, changed: true })
  })
})

describe('the home around an alarm', () => {
  const told = (...all: ReturnType<typeof series>[]) =>
    factsOf([], all, { moment: at(192), devices: [door] }).map(({ who, what }) => `${who}: ${what}`)

  it('says since when the door has been shut, also from hours before', () => {
    const before = [
      series('door_open', [
        [60, 1],
        [100, 0],
      ]),
    ]
    const facts = factsOf(before, [series('door_open', [[190, 0]])], { moment: at(192), devices: [door] })
    expect(facts).toEqual([{ who: 'Door contact, front door', what: 'closed since 01:40', at: at(100), later: false }])
  })

  it('says what has not been reported since, and what was never otherwise', () => {
    const before = [series('door_open', [[60, 0]])]
    const facts = factsOf(before, [], { moment: at(192), devices: [door] })
    expect(facts.map(({ what }) => what)).toEqual(['closed, since 01:00 at least'])
  })

  it('marks what changed after the alarm, and comes in the order of time', () => {
    const facts = factsOf(
      [],
      [
        series('presence', [
          [100, 1],
          [195, 0],
        ]),
        series('in_bed', [
          [100, 1],
          [185, 0],
        ]),
      ],
      {
        moment: at(192),
        devices: [door],
      },
    )
    expect(facts.map(({ what, later }) => [what, later])).toEqual([
      ['out of bed since 03:05', false],
      ['nobody there since 03:15', true],
    ])
  })

  it('leaves out what is as always, and tells it when it is not', () => {
    expect(told(series('worn', [[150, 1]]), series('stove_on', [[150, 0]]), series('heart_rate', [[150, 70]]))).toEqual(
      [],
    )
    expect(
      told(
        series('stove_on', [
          [150, 0],
          [170, 1],
        ]),
      ),
    ).toEqual(['Door contact, front door: on since 02:50'])
    expect(
      told(
        series('worn', [
          [150, 1],
          [185, 0],
          [186, 1],
        ]),
      ),
    ).toEqual(['Door contact, front door: worn since 03:06'])
  })

  it('says when something last moved, or that nothing did', () => {
    expect(
      told(
        series('motion', [
          [150, 0],
          [180, 0.2],
          [185, 0],
        ]),
      ),
    ).toEqual(['Door contact, front door: last movement 03:00'])
    expect(
      told(
        series('motion', [
          [150, 0],
          [180, 0],
        ]),
      ),
    ).toEqual(['Door contact, front door: no movement since 02:30 at least'])
  })
})
