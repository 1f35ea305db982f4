import { Command } from 'commander'
import { systemClock } from '../domain/clock.ts'
import { auditCommand } from './commands/audit/command.ts'
import { claimCommand } from './commands/claim/command.ts'
import { codecCommand } from './commands/codec/command.ts'
import type { CommandLine } from './commands/command_line.ts'
import { conformCommand } from './commands/conform/command.ts'
import { deadLettersCommand } from './commands/dead_letters/command.ts'
import { deviceCommand } from './commands/devices/command.ts'
import { gatewayCommand } from './commands/gateways/command.ts'
import { integrationCommand } from './commands/integrations/command.ts'
import { alertsApiCommand, processCommands } from './commands/processes.ts'
import { scenarioCommand } from './commands/scenario/command.ts'
import { scoreCommand } from './commands/score/command.ts'
import { simulateCommand } from './commands/simulate/command.ts'
import { topCommand } from './commands/top/command.ts'
import { vendorCommand } from './commands/vendors/command.ts'
import { readConfig } from './config.ts'
import { sentenceOf } from './fault.ts'

const program = new Command('vigil')
  .description('The backend of a telecare alarm centre: telemetry in over MQTT, falls and SOS out as tickets.')
  .addHelpText(
    'after',
    `
Environment (the whole configuration):
  MQTT_PORT, HTTP_PORT   where to listen: 1883 and 8080; 0 picks a free port
  MQTTS_PORT, HTTPS_PORT the same with TLS: 8883 and 8443, free ones where the ports above are set; off opens none
  VIGIL_TLS_CERT, …_KEY  the certificate to show and its key, PEM files; Vigil's own of VIGIL_DATA/tls where absent
  VIGIL_TLS_NAMES        names and addresses that Vigil's own certificate is for besides this machine's
  VIGIL_HOST             the address to listen on: 127.0.0.1 for a demo or with a short token, else 0.0.0.0
  VIGIL_DATA             the data folder: ./data
  VIGIL_ZONE             the zone of devices that tell the time without one: Asia/Shanghai
  VIGIL_DEMO             0 starts without demo homes
  VIGIL_ADMIN_TOKEN      the administrator's token; made and kept in the data folder where absent
  VIGIL_CLOCK_FILE       for drills and tests: a file with the milliseconds by which the clock is ahead, followed live
  VIGIL_SWITCH_URL       a dead-man's switch: asked every minute while the auditor finds every promise kept
  VIGIL_URL              where browsers find this Vigil: https://vigil.example
  VIGIL_OIDC_ISSUER      https://… of an identity provider (OpenID Connect) by which people may log in, with VIGIL_URL,
                         VIGIL_OIDC_CLIENT_ID, VIGIL_OIDC_CLIENT_SECRET (absent: PKCE alone) and VIGIL_OIDC_NAME
  VIGIL_MAP_TILES        https://…/{z}/{x}/{y}.png of a map in the console, with VIGIL_MAP_DATUM (WGS84, GCJ-02 or BD-09)
                         and VIGIL_MAP_ATTRIBUTION; without it the console draws where somebody is by itself
  VIGIL_LOG              what goes to stderr: trace, debug, info, warn (default), error, fatal, silent
  DATABASE_URL           postgres://… for registry and tickets; embedded where absent
  GSM_WATCH_PORT, GSM_EVIEW_PORT, GSM_TRV_PORT
                         where to listen for GSM watches and pendants, a port for each protocol; none where absent
  GSM_MQTT_URL           mqtts://… for vigil gsm on another machine, with GSM_USER, GSM_TOKEN and GSM_CA (a PEM file)
  INFLUX_URL             http://… for readings, with INFLUX_TOKEN, INFLUX_DATABASE, INFLUX_ORG, INFLUX_VERSION;
                         embedded where absent

Start with:  vigil start`,
  )
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'vigil: ')) })
  .showHelpAfterError('vigil --help lists the commands.')

const line: CommandLine = {
  config: () => readConfig(process.env),
  print,
  remark: (lines) => process.stderr.write(lines.map((text) => `${text}\n`).join('')),
  command: (name, what) => new Command(name).description(what).copyInheritedSettings(program),
}

const startCommand = ({ config, command }: CommandLine): Command =>
  command('start', 'run everything under one supervisor, until Ctrl-C').action(async () =>
    (await import('./start.ts')).start(config()),
  )

const statusCommand = ({ config, command }: CommandLine): Command =>
  command('status', 'tell which processes run and answer; exit code 1 unless all do').action(async () => {
    const { statusLine, statusOf } = await import('./commands/status.ts')
    const all = await statusOf(config(), systemClock)
    print(all.map(statusLine))
    if (!all.every(({ healthy }) => healthy)) process.exitCode = 1
  })

const tokenCommand = ({ config, command }: CommandLine): Command =>
  command('token', "print the administrator's token: bearer token of the API, MQTT password of the user admin").action(
    async () => print([await (await import('./secrets.ts')).knownAdminToken(config())]),
  )

function print(lines: readonly string[]): void {
  // Whoever reads our lines may have seen enough: `vigil device list | head`.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => process.exit())
  for (const line of lines) process.stdout.write(`${line}\n`)
}

program.addCommand(startCommand(line))
for (const command of processCommands(line)) program.addCommand(command)
program
  .addCommand(alertsApiCommand(line), { hidden: true })
  .addCommand(statusCommand(line))
  .addCommand(topCommand(line))
  .addCommand(tokenCommand(line))
  .addCommand(deviceCommand(line))
  .addCommand(vendorCommand(line))
  .addCommand(gatewayCommand(line))
  .addCommand(integrationCommand(line))
  .addCommand(claimCommand(line))
  .addCommand(auditCommand(line))
  .addCommand(codecCommand(line))
  .addCommand(deadLettersCommand(line))
  .addCommand(simulateCommand(line))
  .addCommand(scenarioCommand(line))
  .addCommand(scoreCommand(line))
  .addCommand(conformCommand(line))

try {
  await program.parseAsync()
} catch (error) {
  const sentence = sentenceOf(error)
  process.stderr.write(
    sentence ? `vigil: ${sentence}\n` : `vigil: this is a fault of Vigil itself. ${(error as Error).stack}\n`,
  )
  // A command may have said before what its failure means.
  process.exitCode ??= 1
}
