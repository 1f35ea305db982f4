import type { Config } from './config.ts'
import type { Login } from './first_run.ts'
import { reachable } from './runtime.ts'

export type BannerInput = {
  config: Pick<Config, 'host' | 'data' | 'databaseUrl' | 'influx'>
  mqttPort: number
  httpPort: number
  logins: Login[]
  demo: boolean
  /** Demo homes were asked for, but the data folder is not a demo's. */
  demoRefused: boolean
}

/** What `vigil start` prints when all is up: where to look, how to log in, how to send a first message. */
export function banner(input: BannerInput): string {
  const { config, mqttPort, httpPort } = input
  const host = reachable(config.host)
  const console = `http://${host}:${httpPort}/`
  const rows = [
    ['Console', console],
    ...input.logins.map(({ name, password }) => ['', `log in as ${name} with ${password}`]),
    ['API', `${console}api/docs (administrator's token: npx vigil token)`],
    ['MQTT', `${host}:${mqttPort}${reach(config.host)}`],
    ['Data', [config.data, ...elsewhere(config)].join('; ')],
  ]
  const table = rows.map(([name, value]) => `  ${name?.padEnd(9)}${value}`)
  return [
    '',
    'Vigil is up. Ctrl-C stops it.',
    '',
    ...table,
    '',
    ...publishing(host, mqttPort, input.demo),
    ...note(input),
  ].join('\n')
}

const reach = (host: string): string =>
  host === '127.0.0.1' ? ' (this machine only; VIGIL_HOST=0.0.0.0 lets devices in)' : ''

const elsewhere = ({ databaseUrl, influx }: BannerInput['config']): string[] => [
  ...(databaseUrl ? [`tickets and registry in PostgreSQL at ${new URL(databaseUrl).host}`] : []),
  ...(influx ? [`readings in InfluxDB at ${new URL(influx.url).host}`] : []),
]

function publishing(host: string, port: number, demo: boolean): string[] {
  const to = `mosquitto_pub -h ${host} -p ${port} -q 1`
  const press = ` -t vigil/v1/li-pendant/signals -m '{"signal":"sos"}'`
  return demo
    ? [
        `  Press an SOS   ${to} -u admin -P "$(npx vigil token)"${press}`,
        '  A device more  npx vigil device add my-watch --home home-li',
        '',
      ]
    : [
        `  A first device  npx vigil device add my-watch`,
        `  A first SOS     ${to} -u my-watch -P <its token> -t vigil/v1/my-watch/signals -m '{"signal":"sos"}'`,
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
