import { consumers } from './consumers.ts'
import type { PipelineReport } from './report.ts'

/** The figures as a table for people. */

type Row = [label: string, text: string]
type Quantiles = { p50: number | null; p99: number | null; max: number | null }

const known = (value: number | string | null | undefined): string => (value === null ? '–' : String(value ?? '–'))
const count = (n: number | null | undefined): string => n?.toLocaleString('en') ?? '–'
const percent = (share: number | null): string => `${Math.round((share ?? 0) * 100)} %`
const latency = ({ p50, p99, max }: Quantiles): string =>
  `p50 ${known(p50)} ms   p99 ${known(p99)} ms   max ${known(max)} ms`

function askedRows({ machine, options }: PipelineReport): Row[] {
  const rate = options.rate === 0 ? 'as fast as possible' : `${count(options.rate)} msg/s`
  const { processors, model, node, sync_ms } = machine
  return [
    ['machine', `${processors} × ${model}, Node ${node}, fdatasync ${sync_ms.toFixed(2)} ms`],
    ['asked', `${count(options.devices)} devices, ${rate}, ${options.seconds} s, window ${options.window}`],
  ]
}

function loadRows({ acknowledged, stored, lag }: PipelineReport): Row[] {
  const after = `done ${known(stored.seconds_after_load)} s after the load`
  return [
    ['acknowledged', `${count(acknowledged.messages)} messages, ${count(acknowledged.per_second)} msg/s`],
    ['to PUBACK', latency(acknowledged.to_puback)],
    ['stored', `${count(stored.readings)} readings, ${count(stored.per_second)} readings/s, ${after}`],
    ['largest lag', consumers.map((consumer) => `${consumer} ${count(lag[consumer])} records`).join('   ')],
  ]
}

function sosRows({ sos }: PipelineReport): Row[] {
  const { without_load, under_load } = sos
  return [
    ['SOS → live', `${latency(without_load)}   without load (${without_load.sent})`],
    ['', `${latency(under_load)}   under load (${under_load.sent})`],
    ['', `under load / without: p50 × ${known(sos.ratio_p50)}   p99 × ${known(sos.ratio_p99)}`],
    ['SOS → PUBACK', `${latency(without_load.to_puback)}   without load`],
    ['', `${latency(under_load.to_puback)}   under load`],
  ]
}

function processRows({ processes, idle, generator }: PipelineReport): Row[] {
  const rows = processes.map((use): Row => {
    const cpu = `${known(use.seconds_per_million_messages)} CPU s per million messages`
    const busy = `${known(use.processors_busy)} processors (${known(use.processors_busy_without_load)} without load)`
    return [use.process, `${cpu}, ${busy}, ${known(use.resident_mib)} MiB`]
  })
  if (idle) {
    const memory = `${known(idle.mib_per_10000)} MiB of the broker per 10,000`
    rows.push([
      'idle',
      `${count(idle.connections)} connections: ${memory}, ${count(idle.connects_per_second)} connects/s`,
    ])
  }
  const connects = `${count(generator.connects_per_second)} connects/s`
  rows.push(['load itself', `${generator.processes} process(es), ${percent(generator.busiest)} busy, ${connects}`])
  return rows
}

function accountRows({ account, tickets }: PipelineReport): Row[] {
  const { acknowledged, missing, duplicated, foreign } = account
  return [
    ['account', `${count(acknowledged)} acknowledged, ${missing} missing, ${duplicated} twice, ${foreign} foreign`],
    ['tickets', `${tickets.tickets} for ${tickets.homes} homes with one episode each`],
  ]
}

export function tableOf(report: PipelineReport): string {
  const parts = [askedRows, loadRows, sosRows, processRows, accountRows]
  const rows = parts.flatMap((part) => part(report))
  const width = Math.max(...rows.map(([label]) => label.length))
  const faults = [...report.faults, ...report.account.examples].map((fault) => `WRONG: ${fault}`)
  return [...rows.map(([label, text]) => `${label.padEnd(width)}  ${text}`), ...faults].join('\n')
}
