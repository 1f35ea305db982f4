import { describe, expect, it } from 'vitest'
import { direction, distance, evenStep, offset, roundMetres } from './geo.js'

describe('from the home to somebody', () => {
  /** Great-circle distances between cities, as published; they are much farther apart than anybody wanders. */
  it.each([
    ['one degree along the equator', { lat: 0, lon: 0 }, { lat: 0, lon: 1 }, 111_195, 'e'],
    ['one degree to the north', { lat: 39, lon: 106 }, { lat: 40, lon: 106 }, 111_195, 'n'],
    ['Berlin to Potsdam', { lat: 52.52, lon: 13.405 }, { lat: 52.3906, lon: 13.0645 }, 27_200, 'sw'],
    ['across the date line', { lat: 0, lon: 179.9 }, { lat: 0, lon: -179.9 }, 22_239, 'e'],
  ])('%s', (_, from, to, metres, way) => {
    const found = offset(from, to)
    expect(Math.abs(distance(found) - metres) / metres).toBeLessThan(0.01)
    expect(direction(found)).toBe(way)
  })

  it.each([
    ['n', 0, 9],
    ['ne', 7, 7],
    ['se', 7, -7],
    ['s', 0, -9],
    ['w', -9, 1],
    ['nw', -7, 7],
  ])('%s of it', (way, x, y) => {
    expect(direction({ x, y })).toBe(way)
  })
})

it('says no more digits than anybody needs', () => {
  expect([3, 63, 342, 1_234, 45_678].map(roundMetres)).toEqual([5, 65, 340, 1_200, 46_000])
})

it('draws a grid in even steps', () => {
  expect([0.9, 7, 19, 20, 60, 340].map(evenStep)).toEqual([0.5, 5, 10, 20, 50, 200])
})
