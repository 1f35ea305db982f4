import { describe, expect, it } from 'vitest'
import { type Change, emptyScene } from '../life/scene.ts'
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
    for (const change of [opens, stove(true)]) things.take('li', change, emptyScene)
    const wanted = keptAfter([opens, stove(true), stove(false), { what: 'opens', opening: 'fridge' }])
    const fridge: Change = { what: 'opens', opening: 'fridge' }
    expect(things.towards('li', wanted)).toEqual([stove(false), fridge, { what: 'water', by: 'li', flow: 0 }])
    expect(things.towards('wang', nothingKept)).toEqual([{ what: 'water', by: 'wang', flow: 0 }])
  })

  it('does nothing by itself', () => {
    const things = createThings()
    things.take('li', opens, emptyScene)
    things.towards('li', nothingKept)
    expect(things.take('li', closes, emptyScene)).toEqual(closes)
  })
})
