import { connect } from 'node:net'
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { decodeRecord } from '../../../codecs/decode.ts'
import { type Clock, systemClock } from '../../../domain/clock.ts'
import { Id } from '../../../domain/ids.ts'
import type { Bounds } from '../../../simulators/conform/bounds.ts'
import type { Part } from '../../../simulators/conform/clauses/clause.ts'
import { conform } from '../../../simulators/conform/conform.ts'
import { type SimulatedDevice, startDevice } from '../../../simulators/conform/devices/device.ts'
import { type SimulatedName, simulatedDevices } from '../../../simulators/conform/devices/habits.ts'
import type { Door } from '../../../simulators/conform/door.ts'
import { hastened } from '../../../simulators/conform/hastened.ts'
import type { Report } from '../../../simulators/conform/report.ts'
import { htmlReport } from '../../../simulators/conform/report_html.ts'
import { textReport } from '../../../simulators/conform/report_text.ts'
import { timeOfDay } from '../../../simulators/conform/seen.ts'
import type { Guide } from '../../../simulators/conform/trials.ts'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { untilStopped } from '../../house.ts'
import { mqttAddress, noneRuns } from '../addresses.ts'
import { connectApi } from '../client.ts'
import { writeGiven } from '../files.ts'
import { type Certificates, openCertificates } from './certificates.ts'

export type ConformOptions = {
  device?: string
  simulate?: SimulatedName
  mqtt?: string
  url?: string
  token?: string
  host: string
  port: number
  tlsPort: number
  cert?: string
  key?: string
  name?: string[]
  /** Lengths of time in ms. */
  for?: number
  cut?: number
  most?: number
  without?: Part[]
  speed: number
  html?: string
  json?: string
  yes?: boolean
}

export const exitCodes: Record<Report['outcome'], number> = { conforms: 0, does_not_conform: 1, incomplete: 2 }

/** A simulated run begins so long ago, so that it has caught up with the real time when it ends. */
const EARLIER = 14 * 60_000

type Run = {
  options: ConformOptions
  device: string
  clock: Clock
  certificates: Certificates
  signal: AbortSignal
}

/** Holds the trials and prints the report. Gives the exit code. */
export async function conformDevice(config: Config, options: ConformOptions): Promise<number> {
  const { simulate, speed } = options
  const device = simulate ? `conform-${simulate}` : deviceId(options.device)
  const vigil = await vigilOf(config, options.mqtt)
  const certificates = await openCertificates(config.data, options)
  const clock = simulate ? hastened(systemClock, speed, systemClock.now() - EARLIER) : systemClock
  const off = new AbortController()
  const run: Run = { options, device, clock, certificates, signal: AbortSignal.any([untilStopped(), off.signal]) }
  const simulated = simulate && (await simulatedGuide(config, run, simulate))
  const report = await conform({
    device,
    vigil,
    listen: simulate
      ? { host: '127.0.0.1', port: 0, tlsPort: 0 }
      : { host: options.host, port: options.port, tlsPort: options.tlsPort },
    faces: certificates.faces,
    decode: decodeRecord,
    guide: simulated?.guide ?? ((door) => personGuide(run, door)),
    bounds: boundsOf(options),
    without: new Set(options.without),
    ...(simulate && { simulated: simulate }),
    clock,
    signal: run.signal,
  })
  off.abort()
  await simulated?.ended()
  await deliver(report, options)
  return exitCodes[report.outcome]
}

function deviceId(id: string | undefined): string {
  if (id === undefined)
    throw new Fault('Name the device with --device, or run a simulated one with --simulate conforming.')
  if (!Id.safeParse(id).success)
    throw new Fault(`"${id}" is no device id: give 1 to 64 characters of A-Z a-z 0-9 _ . : - after --device.`)
  return id
}

function boundsOf({ for: watch, cut, most }: ConformOptions): Partial<Bounds> {
  return {
    ...(watch !== undefined && { watch }),
    ...(cut !== undefined && { cut, cutMost: Math.max(cut, 10 * 60_000) }),
    ...(most !== undefined && { messagesPerMinute: most }),
  }
}

