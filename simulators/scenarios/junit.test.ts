import { describe, expect, it } from 'vitest'
import { deviceModels } from '../devices/models.ts'
import type { Verdict } from './judging/verdicts.ts'
import { junitOf } from './junit.ts'
import { readScenario } from './reading/read.ts'

type Element = { name: string; attributes: Record<string, string>; children: Element[] }

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#10;', '\n')
    .replaceAll('&amp;', '&')

/** Reads the XML that has elements and attributes only; throws where tags do not close in order. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] }
  const open = [root]
  const tags = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
    .matchAll(/<(\/?)(\w+)((?: \w+="[^"<]*")*)(\/?)>|([^<\s]+)/g)
  for (const [, closing, name = '', attributes = '', single, stray] of tags) {
    if (stray !== undefined) throw new Error(`text between tags: ${stray}`)
    if (closing) {
      if (open.pop()?.name !== name) throw new Error(`${name} is closed out of turn`)
      continue
    }
    const pairs = [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      unescaped(value),
    ])
    const element = { name, attributes: Object.fromEntries(pairs), children: [] }
    open.at(-1)?.children.push(element)
    if (!single) open.push(element)
  }
  if (open.length !== 1) throw new Error('something is not closed')
  return root.children[0]!
}

const read = readScenario(
  `name: Smoke & <fire>
story: x
start: 22:00
homes: {li: {devices: {watch: watch}}}
script: [expect no ticket]
`,
  { file: 'stories/smoke.yaml', models: deviceModels, seed: 7 },
)
if ('mistakes' in read) throw new Error(read.mistakes[0]?.text)
const { scenario } = read

const verdict = (outcome: Verdict['outcome'], text: string, detail = ''): Verdict => ({
  outcome,
  text,
  detail,
  line: 5,
  column: 3,
  at: scenario.start + 90_000,
})

describe('the JUnit file', () => {
  const verdicts = [
    verdict('held', 'expect ticket'),
    verdict('failed', 'expect "two"', 'a < b & c > d\nnext\u0000'),
    verdict('known_gap', 'gap: expect ticket', 'none was opened'),
    verdict('closed_gap', 'gap: expect no ticket', 'none came'),
  ]
  const xml = junitOf([{ played: { scenario, verdicts, passed: false, messages: 3, facts: 0 }, tookMs: 1_234 }])
  const root = parse(xml)
  const [suite] = root.children
  const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? []

  it('has a suite a scenario, with what CI counts', () => {
    expect(root.name).toBe('testsuites')
    expect(suite?.attributes).toMatchObject({
      name: 'Smoke & <fire>',
      file: 'stories/smoke.yaml',
      tests: '4',
      failures: '2',
      skipped: '1',
      time: '1.234',
    })
    expect(suite?.children[0]?.children[0]?.attributes).toEqual({ name: 'seed', value: '7' })
  })

  it('has a case an expectation, with its place', () => {
    expect(cases.map(({ attributes }) => attributes.name)).toEqual(verdicts.map(({ text }) => text))
    expect(cases[0]?.attributes.classname).toBe('stories/smoke.yaml:5')
  })

  it('tells failures with what was seen, known gaps as skipped', () => {
    expect(cases.map(({ children }) => children.map(({ name, attributes }) => [name, attributes.message]))).toEqual([
      [],
      [['failure', 'a < b & c > d\nnext\uFFFD (1 min 30 s after the start)']],
      [['skipped', 'known gap: none was opened']],
      [['failure', 'met, though it is marked as a known gap: none came (1 min 30 s after the start)']],
    ])
  })
})
