import { describe, expect, it } from 'vitest'
import type { DevicePlan } from '../../devices/device.ts'
import { atLocal, DAY, HOUR, MINUTE, SECOND } from '../../life/calendar.ts'
import { makePerson } from '../../life/person.ts'
import { figureAt } from '../../life/routine.ts'
import { day, factsIn, homeWith, morning, saidBy, signalsIn, type TestHome, valuesIn } from '../test_home.ts'
import { figureOf } from './steps.ts'

const devices: DevicePlan[] = [
  { id: 'watch', kind: 'watch' },
  { id: 'pendant', kind: 'pendant' },
  { id: 'cord', kind: 'pull_cord', room: 'bathroom' },
  { id: 'radar', kind: 'radar', room: 'bathroom' },
  { id: 'pir', kind: 'pir', room: 'hall' },
  { id: 'door', kind: 'door', room: 'hall', opening: 'front_door' },
  { id: 'mat', kind: 'bed_mat', room: 'bedroom' },
  { id: 'smoke', kind: 'smoke', room: 'kitchen' },
  { id: 'gas', kind: 'gas', room: 'kitchen' },
  { id: 'leak', kind: 'water_leak', room: 'bathroom' },
  { id: 'meter', kind: 'water_meter' },
  { id: 'guard', kind: 'stove_guard', room: 'kitchen' },
]

const li = (home: TestHome) => figureOf({ scene: home.scene() }, 'li')
const night = atLocal(day, 26)

/** Somebody is cooking. */
function atStove(): TestHome {
  const home = homeWith(devices, { startAt: atLocal(day, 6) })
  for (let n = 0; n < 3_000 && !home.scene().stove; n++) home.live(0.25)
  expect(home.scene().stove).toBe(true)
  return home
}

describe('a fall', () => {
  it('happens where it is said, is felt by the watch and seen by the radar, and leaves the person on the floor', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: 10 * MINUTE })
    const outputs = home.live(5)
    expect(signalsIn(outputs).sort()).toEqual(['radar fall', 'watch fall'])
    expect(li(home)).toMatchObject({ room: 'bathroom', posture: 'on_floor', doing: 'fallen', inBed: false })
    expect(home.vitals('li').heartRate).toBeGreaterThan(90)
    expect(factsIn(outputs)).toEqual([
      {
        id: 'home-1',
        at: morning + 3 * MINUTE,
        until: morning + 13 * MINUTE,
        home: 'home',
        event: 'fall',
        who: 'li',
        room: 'bathroom',
        needsHelp: true,
      },
    ])
  })

  it('is told before it is felt, and walked to before that', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: 10 * MINUTE })
    const outputs = home.live(5)
    const fact = outputs.findIndex(({ what }) => what === 'fact')
    expect(
      outputs.findIndex((output) => output.what === 'message' && output.message.kind === 'signals'),
    ).toBeGreaterThan(fact)
    expect(saidBy(outputs.slice(0, fact), 'pir').map(({ payload }) => payload.readings)).toContainEqual(
      expect.objectContaining({ motion: 1 }),
    )
  })

  it('leaves the person stirring on the floor now and then', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: HOUR })
    home.live(2)
    const efforts = Array.from({ length: 30 * 20 }, () => {
      home.live(0.05)
      return li(home).effort
    })
    const stirring = efforts.filter((effort) => effort > 4).length
    expect(stirring).toBeGreaterThan(5)
    expect(stirring).toBeLessThan(efforts.length / 5)
  })

  it('ends with getting up, and the day goes on', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: 10 * MINUTE })
    home.live(11.5)
    expect(li(home)).toMatchObject({ posture: 'standing', doing: 'awake', room: 'bathroom' })
    const rest = home.live(24 * 60)
    expect(li(home).doing).not.toBe('fallen')
    expect(valuesIn(rest, 'mat', 'in_bed')).toContain(1)
  })

  it('suppresses the routine as long as it lasts', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: 30 * HOUR })
    home.live(2)
    for (let n = 0; n < 28; n++) {
      home.live(60)
      expect(li(home)).toMatchObject({ room: 'bathroom', doing: 'fallen' })
    }
  })

  it('at the stove is a forgotten stove: it stays on, and is turned off by who got up', () => {
    const home = atStove()
    home.in(0, { what: 'fall', liesFor: HOUR })
    home.live(55)
    expect(home.scene().stove).toBe(true)
    home.live(7)
    expect(home.scene().stove).toBe(false)
  })

  it('of who lies there already is another one in the same place, felt and seen and told as such', () => {
    const home = homeWith(devices, { seed: 6 })
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: HOUR })
    home.live(5)
    home.in(5, { what: 'fall', room: 'kitchen', liesFor: 2 * HOUR })
    const outputs = home.live(30)
    expect(signalsIn(outputs).sort()).toEqual(['radar fall', 'watch fall'])
    expect(li(home)).toMatchObject({ room: 'bathroom', doing: 'fallen' })
    expect(factsIn(outputs)).toMatchObject([
      { event: 'fall', room: 'bathroom', at: morning + 12 * MINUTE, until: morning + 132 * MINUTE, needsHelp: true },
    ])
    home.live(94)
    expect(li(home).doing).toBe('fallen')
    home.live(1.5)
    expect(li(home)).toMatchObject({ room: 'bathroom', posture: 'standing' })
  })

  it('again, of who would have lain longer, does not bring that one to the feet earlier', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: HOUR })
    home.in(10, { what: 'fall', liesFor: MINUTE })
    home.in(20, { what: 'slide', liesFor: MINUTE })
    const facts = factsIn(home.live(59))
    expect(facts.map(({ event, until }) => [event, until])).toEqual(
      ['fall', 'fall', 'slide'].map((event) => [event, morning + 63 * MINUTE]),
    )
    expect(li(home).doing).toBe('fallen')
    home.live(3)
    expect(li(home).doing).toBe('awake')
  })

  it('after the first is over begins anew, wherever it is said', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: HOUR })
    home.in(90, { what: 'fall', room: 'kitchen', liesFor: 5 * MINUTE })
    const facts = factsIn(home.live(93))
    expect(facts[1]).toMatchObject({ room: 'kitchen', until: morning + 97 * MINUTE })
    expect(li(home)).toMatchObject({ room: 'kitchen', doing: 'fallen' })
  })
})

