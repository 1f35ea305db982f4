import { resolve } from 'node:path'
import { z } from 'zod'
import { limits } from '../domain/limits.ts'
import { isZone } from '../domain/zones.ts'
import { type MapConfig, mapOf, mapVariables } from './config_map.ts'
import { type OidcConfig, oidcOf, oidcVariables } from './config_oidc.ts'
import { Fault } from './fault.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Where readings go, if not into the embedded store. `version`: `1`, `2`, `3`; asked of the server where absent. */
export type InfluxConfig = { url: string; token?: string; database?: string; org?: string; version?: string }

/** The gateway of GSM watches: which ports it opens, and where and as whom it publishes, if not at the Vigil of `data`. */
export type GsmConfig = {
  ports: { watch?: number; eview?: number; trv?: number }
  mqttUrl: string | undefined
  user: string | undefined
  token: string | undefined
  /** The authority to trust besides the usual ones, absolute path of a PEM file. */
  ca: string | undefined
}

/** Everything that the environment decides. `data` is an absolute path; port 0 picks a free one, undefined opens none. */
export type Config = {
  mqttPort: number
  httpPort: number
  mqttsPort: number | undefined
  httpsPort: number | undefined
  /** The certificate to show and its key, absolute paths of PEM files; undefined: Vigil's own. */
  tls: { cert: string; key: string } | undefined
  /** Names and addresses that Vigil's own certificate is for besides this machine's. */
  tlsNames: readonly string[]
  host: string
  data: string
  databaseUrl: string | undefined
  influx: InfluxConfig | undefined
  gsm: GsmConfig
  adminToken: string | undefined
  /** Where browsers find this house, from wherever they are: an origin, such as https://vigil.example. */
  publicUrl: string | undefined
  /** The dead-man's switch: asked every minute as long as all is well. */
  switchUrl: string | undefined
  /** Undefined: people log in with name and password only. */
  oidc: OidcConfig | undefined
  /** Undefined: no tiles; the console draws where somebody is by itself. */
  map: MapConfig | undefined
  /** The zone of devices that tell the time without one, by its IANA name. */
  zone: string
  /** After so long without a hand on it a console locks itself; 0: never. */
  lockAfterMs: number
  demo: boolean
  log: LogLevel
  /** For drills and tests: what puts the clock ahead, absolute path; undefined: the machine's clock counts. */
  clockFile: string | undefined
}

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535; 0 picks a free one')
  .transform(Number)
  .refine((n) => n <= 65_535, 'must be a port, 0 to 65535; 0 picks a free one')

const tlsPort = z
  .string()
  .regex(/^(\d{1,5}|off)$/, 'must be a port, 0 to 65535, or off; 0 picks a free one')
  .transform((text) => (text === 'off' ? text : Number(text)))
  .refine((n) => n === 'off' || n <= 65_535, 'must be a port, 0 to 65535, or off; 0 picks a free one')

const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (all) => all.every((name) => /^[\w.*:-]+$/.test(name)),
    'must be host names and addresses with commas between them',
  )

const url = (schemes: string[], example: string) =>
  z.string().refine((text) => schemes.includes(protocolOf(text)), `must be a URL like ${example}`)

const protocolOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol : '')

const word = z.string().min(1)