/** Where the real Vigil listens; made sure that it does. */
async function vigilOf(config: Config, url: string | undefined): Promise<{ host: string; port: number }> {
  const address = url ?? (await mqttAddress(config))
  if (!address) throw noneRuns(config, '--mqtt')
  const { protocol, hostname, port } = URL.canParse(address) ? new URL(address) : new URL('none:')
  if (protocol !== 'mqtt:') throw new Fault(`"${url}" is no address of a front door: give --mqtt mqtt://host:port.`)
  const vigil = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 1883) }
  await answers(vigil)
  return vigil
}

const answers = ({ host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host, () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', (cause) =>
      reject(
        new Fault(`Nothing answers at mqtt://${host}:${port}: is Vigil running there? npm start starts it.`, { cause }),
      ),
    )
  })

const tell = (clock: Clock, text: string): void =>
  void process.stderr.write(`${timeOfDay(clock.now()).slice(0, 8)}  ${text}\n`)

/** Speaks to the person at the device; waits for Enter where somebody is at the keyboard. */
function personGuide(
  { device, options, clock, certificates, signal }: Run,
  door: Pick<Door, 'port' | 'tlsPort'>,
): Guide {
  const isAttended = process.stdin.isTTY && !options.yes
  const say = (text: string) => tell(clock, text)
  say(
    `The kit stands between device ${device} and Vigil. Point the device here instead of to Vigil, as it is otherwise:`,
  )
  say(`  TLS        port ${door.tlsPort}, by one of the names ${certificates.hosts.join(', ')}`)
  say(`  plain TCP  port ${door.port} (fails the clause tls)`)
  if (certificates.authorityPath) say(`Install this CA on the device: ${certificates.authorityPath}`)
  return {
    say,
    async ask(what, text) {
      if (what === 'signal') say('The next trial needs an SOS. It opens a ticket like any other: tell the dispatchers.')
      if (isAttended && what !== 'connect') await enter(signal)
      say(`>> ${text}`)
    },
  }
}

async function enter(signal: AbortSignal): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  await lines.question('          Press Enter when you are at the device. ', { signal }).catch(() => '')
  lines.close()
}

const Token = z.object({ token: z.string() })

/** A simulated device in the place of a person and a device; it is registered under a name of the kit's own. */
async function simulatedGuide(config: Config, run: Run, name: SimulatedName) {
  const { device: id, options, clock, certificates, signal } = run
  const authority = certificates.authority
  if (!authority) throw new Fault('A simulated device trusts the CA of the kit alone: leave out --cert and --key.')
  const api = await connectApi(config, options)
  // Known from an earlier run, or else new.
  const { token } = await api
    .post(`/devices/${id}/token`, {}, Token)
    .catch(() => api.post('/devices', { id, model: 'simulated, conformance kit' }, Token))
  let device: SimulatedDevice | undefined
  const start = (door: Pick<Door, 'port' | 'tlsPort'>) =>
    startDevice({
      id,
      token,
      habits: simulatedDevices[name],
      seed: 1,
      host: '127.0.0.1',
      ...door,
      ca: authority.cert,
      clock,
      signal,
    })
  return {
    guide: ({ port, tlsPort }: Pick<Door, 'port' | 'tlsPort'>): Guide => ({
      say: (text) => tell(clock, text),
      async ask(what, text) {
        tell(clock, text)
        if (what === 'connect') device = start({ port, tlsPort })
        if (what === 'signal') device?.press()
      },
    }),
    ended: async () => device?.ended,
  }
}

async function deliver(report: Report, { html, json }: ConformOptions): Promise<void> {
  process.stdout.write(`${textReport(report, process.stdout.isTTY)}`)
  if (html) await write('--html', html, htmlReport(report))
  if (json) await write('--json', json, `${JSON.stringify(report, null, 2)}\n`)
}

async function write(option: string, path: string, text: string): Promise<void> {
  await writeGiven(option, path, text)
  process.stderr.write(`Written: ${path}\n`)
}
