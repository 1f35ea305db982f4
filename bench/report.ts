import { consumers } from './consumers.ts'
import { faultsOf, type PipelineFigures } from './pipeline.ts'
import type { ProbeResult } from './sos_probe.ts'
import type { ProcessUse } from './usage.ts'

/** The figures of a run as they are printed and as they are kept (JSON, snake_case). */

const round = (value: number | undefined, digits = 2): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits))

const quantiles = ({ latencies }: Pick<ProbeResult, 'latencies'>) => ({
  p50: round(latencies.quantile(0.5)),
  p99: round(latencies.quantile(0.99)),
  max: round(latencies.max),
})

const sosOf = (result: ProbeResult) => ({
  sent: result.sent,
  acknowledged: result.acked,
  unseen: result.unseen,
  ...quantiles(result),
})

const ratio = (a: number | null, b: number | null): number | null => (a && b ? round(a / b) : null)

function processOf({ name, cpu, residentBytes }: ProcessUse, messages: number, seconds: number) {
  const total = cpu.user + cpu.system
  return {
    process: name,
    user_seconds: round(cpu.user),
    system_seconds: round(cpu.system),
    seconds_per_million_messages: round((total / messages) * 1e6, 1),
    processors_busy: round(total / seconds),
    resident_mib: round(residentBytes / 2 ** 20, 0),
  }
}

export type PipelineReport = ReturnType<typeof reportOf>

/** Times in milliseconds unless the name says seconds. */
export function reportOf(figures: PipelineFigures) {
  const { load, loadSeconds, drainedSeconds, options, idle, account, tickets } = figures
  const sosIdle = sosOf(figures.sosIdle)
  const sosLoad = sosOf(figures.sosLoad)
  return {
    machine: figures.machine,
    options,
    faults: faultsOf(figures),
    acknowledged: {
      messages: load.acked,
      per_second: round(load.acked / loadSeconds, 0),
      to_puback: quantiles(load),
    },
    stored: {
      readings: figures.storedReadings,
      per_second: round(figures.storedReadings / (drainedSeconds ?? Number.NaN), 0),
      seconds_after_load: round(drainedSeconds && drainedSeconds - loadSeconds),
    },
    lag: Object.fromEntries(consumers.map((consumer) => [consumer, figures.lag[consumer].most])),
    sos: {
      without_load: sosIdle,
      under_load: sosLoad,
      ratio_p50: ratio(sosLoad.p50, sosIdle.p50),
      ratio_p99: ratio(sosLoad.p99, sosIdle.p99),
    },
    processes: figures.use.map((use) => processOf(use, load.acked, drainedSeconds ?? loadSeconds)),
    idle: idle && {
      connections: idle.connections,
      mib_per_10000: round(idle.bytesPer10000 / 2 ** 20, 0),
      connects_per_second: round(idle.perSecond, 0),
    },
    generator: {
      processes: figures.loadProcesses,
      busiest: round(load.busy),
      connects_per_second: round(options.devices / figures.connectSeconds, 0),
    },
    account,
    tickets,
  }
}

const count = (n: number | null): string => (n === null ? '–' : n.toLocaleString('en'))
const latency = ({ p50, p99, max }: { p50: number | null; p99: number | null; max: number | null }): string =>
  `p50 ${p50 ?? '–'} ms   p99 ${p99 ?? '–'} ms   max ${max ?? '–'} ms`

function lines(report: PipelineReport): [label: string, text: string][] {
  const { machine, options, acknowledged, stored, lag, sos, idle, generator, account, tickets } = report
  return [
    [
      'machine',
      `${machine.processors} × ${machine.model}, Node ${machine.node}, fdatasync ${round(machine.sync_ms)} ms`,
    ],
    [
      'asked',
      `${count(options.devices)} devices, ${options.rate || 'most possible'} msg/s, ${options.seconds} s, window ${options.window}`,
    ],
    ['acknowledged', `${count(acknowledged.messages)} messages, ${count(acknowledged.per_second)} msg/s`],
    ['to PUBACK', latency(acknowledged.to_puback)],
    [
      'stored',
      `${count(stored.readings)} readings, ${count(stored.per_second)} readings/s, done ${stored.seconds_after_load ?? '–'} s after the load`,
    ],
    ['largest lag', consumers.map((consumer) => `${consumer} ${count(lag[consumer] ?? null)} records`).join('   ')],
    ['SOS → live', `${latency(sos.without_load)}   without load (${sos.without_load.sent})`],
    ['', `${latency(sos.under_load)}   under load (${sos.under_load.sent})`],
    ['', `under load / without: p50 × ${sos.ratio_p50 ?? '–'}   p99 × ${sos.ratio_p99 ?? '–'}`],
    ...report.processes.map((use): [string, string] => [
      use.process,
      `${use.seconds_per_million_messages} CPU s per million messages, ${use.processors_busy} processors, ${use.resident_mib} MiB`,
    ]),
    ...(idle
      ? [
          [
            'idle',
            `${count(idle.connections)} connections: ${idle.mib_per_10000} MiB per 10,000, ${count(idle.connects_per_second)} connects/s`,
          ] as [string, string],
        ]
      : []),
    [
      'load itself',
      `${generator.processes} process(es), ${Math.round((generator.busiest ?? 0) * 100)} % busy, ${count(generator.connects_per_second)} connects/s`,
    ],
    [
      'account',
      `${count(account.acknowledged)} acknowledged, ${account.missing} missing, ${account.duplicated} twice, ${account.foreign} foreign`,
    ],
    ['tickets', `${tickets.tickets} for ${tickets.homes} homes with one episode each`],
  ]
}

/** The table for people. */
export function tableOf(report: PipelineReport): string {
  const rows = lines(report)
  const width = Math.max(...rows.map(([label]) => label.length))
  const faults = [...report.faults, ...report.account.examples].map((fault) => `WRONG: ${fault}`)
  return [...rows.map(([label, text]) => `${label.padEnd(width)}  ${text}`), ...faults].join('\n')
}