const Environment = z.object({
  MQTT_PORT: port.optional(),
  HTTP_PORT: port.optional(),
  MQTTS_PORT: tlsPort.optional(),
  HTTPS_PORT: tlsPort.optional(),
  VIGIL_TLS_CERT: word.optional(),
  VIGIL_TLS_KEY: word.optional(),
  VIGIL_TLS_NAMES: names.default([]),
  VIGIL_HOST: word.optional(),
  VIGIL_DATA: word.default('./data'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/vigil').optional(),
  INFLUX_URL: url(['http:', 'https:'], 'http://host:8086').optional(),
  INFLUX_TOKEN: word.optional(),
  INFLUX_DATABASE: word.optional(),
  INFLUX_ORG: word.optional(),
  INFLUX_VERSION: z.enum(['1', '2', '3'], 'must be 1, 2 or 3; leave it out to have it detected').optional(),
  GSM_WATCH_PORT: port.optional(),
  GSM_EVIEW_PORT: port.optional(),
  GSM_TRV_PORT: port.optional(),
  GSM_MQTT_URL: url(['mqtt:', 'mqtts:'], 'mqtts://vigil.example:8883').optional(),
  GSM_USER: word.optional(),
  GSM_TOKEN: word.optional(),
  GSM_CA: word.optional(),
  VIGIL_SWITCH_URL: url(['http:', 'https:'], 'https://switch.example/ping/my-centre').optional(),
  VIGIL_ADMIN_TOKEN: z.string().regex(/^\S+$/, 'must be without spaces').optional(),
  ...oidcVariables,
  ...mapVariables,
  VIGIL_ZONE: z
    .string()
    .refine(isZone, 'must be a time zone like Asia/Shanghai or Europe/Berlin')
    .default('Asia/Shanghai'),
  VIGIL_LOCK_AFTER_MIN: z
    .string()
    .regex(/^\d{1,4}(\.\d{1,3})?$/, 'must be minutes, 0 (never) to 1440')
    .transform(Number)
    .refine((minutes) => minutes <= 1_440, 'must be minutes, 0 (never) to 1440')
    .default(limits.lockAfterMs / 60_000),
  VIGIL_DEMO: z.enum(['0', '1'], 'must be 1 (demo homes, the default) or 0 (start empty)').default('1'),
  VIGIL_LOG: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('warn'),
  VIGIL_CLOCK_FILE: word.optional(),
  NATS_URL: z.never('is not supported yet: unset it, and the embedded journal is used').optional(),
})
type Environment = z.infer<typeof Environment>

/**
 * Reads the configuration from environment variables; an empty one counts as absent. Throws Fault, naming the first
 * variable that is wrong and never its value, which may be a secret.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = Environment.safeParse(present)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Fault(`${String(issue?.path[0])} ${issue?.message}.`)
  }
  return configOf(parsed.data)
}

/** A shorter token can be guessed from elsewhere. It is good enough for trying things out on one machine. */
const tokenChars = 16
const thisMachine = ['127.0.0.1', '::1', 'localhost']

/**
 * The address to listen on. A demo is for the one who starts it, and so is a house with a token that can be guessed; a
 * centre that was set up on purpose is there for its devices.
 */
function hostOf({ VIGIL_HOST: host, VIGIL_ADMIN_TOKEN: token, VIGIL_DEMO: demo }: Environment): string {
  const guessable = token !== undefined && token.length < tokenChars
  if (guessable && host && !thisMachine.includes(host))
    throw new Fault(
      `VIGIL_ADMIN_TOKEN must be at least ${tokenChars} characters where VIGIL_HOST lets others in, because it opens everything.`,
    )
  return host ?? (demo === '1' || guessable ? '127.0.0.1' : '0.0.0.0')
}

function configOf(env: Environment): Config {
  const demo = env.VIGIL_DEMO === '1'
  return {
    mqttPort: env.MQTT_PORT ?? 1883,
    httpPort: env.HTTP_PORT ?? 8080,
    mqttsPort: tlsPortOf(env.MQTTS_PORT, env.MQTT_PORT === undefined ? 8883 : 0),
    httpsPort: tlsPortOf(env.HTTPS_PORT, env.HTTP_PORT === undefined ? 8443 : 0),
    tls: tlsOf(env),
    tlsNames: env.VIGIL_TLS_NAMES,
    host: hostOf(env),
    data: resolve(env.VIGIL_DATA),
    databaseUrl: env.DATABASE_URL,
    influx: influxOf(env),
    gsm: gsmOf(env),
    adminToken: env.VIGIL_ADMIN_TOKEN,
    publicUrl: env.VIGIL_URL,
    switchUrl: env.VIGIL_SWITCH_URL,
    oidc: oidcOf(env),
    map: mapOf(env),
    zone: env.VIGIL_ZONE,
    lockAfterMs: Math.round(env.VIGIL_LOCK_AFTER_MIN * 60_000),
    demo,
    log: env.VIGIL_LOG,
    clockFile: env.VIGIL_CLOCK_FILE && resolve(env.VIGIL_CLOCK_FILE),
  }
}

/** `usual` is its own port; whoever chose the port without TLS may run several Vigils, and gets a free one. */
const tlsPortOf = (told: number | 'off' | undefined, usual: number): number | undefined =>
  told === 'off' ? undefined : (told ?? usual)

function tlsOf({ VIGIL_TLS_CERT: cert, VIGIL_TLS_KEY: key }: Environment): Config['tls'] {
  if (cert && key) return { cert: resolve(cert), key: resolve(key) }
  const [here, missing] = cert ? ['VIGIL_TLS_CERT', 'VIGIL_TLS_KEY'] : ['VIGIL_TLS_KEY', 'VIGIL_TLS_CERT']
  if (cert || key) throw new Fault(`${here} is set but ${missing} is not: set both or none.`)
  return undefined
}

function gsmOf(env: Environment): GsmConfig {
  const { GSM_WATCH_PORT: watch, GSM_EVIEW_PORT: eview, GSM_TRV_PORT: trv, GSM_USER: user, GSM_TOKEN: token } = env
  if (!user !== !token) {
    const [here, missing] = user ? ['GSM_USER', 'GSM_TOKEN'] : ['GSM_TOKEN', 'GSM_USER']
    throw new Fault(`${here} is set but ${missing} is not: set both or none.`)
  }
  return {
    ports: {
      ...(watch !== undefined && { watch }),
      ...(eview !== undefined && { eview }),
      ...(trv !== undefined && { trv }),
    },
    mqttUrl: env.GSM_MQTT_URL,
    user,
    token,
    ca: env.GSM_CA && resolve(env.GSM_CA),
  }
}

function influxOf(env: Environment): InfluxConfig | undefined {
  const [stray] = (['INFLUX_TOKEN', 'INFLUX_DATABASE', 'INFLUX_ORG', 'INFLUX_VERSION'] as const).filter((k) => env[k])
  if (!env.INFLUX_URL && stray) throw new Fault(`${stray} is set but INFLUX_URL is not: set both or none.`)
  if (!env.INFLUX_URL) return undefined
  return {
    url: env.INFLUX_URL,
    ...(env.INFLUX_TOKEN && { token: env.INFLUX_TOKEN }),
    ...(env.INFLUX_DATABASE && { database: env.INFLUX_DATABASE }),
    ...(env.INFLUX_ORG && { org: env.INFLUX_ORG }),
    ...(env.INFLUX_VERSION && { version: env.INFLUX_VERSION }),
  }
}