it('a slide has no impact: the watch says nothing, the radar sees it, and somebody should come', () => {
  const home = homeWith(devices)
  home.in(1, { what: 'slide', room: 'bathroom', liesFor: 20 * MINUTE })
  const outputs = home.live(10)
  expect(li(home)).toMatchObject({ doing: 'fallen', posture: 'on_floor' })
  expect(signalsIn(outputs).filter((text) => text.startsWith('watch'))).toEqual([])
  expect(factsIn(outputs)).toMatchObject([{ event: 'slide', needsHelp: true }])
})

describe('a press', () => {
  it('is as many changes as presses, from the first button within reach', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'press', times: 9, every: 2 * SECOND })
    const outputs = home.live(3)
    expect(signalsIn(outputs)).toEqual(Array.from({ length: 9 }, () => 'watch sos'))
    expect(factsIn(outputs)).toMatchObject([{ event: 'press', device: 'watch', times: 9, needsHelp: true }])
    expect(factsIn(outputs)[0]?.until).toBe(morning + 3 * MINUTE + 16 * SECOND)
  })

  it('by who lies on the floor reaches the cord of that room, when nothing is worn', () => {
    const home = homeWith(devices.filter(({ id }) => id === 'cord'))
    home.in(1, { what: 'fall', room: 'bathroom', liesFor: HOUR })
    home.in(3, { what: 'press', times: 1, every: 0 })
    expect(signalsIn(home.live(10))).toEqual(['cord sos'])
  })

  it('reaches no cord of another room from the floor, nor a watch on the charger', () => {
    const home = homeWith(devices.filter(({ id }) => id === 'cord' || id === 'watch'))
    home.in(0, { what: 'taken_off', device: 'watch', lasts: HOUR })
    home.in(1, { what: 'fall', room: 'kitchen', liesFor: HOUR })
    home.in(3, { what: 'press', times: 2, every: SECOND })
    home.in(4, { what: 'press', device: 'cord', times: 1, every: 0 })
    const outputs = home.live(10)
    expect(signalsIn(outputs)).toEqual([])
    expect(factsIn(outputs).filter(({ event }) => event === 'press')).toMatchObject([
      { times: 0, needsHelp: false },
      { times: 0, needsHelp: false, device: 'cord' },
    ])
  })

  it('is of what is worn before what hangs on the wall, wherever the plan has them', () => {
    const home = homeWith(devices.toReversed())
    home.in(1, { what: 'press', times: 1, every: 0 })
    expect(signalsIn(home.live(3))).toEqual(['pendant sos'])
  })

  it('is by who lies on the floor, where somebody does', () => {
    const home = homeWith(
      devices.filter(({ id }) => id === 'cord'),
      {
        residents: [
          { id: 'li', seed: 7 },
          { id: 'wang', seed: 8 },
        ],
      },
    )
    home.in(1, { what: 'fall', who: 'wang', room: 'bathroom', liesFor: HOUR })
    home.in(3, { what: 'press', times: 1, every: 0 })
    expect(factsIn(home.live(5)).at(-1)).toMatchObject({ event: 'press', who: 'wang', device: 'cord', times: 1 })
  })

  it('on the wall is gone to first', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'press', device: 'cord', times: 1, every: 0 })
    expect(signalsIn(home.live(0.95))).toEqual([])
    expect(li(home).room).toBe('hall')
    expect(signalsIn(home.live(0.2))).toEqual(['cord sos'])
    expect(li(home).room).toBe('bathroom')
  })

  it('by accident is the same to the device, and nobody needs help', () => {
    const home = homeWith(devices)
    home.in(1, { what: 'accidental_press', device: 'pendant', times: 3, every: SECOND })
    const outputs = home.live(3)
    expect(signalsIn(outputs)).toEqual(['pendant sos', 'pendant sos', 'pendant sos'])
    expect(factsIn(outputs)).toMatchObject([
      { event: 'accidental_press', device: 'pendant', times: 3, needsHelp: false },
    ])
  })
})

