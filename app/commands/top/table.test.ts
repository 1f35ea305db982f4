import { expect, it } from 'vitest'
import type { FrontDoor } from '../../../domain/front_door.ts'
import { screenOf } from './table.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, seconds)).toISOString()
const quiet: FrontDoor = {
  at: at(0),
  connections: 0,
  by_kind: {},
  connects: {},
  messages: {},
  refused: {},
  cut: {},
  busiest: [],
}

it('shows only what there is', () => {
  expect(screenOf(quiet, undefined)).toEqual(['2026-11-22T08:00:00.000Z   0 connections', ''])
})

it('tells what happens a second between two looks, the most first', () => {
  const before = { ...quiet, messages: { urgent: 10, bulk: 100 }, refused: { unauthenticated: 5 } }
  const now = {
    ...before,
    at: at(2),
    connections: 3,
    by_kind: { device: 2, vendor: 1 },
    messages: { urgent: 11, bulk: 4_100 },
  }
  const lines = screenOf(now, before).map((line) => line.replaceAll(/ +/g, ' ').trim())
  expect(lines[0]).toBe('2026-11-22T08:00:02.000Z 3 connections: device 2, vendor 1')
  expect(lines.slice(2, 5)).toEqual(['messages in all a second', 'bulk 4,100 2,000', 'urgent 11 0.5'])
  expect(lines).toContain('unauthenticated 5 0')
})

it('counts a broker that was started anew from its start', () => {
  const before = { ...quiet, messages: { bulk: 9_000 } }
  const now = { ...quiet, at: at(10), messages: { bulk: 50 } }
  expect(screenOf(now, before).join('\n')).toMatch(/bulk +50 +5$/m)
})

it('names who uses up its quota, and who is slowed', () => {
  const use = { of: 'device:watch-1', messages_per_s: 1_200, bytes_per_s: 512_000, used: 1, slowed: true, refused: 7 }
  expect(screenOf({ ...quiet, busiest: [use] }, undefined).join('\n')).toMatch(
    /device:watch-1 +1,200 +500 +100 % +slowed, 7 refused$/m,
  )
})
