import { expect, it } from 'vitest'
import { withTable } from './homes.ts'
import { plot } from './plot.ts'
import { simulatedHomes } from './simulated_homes.ts'
import { comparison } from './table.ts'

const simulated = simulatedHomes(3, 5, 1, 20_454)
const [real] = simulatedHomes(1, 5, 9, 20_454)
if (!real) throw new Error('nobody')
const known = { ...real, name: 'known' }
const unknown = { ...real, name: 'unknown', inBed: undefined, away: undefined, has: new Set(['fridge'] as const) }

it('compares home by home, and shows a dash where a home does not say', () => {
  const rows = comparison([known, unknown], simulated).split('\n')
  expect(rows[0]).toMatch(/^\| +\| +known \| +unknown \| simulated: median/)
  expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  const row = (label: string) =>
    rows
      .find((one) => one.includes(label))
      ?.split('|')
      .map((cell) => cell.trim()) ?? []
  expect(row('days').slice(2, 5)).toEqual(['5', '5', '5'])
  expect(row('to bed: median')[2]).toMatch(/^\d\d:\d\d$/)
  expect(row('to bed: median')[3]).toBe('–')
  expect(row('toilet flushed, uses a day')[3]).toBe('–')
  expect(row('fridge')[3]).toBe(row('fridge')[2])
})

it('draws a plot that names every home and asks nothing from elsewhere', async () => {
  const svg = await plot([known, unknown], simulated)
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
  for (const text of [
    'known',
    'unknown',
    'simulated: median',
    'Toilet flushed',
    'Gaps between events',
    'hour of the day',
  ])
    expect(svg).toContain(text)
  expect(svg).not.toMatch(/NaN|<script|<image|href="http/)
})

it('puts the table between the marks of the page, again and again', () => {
  const page = '# Page\n\n<!-- table: npm run bench -- homes --write -->\nold\n<!-- end of table -->\n\nEnd.\n'
  const once = withTable(page, '| new |')
  expect(once).toContain('# Page')
  expect(once).toContain('\n\n| new |\n\n<!-- end of table -->\n\nEnd.\n')
  expect(once).not.toContain('old')
  expect(withTable(once, '| new |')).toBe(once)
  expect(() => withTable('# Page', '| new |')).toThrow('has lost its marks')
})