describe('to cancel', () => {
  const worn = devices.filter(({ id }) => id === 'watch')
  const felled = (after: number) => {
    const home = homeWith(worn)
    home.in(1, { what: 'fall', room: 'hall', liesFor: MINUTE })
    home.in(1 + after / MINUTE, { what: 'cancel', device: 'watch' })
    return home.live(5)
  }

  it('in time is to have the watch say nothing of a fall, which was one all the same', () => {
    const outputs = felled(2 * SECOND)
    expect(signalsIn(outputs)).toEqual([])
    expect(factsIn(outputs)).toMatchObject([
      { event: 'fall', needsHelp: true },
      {
        event: 'cancel',
        who: 'li',
        device: 'watch',
        times: 1,
        needsHelp: false,
        at: morning + 182_000,
        until: morning + 182_000,
      },
    ])
  })

  it('too late changes nothing', () => expect(signalsIn(felled(6 * SECOND))).toEqual(['watch fall']))

  it('takes no press back', () => {
    const home = homeWith(worn)
    home.in(1, { what: 'press', device: 'watch', times: 1, every: 0 })
    home.in(1, { what: 'cancel', device: 'watch' })
    expect(signalsIn(home.live(5))).toEqual(['watch sos'])
  })

  it('on a watch that lies on the charger is not possible, and is told so', () => {
    const home = homeWith(worn)
    home.in(0, { what: 'taken_off', device: 'watch', lasts: HOUR })
    home.in(1, { what: 'cancel', device: 'watch' })
    expect(factsIn(home.live(5)).at(-1)).toMatchObject({ event: 'cancel', device: 'watch', times: 0 })
  })

  it('is said of who wears it', () => {
    const residents = [
      { id: 'li', seed: 7 },
      { id: 'wang', seed: 8 },
    ]
    const home = homeWith([{ id: 'watch', kind: 'watch', wearer: 'wang' }], { residents })
    home.in(1, { what: 'cancel', device: 'watch' })
    expect(factsIn(home.live(2))).toMatchObject([{ event: 'cancel', who: 'wang', times: 1 }])
  })
})

describe('a hazard', () => {
  it.each([
    ['smoke', 'kitchen', 'smoke smoke'],
    ['gas', 'kitchen', 'gas gas'],
    ['leak', 'bathroom', 'leak water_leak'],
  ] as const)('%s in the %s is told by its detector and over after a while', (hazard, room, signal) => {
    const home = homeWith(devices)
    home.in(1, { what: 'hazard', hazard, room, lasts: 5 * MINUTE })
    const outputs = home.live(4)
    expect(signalsIn(outputs)).toEqual([signal])
    expect(home.scene().hazards[hazard].has(room)).toBe(true)
    expect(factsIn(outputs)).toMatchObject([{ event: 'hazard', kind: hazard, room, needsHelp: true }])
    home.live(4)
    expect(home.scene().hazards[hazard].size).toBe(0)
  })

  it('a leak runs through the water meter', () => {
    const flowAt = (home: TestHome) => Object.values(home.scene().flows).reduce((sum, flow) => sum + flow, 0)
    const home = homeWith(devices, { startAt: night })
    home.in(0, { what: 'hazard', hazard: 'leak', room: 'bathroom', lasts: 2 * HOUR })
    home.live(1)
    expect(flowAt(home)).toBeGreaterThan(1)
    home.live(130)
    expect(flowAt(home)).toBe(0)
  })
})

