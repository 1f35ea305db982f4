import { resolve } from 'node:path'
import type { Config } from './config.ts'
import type { Login } from './first_run.ts'
import { reachable } from './runtime.ts'
import type { HousePorts } from './supervisor.ts'
import { ownPaths } from './tls_own.ts'

export type BannerInput = HousePorts & {
  config: Pick<Config, 'host' | 'data' | 'databaseUrl' | 'influx' | 'tls'>
  logins: Login[]
  demo: boolean
  /** Demo homes were asked for, but the data folder is not a demo's. */
  demoRefused: boolean
}

/** What `vigil start` prints when all is up: where to look, how to log in, how to send a first message. */
export function banner(input: BannerInput): string {
  const { config, mqttPort, httpPort } = input
  const vigil = config.data === resolve('data') ? 'npx vigil' : `VIGIL_DATA=${config.data} npx vigil`
  const host = reachable(config.host)
  const console = `http://${host}:${httpPort}/`
  const rows = [
    ['Console', console],
    ...input.logins.map(({ name, password }) => ['', `log in as ${name} with ${password}`]),
    ['API', `${console}api/docs (administrator's token: ${vigil} token)`],
    ['MQTT', `${host}:${mqttPort}${reach(config.host)}`],
    ...overTls(input, host),
    ['Data', [config.data, ...elsewhere(config)].join('; ')],
  ]
  const table = rows.map(([name, value]) => `  ${name?.padEnd(9)}${value}`)
  return [
    '',
    'Vigil is up. Ctrl-C stops it.',
    '',
    ...table,
    '',
    ...publishing(`mosquitto_pub -h ${host} -p ${mqttPort} -q 1`, vigil, input.demo),
    ...note(input),
  ].join('\n')
}

/** The same over TLS, and whom devices and browsers must trust for it where the certificate is Vigil's own. */
function overTls({ config, mqttsPort, httpsPort }: BannerInput, host: string): string[][] {
  const ways = [mqttsPort && `MQTT on ${host}:${mqttsPort}`, httpsPort && `https://${host}:${httpsPort}/`].filter(
    Boolean,
  )
  if (ways.length === 0) return []
  return [['TLS', [...ways, config.tls ? `with ${config.tls.cert}` : `trust ${ownPaths(config.data).ca}`].join(', ')]]
}

const reach = (host: string): string =>
  host === '127.0.0.1' ? ' (this machine only; VIGIL_HOST=0.0.0.0 lets devices in)' : ''

const elsewhere = ({ databaseUrl, influx }: BannerInput['config']): string[] => [
  ...(databaseUrl ? [`tickets and registry in PostgreSQL at ${new URL(databaseUrl).host}`] : []),
  ...(influx ? [`readings in InfluxDB at ${new URL(influx.url).host}`] : []),
]

/** The first steps of somebody who has just started it; each line can be copied into another terminal as it is. */
function publishing(to: string, vigil: string, demo: boolean): string[] {
  const press = (device: string) => `-t vigil/v1/${device}/signals -m '{"signal":"sos"}'`
  return demo
    ? [
        '  An SOS from home Li, and a device of your own:',
        `    ${to} -u admin -P "$(${vigil} token)" ${press('li-pendant')}`,
        `    ${vigil} device add my-watch --home home-li`,
        '',
      ]
    : [
        '  A first device, and its SOS:',
        `    ${vigil} device add my-watch`,
        `    ${to} -u my-watch -P <its token> ${press('my-watch')}`,
        '',
      ]
}

const note = ({ demoRefused, config }: BannerInput): string[] =>
  demoRefused
    ? [
        `  No demo homes: ${config.data} was in use without them. VIGIL_DATA=./demo npm start gives a demo of its own.`,
        '',
      ]
    : []
