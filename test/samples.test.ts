import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Outcome, runSamples } from './samples/run.ts'
import { type Format, sampleFolders, samplesMissing } from './samples/sample.ts'

/** Every public sample of the formats that Vigil reads, against what its source says of it and the sensible part of its report. */

const folder = join(import.meta.dirname, 'samples', 'formats')
const formats = await Promise.all(
  readdirSync(folder)
    .sort()
    .map(async (file) => ((await import(join(folder, file))) as { format: Format }).format),
)

/** Folders of formats that no codec reads, and why. */
const notRead: Record<string, string> = {
  'cap-1.2': 'outbound: alerts to dispatch tools',
  scaip: 'SIP, which is no transport of Vigil',
  'ble-gateways-misc':
    'single samples of makers (April Brother, MeshTech, Cassia) that say no more than that a tag was heard',
  'withings-notify': 'a notice without values, which only says what to fetch',
  'traccar-gt06': "behind Traccar's forwarding",
  'traccar-jt808': "behind Traccar's forwarding",
  'traccar-navigil': "behind Traccar's forwarding",
  'traccar-pt60': "behind Traccar's forwarding",
  'traccar-topin': "behind Traccar's forwarding",
  'traccar-xexun2': "behind Traccar's forwarding",
  'traccar-sigfox-http': "behind Traccar's forwarding",
}

if (samplesMissing) console.log(`skipped: ${samplesMissing}`)

describe.skipIf(samplesMissing !== undefined)('public samples', () => {
  const outcomes: Outcome[] = []

  test.each(formats)('$folder', (format) => {
    const outcome = runSamples(format)
    outcomes.push(outcome)
    expect(outcome.samples).toBeGreaterThan(0)
    expect(outcome.disagreed.filter(({ why }) => why === undefined)).toEqual([])
    expect(outcome.idle, 'reasons for disagreements that there are not').toEqual([])
  })

  test('every folder of samples is read by a codec, or it is said why not', () => {
    const read = formats.map((format) => format.folder)
    expect(sampleFolders().filter((name) => !read.includes(name) && !notRead[name])).toEqual([])
  })

  afterAll(() => console.log(tableOf(outcomes)))
})

function tableOf(outcomes: Outcome[]): string {
  const row = (cells: (string | number)[]): string =>
    cells.map((cell, i) => String(cell).padEnd([30, 9, 9, 9][i] ?? 0)).join('')
  const lines = outcomes.flatMap(({ folder: name, samples, left, claims, agreed, disagreed, notCompared }) => [
    row([name, samples, claims, agreed, notCompared.length > 0 ? `not compared: ${notCompared.join(', ')}` : '']),
    ...disagreed.map(({ id, what, got, why }) => `    ${id}: ${what}; ours: ${got}. ${why ?? 'NO REASON'}`),
    ...[...Map.groupBy(left, ({ why }) => why)].map(([why, some]) => `    not run, ${some.length}: ${why}`),
  ])
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + of(one), 0)
  const total = row(['all', sum((one) => one.samples), sum((one) => one.claims), sum((one) => one.agreed)])
  return ['', row(['format', 'samples', 'claims', 'agreed']), ...lines, total].join('\n')
}