it('a forgotten stove stays on while nobody is at it', () => {
  const home = homeWith(devices)
  home.in(1, { what: 'forgotten_stove', lasts: 50 * MINUTE })
  const outputs = home.live(2)
  expect(home.scene().stove).toBe(true)
  home.live(45)
  expect(home.scene().stove).toBe(true)
  expect(li(home).room).not.toBe('kitchen')
  home.live(5)
  expect(home.scene().stove).toBe(false)
  expect(factsIn(outputs)).toMatchObject([{ event: 'forgotten_stove', room: 'kitchen', needsHelp: true }])
})

it('wandering: out of bed, through the hall and the front door, and back after a while', () => {
  const home = homeWith(devices, { startAt: night })
  expect(li(home).inBed).toBe(true)
  home.in(1, { what: 'wandering', lasts: 30 * MINUTE })
  const out = home.live(5)
  expect(li(home).room).toBe('outside')
  expect(valuesIn(out, 'mat', 'in_bed')).toContain(0)
  expect(valuesIn(out, 'door', 'door_open')).toEqual([1, 0])
  expect(valuesIn(out, 'pir', 'motion')).toContain(1)
  expect(factsIn(out)).toMatchObject([{ event: 'wandering', who: 'li', needsHelp: true }])
  const back = home.live(30)
  expect(valuesIn(back, 'door', 'door_open')).toEqual([1, 0])
  expect(li(home)).toMatchObject({ room: 'bedroom', inBed: true })
})

it('who stays in bed lies there beyond the usual hour, breathing and stirring', () => {
  const home = homeWith(devices, { startAt: atLocal(day, 4.5) })
  home.in(1, { what: 'stays_in_bed', lasts: 9 * HOUR })
  const outputs = home.live(8 * 60)
  expect(valuesIn(outputs, 'mat', 'in_bed')).not.toContain(0)
  expect(li(home)).toMatchObject({ inBed: true, doing: 'awake' })
  home.live(10 * 60)
  expect(li(home).posture).not.toBe('on_floor')
  expect(factsIn(outputs)).toMatchObject([{ event: 'stays_in_bed', needsHelp: true }])
})

it('an illness is fever over days, much time in bed, and over in the end', () => {
  const home = homeWith(devices)
  const well = home.vitals('li')
  home.in(1, { what: 'illness', lasts: 3 * DAY })
  home.live(24 * 60)
  expect(home.vitals('li').temperature).toBeGreaterThan(well.temperature + 1)
  const inBed = (outputs: ReturnType<TestHome['live']>) =>
    valuesIn(outputs, 'mat', 'in_bed').reduce<number>((sum, value) => sum + Number(value), 0)
  const ill = inBed(home.live(10 * 60))
  home.live(4 * 24 * 60 - 10 * 60)
  expect(home.vitals('li').temperature).toBeLessThan(well.temperature + 0.7)
  expect(ill).toBeGreaterThan(inBed(home.live(10 * 60)))
})

it('who falls ill leaves off at once what the day would have been, and takes it up again when well', () => {
  const home = homeWith(devices)
  const person = makePerson({ id: 'li', seed: 7 })
  home.in(30, { what: 'illness', lasts: 5 * HOUR })
  home.live(30)
  expect(li(home)).toEqual(figureAt(person, morning + 32 * MINUTE, 'ill'))
  for (let minute = 42; minute < 100; minute += 10) {
    home.live(10)
    expect(li(home)).toEqual(figureAt(person, morning + minute * MINUTE, 'ill'))
  }
  home.live(4 * 60)
  expect(li(home)).toEqual(figureAt(person, morning + 92 * MINUTE + 4 * HOUR, 'well'))
})

