import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../domain/clock.ts'
import { asProcess, type Child, keepRunning, type Process } from './child.ts'
import type { Config } from './config.ts'
import { closeWithinMs } from './house.ts'
import type { Ports } from './runtime.ts'

const commandLine = fileURLToPath(new URL('vigil.ts', import.meta.url))

export type SupervisorOptions = {
  config: Config
  /** Handed to the processes; the environment of this one otherwise. */
  env: Record<string, string | undefined>
  clock: Clock
  /** Takes one line for people. */
  say(line: string): void
}

/** Where the house listens for others; undefined: not with TLS. */
export type HousePorts = {
  mqttPort: number
  mqttsPort: number | undefined
  httpPort: number
  httpsPort: number | undefined
}

export type Supervisor = {
  /** Resolves when all are up; rejects with the sentence of the first one that could not start. */
  up: Promise<HousePorts>
  /** Starts the gateway of GSM watches beside the house; resolves with where it listens. */
  startGsm(): Promise<Ports>
  /** Starts the demo homes beside the house. */
  startDemo(): void
  /** Resolves when every process has gone; each is killed that takes too long. */
  stop(): Promise<void>
}

/** Starts broker, ingest, alerts with api, and the auditor, each in a process of its own, and keeps them running. */
export function supervise(options: SupervisorOptions): Supervisor {
  const broker = start(options, 'broker', ['broker'])
  const ingest = start(options, 'ingest', ['ingest'])
  const alertsAndApi = start(options, 'alerts and api', ['alerts-api'])
  const auditor = start(options, 'auditor', ['auditor'])
  const all: Child[] = [broker, ingest, alertsAndApi, auditor]
  return {
    up: Promise.all([broker.ready, alertsAndApi.ready, ingest.ready, auditor.ready]).then(
      ([{ mqtt, mqtts }, { http, https }]) => {
        if (!mqtt || !http) throw new Error('a process is up and did not say where it listens')
        return { mqttPort: mqtt, mqttsPort: mqtts, httpPort: http, httpsPort: https }
      },
    ),
    startGsm() {
      const gsm = start(options, 'gsm', ['gsm'])
      all.push(gsm)
      return gsm.ready
    },
    startDemo() {
      const demo = start(options, 'demo', ['simulate'])
      demo.ready.catch((error: Error) => options.say(error.message))
      all.push(demo)
    },
    async stop() {
      await Promise.all(all.map((child) => child.stop(closeWithinMs)))
    },
  }
}

const start = (options: SupervisorOptions, name: string, args: string[]): Child =>
  keepRunning({ name, clock: options.clock, say: options.say, spawn: (last) => spawnVigil(options, args, last) })

function spawnVigil({ config, env }: SupervisorOptions, args: string[], last: Ports | undefined): Process {
  const child = spawn(process.execPath, [commandLine, ...args], {
    // Nothing to read, what it says goes to our terminal, and a channel whose end is the order to stop.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...env,
      VIGIL_DATA: config.data,
      VIGIL_CLOCK_FILE: config.clockFile ?? '',
      // A process that comes back must be found where it was, also where the port was picked for it.
      MQTT_PORT: String(last?.mqtt ?? config.mqttPort),
      HTTP_PORT: String(last?.http ?? config.httpPort),
      MQTTS_PORT: String(last?.mqtts ?? config.mqttsPort ?? 'off'),
      HTTPS_PORT: String(last?.https ?? config.httpsPort ?? 'off'),
      ...gsmPorts(config, last),
    },
  })
  return asProcess(child)
}

/** Empty is as good as not set. */
const gsmPorts = ({ gsm: { ports } }: Config, last: Ports | undefined): Record<string, string> => ({
  GSM_WATCH_PORT: String(last?.gsm_watch ?? ports.watch ?? ''),
  GSM_EVIEW_PORT: String(last?.gsm_eview ?? ports.eview ?? ''),
  GSM_TRV_PORT: String(last?.gsm_trv ?? ports.trv ?? ''),
})
