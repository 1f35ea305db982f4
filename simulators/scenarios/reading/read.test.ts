import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { KnownModels } from './homes.ts'
import { mistakeLine } from './mistake.ts'
import { readScenario } from './read.ts'
import type { Expectation, Scenario, Step } from './scenario.ts'

const models: KnownModels = Object.fromEntries([
  ['watch', { worn: true, button: true, cancels: true }],
  ['pendant', { worn: true, button: true }],
  ...['radar', 'pir', 'door', 'bed_mat', 'smoke'].map((kind) => [kind, { worn: false, button: false }]),
])

const head = `name: A test
story: It tests.
start: 22:00
homes:
  li:
    residents: [anna]
    devices:
      watch: watch
      pendant: pendant
      radar: {kind: radar, room: bathroom}
      pir: {kind: pir, room: hall}
`
const secondHome = `  wang:
    devices:
      watch: watch
      pendant: pendant
      radar: {kind: radar, room: bathroom}
`
const fileOf = (lines: string, more = ''): string => `${head}${more}script:\n${lines.replaceAll(/^/gm, '  ')}\n`

function read(text: string): Scenario {
  const found = readScenario(text, { file: 'a.yaml', models })
  if ('mistakes' in found) throw new Error(found.mistakes.map(mistakeLine).join('\n'))
  return found.scenario
}

const mistakesOf = (text: string): string[] => {
  const found = readScenario(text, { file: 'a.yaml', models })
  return 'mistakes' in found ? found.mistakes.map(mistakeLine) : []
}

/** Local time on the first day of a scenario that says no date, as epoch ms. */
const local = (time: string, day = 2) => Date.parse(`2026-03-0${day}T${time}:00+08:00`)

const steps = (lines: string): readonly Step[] => read(fileOf(`${lines}\n- expect no ticket`)).steps

function happening(sentence: string) {
  const [step] = steps(`- at 23:00 ${sentence}`)
  return step?.does === 'happens' ? step.event : undefined
}

function expected(sentence: string): Expectation | undefined {
  const [step] = steps(`- ${sentence}`)
  return step?.does === 'expects' ? step.expectation : undefined
}