it('an absence leaves the home empty and the stove off, through the front door both times', () => {
  const home = homeWith(devices)
  home.in(1, { what: 'absence', lasts: 2 * DAY })
  home.live(10)
  const away = home.live(46 * 60)
  expect(li(home)).toMatchObject({ room: 'outside', doing: 'out' })
  expect(home.scene().stove).toBe(false)
  expect(valuesIn(away, 'pir', 'motion')).not.toContain(1)
  const back = home.live(3 * 60)
  expect(valuesIn(away, 'door', 'door_open')).not.toContain(1)
  expect(valuesIn(back, 'door', 'door_open')).toContain(1)
  expect(valuesIn(back, 'pir', 'motion')).toContain(1)
})

it('who goes on a journey, or to bed for the day, turns the stove off first', () => {
  for (const what of ['absence', 'stays_in_bed'] as const) {
    const home = atStove()
    home.in(0, { what, lasts: DAY })
    home.live(1)
    expect(home.scene().stove, what).toBe(false)
  }
})

it('a visit is one more person in the home, come and gone by the door', () => {
  const home = homeWith(devices)
  home.in(1, { what: 'visit', lasts: 90 * MINUTE })
  const outputs = home.live(5)
  expect(home.scene().figures.map(({ who }) => who)).toEqual(expect.arrayContaining(['li', 'visitor-1']))
  expect(valuesIn(outputs, 'door', 'door_open')).toContain(1)
  home.live(90)
  expect(home.scene().figures.map(({ who }) => who)).toEqual(['li'])
  expect(home.scene().stove && li(home).room !== 'kitchen').toBe(false)
  expect(factsIn(outputs)).toMatchObject([{ event: 'visit', needsHelp: false }])
})

it('a jolt is felt by what is worn, and nothing happened', () => {
  const home = homeWith(devices)
  home.in(1, { what: 'jolt', impact: 'sits_hard' })
  const outputs = home.live(3)
  expect(
    saidBy(outputs)
      .filter(({ kind }) => kind === 'motion')
      .map(({ device }) => device),
  ).toContain('pendant')
  expect(factsIn(outputs)).toMatchObject([{ event: 'jolt', who: 'li', needsHelp: false }])
  expect(li(home).doing).not.toBe('fallen')
})

it('a later incident has the person, and the end of an earlier one does not take it back', () => {
  const home = homeWith(devices, { startAt: night })
  home.in(1, { what: 'wandering', lasts: 20 * MINUTE })
  home.in(10, { what: 'fall', liesFor: HOUR })
  home.live(12)
  const later = home.live(28)
  expect(li(home)).toMatchObject({ room: 'outside', doing: 'fallen' })
  expect(valuesIn(later, 'door', 'door_open')).not.toContain(1)
})

describe('what cannot happen is refused with a sentence', () => {
  const home = homeWith(devices.filter(({ id }) => id === 'smoke'))
  it.each([
    [{ what: 'fall', who: 'chen', liesFor: 1 }, 'nobody called chen lives here'],
    [{ what: 'fall', room: 'cellar', liesFor: 1 }, 'there is no room cellar'],
    [{ what: 'fall', liesFor: 0 }, 'it must last longer than nothing'],
    [{ what: 'press', times: 1, every: 0 }, 'no device here has a button'],
    [{ what: 'press', times: 0, every: 0 }, 'pressed once or more often'],
    [{ what: 'hazard', hazard: 'smoke', room: 'outside', lasts: 1 }, 'outside is no room of it'],
    [{ what: 'visit', lasts: MINUTE }, 'going and coming takes 3 minutes'],
    [{ what: 'reboot', device: 'watch' }, 'there is no device watch; there are smoke'],
    [{ what: 'taken_off', device: 'smoke', lasts: 1 }, 'smoke is not worn'],
    [{ what: 'battery', device: 'smoke', percent: 120 }, 'from 0 to 100'],
  ] as never[])('%j', (event: never, sentence: string) => {
    expect(() => home.in(1, event)).toThrow(sentence)
  })

  it('a press of what has no button', () => {
    const two = homeWith(devices)
    expect(() => two.in(1, { what: 'press', device: 'pir', times: 1, every: 0 })).toThrow('pir has no button')
  })

  it('to cancel on what cannot, or is not there', () => {
    const two = homeWith(devices)
    expect(() => two.in(1, { what: 'cancel', device: 'pendant' })).toThrow('on pendant nobody can say')
    expect(() => two.in(1, { what: 'cancel', device: 'bracelet' })).toThrow('there is no device bracelet')
  })

  it('anything to somebody where nobody lives', () => {
    const empty = homeWith(devices, { residents: [] })
    expect(() => empty.in(1, { what: 'fall', liesFor: 1 })).toThrow('nobody lives here')
  })
})
