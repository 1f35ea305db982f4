import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { projectFiles, textOf } from './sources.ts'

/** What docs/Mqtt.md says of limits and quotas is what the code does, and each is hit by a test. */
const page = readFileSync(new URL('../docs/Mqtt.md', import.meta.url), 'utf8')

function rowsOf(heading: string): string[][] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2
  const rows = lines.slice(
    start,
    lines.findIndex((line, n) => n >= start && !line.startsWith('|')),
  )
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll(/[`,]/g, '')),
  )
}

const quotas = ['deviceQuota', 'gatewayQuota', 'vendorQuota', 'addressQuota'] as const
const tests = projectFiles().filter((file) => /^broker\/.*\.test\.ts$/.test(file))
const tested = tests.map(textOf).join('\n')

describe('docs/Mqtt.md', () => {
  it('gives every quota', () => {
    const columns = quotas.map((name) => {
      const { messages, bytes, connects, connections } = limits[name]
      const rates = [messages.perSecond, messages.burst, bytes.perSecond / 1024, bytes.burst / 1024]
      return [...rates, connects.perSecond, connects.burst, connections]
    })
    const shown = rowsOf('quota').map(([, ...cells]) => cells.map(Number))
    expect(quotas.map((_, n) => shown.map((row) => row[n]))).toEqual(columns)
  })

  it('gives every limit of one connection', () => {
    const rows = rowsOf('limit').map(([name, value]) => [name, Number(value)])
    expect(rows.length).toBeGreaterThan(15)
    expect(rows).toEqual(rows.map(([name]) => [name, limits[name as keyof typeof limits]]))
  })
})

describe('a test of the front door hits', () => {
  it.each([...quotas, ...rowsOf('limit').map(([name]) => name ?? '')])('%s', (name) => {
    expect(tested.includes(`limits.${name}`) || tested.includes(`'${name}'`)).toBe(true)
  })
})