describe('the page about scenarios', () => {
  const page = readFileSync(new URL('../../../docs/Scenarios.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
  const whole = blocks.filter((text) => text.startsWith('name:'))
  const lines = blocks.filter((text) => !text.startsWith('name:')).flatMap((text) => text.trim().split('\n'))

  it('shows a file that can be read', () => {
    expect(whole).toHaveLength(1)
    expect(whole.flatMap(mistakesOf)).toEqual([])
  })

  it.each(lines)('is right that this is a sentence: %s', (line) => {
    const two = /in (li|wang)\b/.test(line)
    expect(mistakesOf(fileOf(`${line}\n- expect no ticket`, two ? secondHome : ''))).toEqual([])
  })

  it('shows every form there is', () => expect(lines.length).toBeGreaterThan(90))

  it('shows the line that a mistake gives', () => {
    const line = /^night\.yaml.*$/m.exec(page)?.[0] ?? ''
    const found = mistakesOf(fileOf('- at 03:12 fall in bathrom'))
    expect(found[0]?.replace(/^.*?: /, '')).toBe(line.replace(/^.*?: /, ''))
  })
})

describe('when', () => {
  it('at is the next time that clocks show so', () => {
    const at = steps('- at 23:00 claps\n- at 23:00 claps\n- at 03:12:30 claps').map((step) => step.at)
    expect(at.slice(0, 3)).toEqual([local('23:00'), local('23:00'), local('03:12', 3) + 30_000])
  })

  it('after counts from the step above, which an expectation without a time is not', () => {
    const lines = '- at 23:00 claps\n- expect no ticket for 1 h\n- after 1 h 30 min claps'
    expect(steps(lines)[2]?.at).toBe(local('23:00') + 90 * 60_000)
  })

  it('day 1 is the day of the start', () => {
    expect(steps('- at day 2 03:12 claps')[0]?.at).toBe(local('03:12', 3))
  })

  it('a start may have a date', () => {
    const text = fileOf('- expect no ticket').replace('22:00', '2026-01-31 06:30')
    expect(read(text).start).toBe(Date.parse('2026-01-31T06:30:00+08:00'))
  })

  it('ends when all deadlines and all that lasts are over', () => {
    expect(read(fileOf('- at 23:00 claps\n- expect no ticket for 2 h')).end).toBe(local('23:00') + 2 * 3_600_000)
    expect(read(fileOf('- at 23:00 visit for 1 h\n- expect no ticket')).end).toBe(local('23:00') + 61 * 60_000)
  })
})

describe('what happens', () => {
  it.each([
    ['fall in bathroom', { what: 'fall', room: 'bathroom', liesFor: 600_000 }],
    ['fall of anna in hall, long lie', { what: 'fall', who: 'anna', room: 'hall', liesFor: 7_200_000 }],
    ['slide in bedroom, gets up after 90 s', { what: 'slide', room: 'bedroom', liesFor: 90_000 }],
    ['press pendant', { what: 'press', device: 'li-pendant', times: 1, every: 0 }],
    ['press pendant 9 times every 2 s', { what: 'press', device: 'li-pendant', times: 9, every: 2_000 }],
    ['accidental press of watch', { what: 'accidental_press', device: 'li-watch', times: 1, every: 0 }],
    ['cancel on watch', { what: 'cancel', device: 'li-watch' }],
    ['water leak in bathroom for 1 h', { what: 'hazard', hazard: 'leak', room: 'bathroom', lasts: 3_600_000 }],
    ['carbon monoxide in hall for 1 h', { what: 'hazard', hazard: 'carbon_monoxide', room: 'hall', lasts: 3_600_000 }],
    ['stove forgotten for 1 h', { what: 'forgotten_stove', lasts: 3_600_000 }],
    ['anna stays in bed until 11:00', { what: 'stays_in_bed', who: 'anna', lasts: 12 * 3_600_000 }],
    ['sits down hard', { what: 'jolt', impact: 'sits_hard' }],
    ['radar link lost for 20 min', { what: 'link_lost', device: 'li-radar', lasts: 1_200_000 }],
    ['watch battery 0 %', { what: 'battery', device: 'li-watch', percent: 0 }],
    ['watch clock -1.5 h', { what: 'clock', device: 'li-watch', offset: -5_400_000 }],
  ])('%s', (sentence, event) => expect(happening(sentence)).toEqual(event))

  it('to parts of the system and by the dispatcher', () => {
    const found = steps(
      '- at 23:00 alerts down for 2 min\n- after 1 s dispatcher closes ticket 2 as no response checked',
    )
    expect(found.slice(0, 2)).toMatchObject([
      { does: 'system', part: 'alerts', downFor: 120_000 },
      { does: 'works', action: 'close', ticket: 2, outcome: 'no_response_checked' },
    ])
  })

  it('in the home that the sentence names', () => {
    const text = fileOf('- at 23:00 in wang: press pendant\n- expect ticket sos in wang', secondHome)
    expect(read(text).steps[0]).toMatchObject({ home: 'wang', event: { device: 'wang-pendant' } })
    expect(read(text).steps[1]).toMatchObject({ expectation: { home: 'wang' } })
  })
})

describe('what must follow', () => {
  it.each<[string, object]>([
    ['expect ticket', { what: 'ticket', until: local('22:00') + 10_000, traits: [] }],
    ['expect ticket water leak within 1 min', { kind: 'water_leak', until: local('22:00') + 60_000 }],
    ['expect ticket 2 sos, state on scene', { number: 2, kind: 'sos', traits: [{ is: 'state', state: 'on_scene' }] }],
    ['expect ticket, at least 3 presses', { traits: [{ is: 'signals', of: 'sos', count: 3, orMore: true }] }],
    ['expect ticket, 2 signals', { traits: [{ is: 'signals', of: undefined, count: 2, orMore: false }] }],
    [
      'expect ticket, unverified because stale and no home',
      { traits: [{ is: 'unverified', because: ['stale', 'no_home'] }] },
    ],
    [
      'expect ticket, evidence from watch and radar, not from pir',
      {
        traits: [
          {
            is: 'evidence',
            from: [
              { called: 'watch', devices: ['li-watch'] },
              { called: 'radar', devices: ['li-radar'] },
            ],
          },
          { is: 'no_evidence', from: [{ called: 'pir', devices: ['li-pir'] }] },
        ],
      },
    ],
    ['expect ticket 1 still open', { what: 'still', number: 1, state: 'open' }],
    ['expect no ticket fall for 1 h', { what: 'no_ticket', kind: 'fall', until: local('23:00') }],
    ['expect 2 tickets', { what: 'count', count: 2 }],
    ['expect alarm again', { what: 'alarm', until: local('22:00') + 90_000 }],
    ['expect receipt refused for watch within 3 s', { result: 'refused', device: 'li-watch' }],
  ])('%s', (sentence, expectation) => expect(expected(sentence)).toMatchObject(expectation))

  it('counts are looked at before the next step, or when they say', () => {
    const text = fileOf('- expect 1 ticket\n- at 23:00 claps\n- at 23:30 expect 1 ticket\n- expect 1 ticket')
    const untils = read(text).steps.map((step) => step.does === 'expects' && step.expectation.until)
    expect(untils).toEqual([local('23:00'), false, local('23:30'), local('23:30') + 60_000])
  })

  it('a gap is known', () => expect(steps('- gap: expect ticket')[0]).toMatchObject({ gap: true }))
})

const script = (line: string) => fileOf(`${line}\n- expect no ticket`)
/** The script's first sentence begins there. */
const [line, column] = [13, 5]

describe('mistakes', () => {
  it.each<[string, number, string, string]>([
    ['at 03:12 fall in bathrom', 17, '"bathrom" is not a room: did you mean bathroom?', 'room_unknown'],
    ['at 03:12 fal in bathroom', 9, 'No sentence begins with "fal": did you mean fall?', 'word_unknown'],
    ['at 03:12 press pedant', 15, 'There is no device "pedant": did you mean pendant?', 'device_unknown'],
    ['at 03:12 press radar', 15, 'The radar has no button: one is on watch, pendant.', 'device_unfit'],
    [
      'at 03:12 cancel on pendant',
      19,
      'On the pendant nothing can be cancelled: that is done on watch.',
      'device_unfit',
    ],
    ['at 03:12 cancel watch', 9, 'No sentence begins with "cancel": did you mean cancel on?', 'word_unknown'],
    ['at 03:12 radar taken off for 1 h', 9, 'Nobody wears the radar, so it cannot be taken off.', 'device_unfit'],
    ['at 03:12 fall of ana in hall', 17, 'Nobody here is called "ana": did you mean anna?', 'resident_unknown'],
    ['at 3:12 claps', 3, '"3:12" is no time: write it like 03:12 or 03:12:30.', 'time_wrong'],
    ['at 25:00 claps', 3, '"25:00" is no time: write it like 03:12 or 03:12:30.', 'time_wrong'],
    ['fall in bathroom', 0, 'Say when: at 03:12 … or after 5 min …', 'time_missing'],
    [
      'at day 1 03:12 claps',
      3,
      'Day 1 03:12 lies before the step above (day 1 22:00:00): put steps in order.',
      'time_order',
    ],
    [
      'after 5min claps',
      6,
      '"5min claps" is no duration: write it like 5 min, with ms, s, min, h or days.',
      'duration_wrong',
    ],
    ['after 0 s claps', 6, 'A duration must be longer than nothing.', 'duration_wrong'],
    ['at 03:12 watch clock 10 min', 21, '"10" must begin with + (fast) or - (slow): +10 min.', 'duration_wrong'],
    ['at 03:12 watch battery 120 %', 23, '120 % is more than there can be: write 0 to 100 %.', 'number_wrong'],
    ['at 03:12 press watch nine times every 1 s', 21, '"nine" is no number: write it in digits.', 'number_wrong'],
    ['at 03:12 fall in bathroom, long', 27, '', 'word_unknown'],
    ['at 03:12 smoke in kitchen', 25, 'The sentence ends where "for" should follow.', 'sentence_unfinished'],
    ['at 03:12 claps loudly', 15, 'The sentence should end before "loudly".', 'sentence_too_long'],
    ['at 03:12', 8, 'The sentence ends where it should say what happens.', 'sentence_unfinished'],
    ['at 03:12 in wang: claps', 12, 'There is no home "wang": there is li.', 'home_unknown'],
    ['expect ticket fal', 14, '"fal" is not a kind of ticket: did you mean fall?', 'word_unknown'],
    ['expect ticket fall, severity hihg', 29, '"hihg" is not a severity: did you mean high?', 'word_unknown'],
    ['expect tickets', 7, '"tickets" is not what can be expected: did you mean ticket?', 'word_unknown'],
    ['gap: at 03:12 claps', 14, 'After "gap:" follows an expectation: gap: expect …', 'word_unknown'],
    ['at 03:12 dispatcher closes', 26, 'The sentence ends where "as" should follow.', 'sentence_unfinished'],
    [
      'at 03:12 brocker restarts',
      9,
      'No sentence begins with "brocker": did you mean broker restarts?',
      'word_unknown',
    ],
  ])('%s', (sentence, offset, text, code) => {
    const [found, ...more] = mistakesOf(script(`- ${sentence}`))
    expect(more).toEqual([])
    expect(found).toContain(text)
    expect(found).toContain(`(${code})`)
    expect(found).toMatch(`a.yaml:${line}:${column + offset}: `)
  })

  it('a kind that the home has twice; a name is always plain', () => {
    const twice = script('- at 03:12 radar reboots')
      .replace('radar: {kind: radar', 'bath: {kind: radar')
      .replace('pir: {kind: pir', 'hall: {kind: radar')
    expect(mistakesOf(twice)).toEqual([
      'a.yaml:13:14: Several devices are a radar: say which, bath, hall. (device_ambiguous)',
    ])
    expect(mistakesOf(twice.replace('radar reboots', 'hall reboots'))).toEqual([])
  })

  it('a sentence without a home, where there are two', () => {
    const found = mistakesOf(fileOf('- at 03:12 claps\n- expect no ticket', secondHome))
    expect(found).toEqual(['a.yaml:18:14: Say in which home: in li: … There is li, wang. (home_missing)'])
  })

  it.each([
    ['kind: pir', 'kind: pri', 'a.yaml:11:19: "pri" is no kind: did you mean pir? (device_unknown)'],
    ['room: hall', 'room: hal', 'a.yaml:11:30: "hal" is no room: did you mean hall? (room_unknown)'],
    [
      ', room: hall',
      '',
      'a.yaml:11:7: A pir needs a room: bedroom, living_room, kitchen, bathroom, hall, outside. (key_missing)',
    ],
    ['story:', 'storry:', 'a.yaml:2:1: A scenario has no "storry": did you mean story? (key_unknown)'],
    ['start: 22:00', 'start: 10 pm', 'a.yaml:3:8: "10 pm" is no start: write 22:00 or 2026-03-02 22:00. (time_wrong)'],
    ['watch: watch', 'Watch: watch', '"Watch" cannot be a name'],
    ['room: hall}', 'room: hall, charge: 20}', '(sentence_unfinished)'],
    ['room: hall}', 'room: hall, gateway: hub}', 'This home has no device "hub"'],
    [
      'room: hall}',
      'room: hall, quirks: [no_tim]}',
      'a.yaml:11:45: There is no quirk "no_tim": did you mean no_time? (value_wrong)',
    ],
    ['- expect no ticket', '- at 23:00 claps', 'The script expects nothing'],
    ['homes:', 'homes: [', '(yaml_broken)'],
  ])('%s written as %s', (right, wrong, mistake) => {
    expect(mistakesOf(fileOf('- expect no ticket').replace(right, wrong)).join('\n')).toContain(mistake)
  })

  it('are told all at once, in order', () => {
    const found = mistakesOf(fileOf('- at 03:12 fal in hall\n- expect tiket\n- at 04:00 claps now'))
    expect(found.map((text) => text.split(':')[1])).toEqual(['13', '14', '15'])
  })

  it('a text that is no map is a mistake, not a failure', () => {
    for (const text of ['', '42', '- a\n- b', 'script: 5\nhomes: 7'])
      expect(mistakesOf(text).length, text).toBeGreaterThan(0)
  })
})
