import { expect, it } from 'vitest'
import { faultsOf, runPipeline } from '../bench/pipeline/pipeline.ts'
import { reportOf } from '../bench/pipeline/report.ts'
import { tableOf } from '../bench/pipeline/table.ts'

const options = { devices: 30, rate: 300, seconds: 2, window: 4, unloaded: 1, idle: 20 }

it('the bench loads the real processes, and everything acknowledged has arrived', async () => {
  const said: string[] = []
  const figures = await runPipeline(options, (line) => said.push(line), new AbortController().signal)
  expect(faultsOf(figures)).toEqual([])
  expect(figures.load.acked).toBe(600)
  expect(figures.account).toMatchObject({ acknowledged: 600, stored: 600, missing: 0, duplicated: 0 })
  expect(figures.sosLoad).toMatchObject({ acked: figures.sosLoad.sent, unseen: 0 })
  expect(figures.tickets).toMatchObject({ tickets: figures.tickets.homes, wrong: 0 })
  expect(figures.sosIdle.sent).toBeGreaterThan(0)

  const report = reportOf(figures)
  expect(report.processes.map(({ process }) => process)).toEqual(expect.arrayContaining(['broker', 'ingest']))
  // The auditor may do so little in two seconds that the system's ticks of 10 ms do not count it.
  for (const { process, seconds_per_million_messages: used } of report.processes)
    expect([process, Number(used)]).toEqual([process, expect.any(Number)])
  const busy = report.processes.filter(({ process }) => ['broker', 'ingest'].includes(process))
  expect(busy.every((use) => Number(use.seconds_per_million_messages) > 0)).toBe(true)
  const table = tableOf(report)
  for (const row of ['acknowledged', 'SOS → live', 'broker', 'idle', 'account']) expect(table).toContain(row)
  expect(table).not.toContain('WRONG')
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
})
