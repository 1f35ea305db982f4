import { describe, expect, it } from 'vitest'
import { type Change, changed, emptyScene, type Scene } from './life/scene.ts'
import { createThings, keptAfter, nothingKept } from './things.ts'

const opens: Change = { what: 'opens', opening: 'front_door' }
const closes: Change = { what: 'closes', opening: 'front_door' }
const stove = (on: boolean): Change => ({ what: 'stove', on })

/** Takes changes one after the other and gives those that a sensor could notice. */
function noticed(...steps: [by: string, change: Change][]): Change[] {
  const things = createThings()
  return steps.flatMap(([by, change]) => things.take(by, change, emptyScene) ?? [])
}

describe('what several people use', () => {
  it('stays open until the last one shuts it', () => {
    expect(noticed(['li', opens], ['wang', opens], ['li', closes])).toEqual([opens])
    expect(noticed(['li', opens], ['wang', opens], ['li', closes], ['wang', closes])).toEqual([opens, closes])
  })

  it('is not shut by somebody who did not open it', () => {
    expect(noticed(['li', stove(true)], ['wang', stove(false)])).toEqual([stove(true)])
  })

  it('is noticed once by who opens it twice', () => {
    expect(noticed(['li', opens], ['li', opens], ['li', closes])).toEqual([opens, closes])
  })

  it('keeps hazards of two rooms apart', () => {
    const smoke = (room: 'kitchen' | 'hall', on: boolean): Change => ({ what: 'hazard', hazard: 'smoke', room, on })
    const both: [string, Change][] = [
      ['1', smoke('kitchen', true)],
      ['2', smoke('hall', true)],
      ['1', smoke('kitchen', false)],
    ]
    expect(noticed(...both)).toEqual(both.map(([, change]) => change))
  })

  it('lets movements, presses and impacts pass', () => {
    const press: Change = { what: 'presses', device: 'pendant' }
    expect(noticed(['li', press], ['li', press])).toEqual([press, press])
  })
})

describe('taking up a day again', () => {
  it('shuts and turns off what is not wanted any more, and opens what is', () => {
    const things = createThings()
    let scene: Scene = emptyScene
    for (const change of [opens, stove(true), { what: 'water', by: 'li', flow: 6 }] as Change[])
      scene = changed(scene, things.take('li', change, scene)!)
    const wanted = keptAfter([opens, stove(true), stove(false), { what: 'opens', opening: 'fridge' }])
    expect(things.hold('li', wanted, scene)).toEqual([
      stove(false),
      { what: 'opens', opening: 'fridge' },
      { what: 'water', by: 'li', flow: 0 },
    ])
    expect(things.hold('li', nothingKept, changed(scene, { what: 'water', by: 'li', flow: 0 }))).toEqual([
      closes,
      { what: 'closes', opening: 'fridge' },
    ])
  })
})
