import { describe, expect, it } from 'vitest'
import { Latencies } from '../../simulators/load/latencies.ts'
import { faultsOf, type PipelineFigures } from './pipeline.ts'
import { reportOf } from './report.ts'
import { tableOf } from './table.ts'

function latencies(...ms: number[]): Latencies {
  const all = new Latencies()
  for (const one of ms) all.add(one)
  return all
}

const probe = (...ms: number[]) => ({
  sent: ms.length,
  acked: ms.length,
  unseen: 0,
  latencies: latencies(...ms),
  acks: latencies(1),
})

/** A run in which everything was well: 1,000 messages in 2 s, drained after 4 s. */
const figures = (): PipelineFigures => ({
  machine: { processors: 2, model: 'Test', node: 'v24', sync_ms: 0.1 },
  options: { devices: 10, rate: 500, seconds: 2, window: 8, unloaded: 1, idle: 100 },
  load: {
    sent: 1_000,
    acked: 1_000,
    acknowledged: new Map(),
    strange: 0,
    lost: 0,
    unanswered: 0,
    latencies: latencies(1, 2, 3),
    busy: 0.25,
  },
  loadSeconds: 2,
  span: { from: 0, to: 1 },
  loadProcesses: 1,
  connectSeconds: 0.5,
  drainedSeconds: 4,
  storedReadings: 3_000,
  lag: { ingest: { now: 0, most: 12 }, alerts: { now: 0, most: 7 } },
  sosIdle: probe(10, 10, 10),
  sosLoad: probe(20, 20, 20),
  processes: [{ name: 'broker', pid: 1 }],
  useIdle: [{ name: 'broker', cpu: { user: 0.01, system: 0.01 }, seconds: 1, residentBytes: 0 }],
  use: [{ name: 'broker', cpu: { user: 0.03, system: 0.01 }, seconds: 4, residentBytes: 100 * 2 ** 20 }],
  idle: { connections: 100, perSecond: 50, bytesPer10000: 200 * 2 ** 20 },
  account: {
    acknowledged: 1_000,
    stored: 1_000,
    missing: 0,
    duplicated: 0,
    foreign: 0,
    unacknowledged: 0,
    examples: [],
  },
  tickets: { homes: 3, tickets: 3, wrong: 0 },
})

describe('the report', () => {
  it('derives the figures from what was counted', () => {
    const report = reportOf(figures())
    expect(report.acknowledged).toMatchObject({ messages: 1_000, per_second: 500 })
    expect(report.stored).toEqual({ readings: 3_000, per_second: 750, seconds_after_load: 2 })
    expect(report.sos.ratio_p50).toBeCloseTo(2, 1)
    expect(report.processes).toEqual([
      {
        process: 'broker',
        user_seconds: 0.03,
        system_seconds: 0.01,
        seconds_per_million_messages: 40,
        processors_busy: 0.01,
        processors_busy_without_load: 0.02,
        resident_mib: 100,
      },
    ])
    expect(report.idle).toEqual({ connections: 100, mib_per_10000: 200, connects_per_second: 50 })
    expect(report.generator).toMatchObject({ busiest: 0.25, connects_per_second: 20 })
    expect(report.faults).toEqual([])
  })

  it('shows nothing where nothing was measured', () => {
    const none = { ...figures(), sosLoad: probe(), drainedSeconds: undefined, idle: undefined }
    const report = reportOf(none)
    expect(report.sos).toMatchObject({ ratio_p50: null, under_load: { p50: null } })
    expect(report.stored.per_second).toBeNull()
    expect(tableOf(report)).not.toContain('NaN')
  })

  it.each<[string, (run: PipelineFigures) => void]>([
    ['2 messages were acknowledged and are not stored', (run) => Object.assign(run.account, { missing: 2 })],
    ['1 messages are stored more than once', (run) => Object.assign(run.account, { duplicated: 1 })],
    ['4 points are stored that nobody sent', (run) => Object.assign(run.account, { foreign: 4 })],
    ['1 SOS were never shown as a live event', (run) => Object.assign(run.sosLoad, { unseen: 1 })],
    ['3 homes have not exactly one ticket', (run) => Object.assign(run.tickets, { wrong: 3 })],
    ['5 connections broke', (run) => Object.assign(run.load, { lost: 5 })],
    ['9 messages were never acknowledged', (run) => Object.assign(run.load, { unanswered: 9 })],
    ['1 consumer stood still', (run) => Object.assign(run, { drainedSeconds: undefined })],
  ])('says what is wrong: %s', (sentence, spoil) => {
    const run = figures()
    spoil(run)
    expect(faultsOf(run)).toEqual([expect.stringContaining(sentence)])
    expect(tableOf(reportOf(run))).toContain(`WRONG: ${sentence}`)
  })
})
