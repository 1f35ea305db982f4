import type { Latencies } from '../../simulators/load/latencies.ts'
import { consumers } from './consumers.ts'
import { faultsOf, type PipelineFigures } from './pipeline.ts'
import type { ProbeResult } from './sos_probe.ts'
import type { ProcessUse } from './usage.ts'

/** The figures of a run as they are printed and as they are kept (JSON, snake_case). */

const round = (value: number | undefined, digits = 2): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits))

const quantiles = (latencies: Latencies) => ({
  p50: round(latencies.quantile(0.5)),
  p99: round(latencies.quantile(0.99)),
  max: latencies.count > 0 ? round(latencies.max) : null,
})

const sosOf = (result: ProbeResult) => ({
  sent: result.sent,
  acknowledged: result.acked,
  unseen: result.unseen,
  ...quantiles(result.latencies),
  to_puback: quantiles(result.acks),
})

const ratio = (a: number | null, b: number | null): number | null => (a && b ? round(a / b) : null)

const busyOf = ({ cpu, seconds }: ProcessUse): number | null => round((cpu.user + cpu.system) / seconds)

function processOf(use: ProcessUse, unloaded: ProcessUse | undefined, messages: number) {
  const { name, cpu, residentBytes } = use
  return {
    process: name,
    user_seconds: round(cpu.user),
    system_seconds: round(cpu.system),
    seconds_per_million_messages: round(((cpu.user + cpu.system) / messages) * 1e6, 1),
    processors_busy: busyOf(use),
    processors_busy_without_load: unloaded ? busyOf(unloaded) : null,
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
      to_puback: quantiles(load.latencies),
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
    processes: figures.use.map((use, n) => processOf(use, figures.useIdle[n], load.acked)),
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
