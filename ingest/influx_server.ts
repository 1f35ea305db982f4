import { chunksToLinesIterable, HttpError, InfluxDB } from '@influxdata/influxdb-client'

export type InfluxOptions = {
  /** Base address, `http://influxdb:8086`. */
  url: string
  /** Token; for 1.x `user:password`. */
  token?: string
  /** Database (1.x, 3.x) or bucket (2.x); `vigil` where absent. */
  database?: string
  /** Organisation, name or id; 2.x only. */
  org?: string
  /** `1`, `2`, `3`, or a full version; asked of the server where absent. */
  version?: string
}

/** What a server that cannot be written to until a person mends the configuration says. */
export class InfluxMisconfigured extends Error {}

/** A server took only a part of the lines, and says so with a success (201, seen from hosted 3.x). */
export class InfluxTookPart extends Error {}

export type InfluxServer = {
  /** Writes line protocol once, gzipped. Resolves when the server has it; rejects with what the client library met. */
  write(lines: string[], signal: AbortSignal): Promise<void>
  /** Runs one InfluxQL statement; gives the answer's JSON documents as they arrive. */
  query(statement: string, signal: AbortSignal): AsyncIterable<unknown>
}

type Major = 1 | 2 | 3

/** Silence on a connection after which a request has failed. InfluxDB itself gives up on a write after 10 s. */
const timeoutMs = 30_000
/** Rows that the server sends in one document: small enough that parsing one never holds up the process. */
const rowsPerChunk = 5_000
const gzipFromBytes = 1_000

/**
 * One InfluxDB over the official client's transport. The client's own WriteApi is not used: it retries on its own timers
 * and takes a 201 ("written in part") for success, both of which could lose points.
 */
export function connectInflux(options: InfluxOptions): InfluxServer {
  const { transport } = new InfluxDB({ url: options.url, timeout: timeoutMs })
  const database = options.database ?? 'vigil'
  let known: Promise<Major> | undefined

  const headersFor = (major: Major | undefined): Record<string, string> =>
    options.token ? { authorization: authorization(options.token, major) } : {}

  const version = (): Promise<Major> => {
    known ??= options.version ? Promise.resolve(majorTold(options.version)) : detect()
    known.catch(() => (known = undefined))
    return known
  }

  async function detect(): Promise<Major> {
    const ping = await ask('/ping')
    const major = majorOf(ping.header) ?? majorOf(ping.body) ?? majorOf((await ask('/health')).body)
    if (major) return major
    throw new InfluxMisconfigured(`the server at ${options.url} does not tell its version; set INFLUX_VERSION`)
  }

  async function ask(path: string): Promise<{ header: unknown; body: unknown }> {
    let header: unknown
    const sending = { method: 'GET', headers: headersFor(undefined) }
    const body: unknown = await transport.request(path, '', sending, (headers) => {
      header = headers['x-influxdb-version']
    })
    return { header, body: (body as { version?: unknown } | undefined)?.version }
  }

  async function send(major: Major, lines: string[], signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'text/plain; charset=utf-8', ...headersFor(major) }
    const sending = { method: 'POST', headers, gzipThreshold: gzipFromBytes, signal }
    let status: number | undefined
    await transport.request(writePath(major), lines.join('\n'), sending, (_headers, code) => {
      status = code
    })
    if (status === 201 && lines.length > 1) throw new InfluxTookPart('201: the server took only a part of the lines')
    // Anything else in the 2xx is not InfluxDB: a proxy's login page must not pass for a durable write.
    if (status !== 204 && status !== 201) throw new InfluxMisconfigured(`write answered with ${status}`)
  }

  function writePath(major: Major): string {
    if (major === 1) return `/write?${new URLSearchParams({ db: database, precision: 'ms' })}`
    return `/api/v2/write?${new URLSearchParams({ org: options.org ?? '', bucket: database, precision: 'ms' })}`
  }

  async function* query(statement: string, signal: AbortSignal): AsyncGenerator<unknown> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...headersFor(await version()) }
    const parameters = { db: database, epoch: 'ms', chunked: 'true', chunk_size: String(rowsPerChunk), q: statement }
    const sending = { method: 'POST', headers, signal }
    const answer = transport.iterate('/query', String(new URLSearchParams(parameters)), sending)
    for await (const line of chunksToLinesIterable(answer)) if (line) yield JSON.parse(line)
  }

  return {
    query: (statement, signal) => whileOpen(signal, (own) => query(statement, own)),
    async write(lines, signal) {
      const major = await version()
      const once = () => linked(signal, (own) => send(major, lines, own))
      try {
        await once()
      } catch (err) {
        if (major !== 1 || !isMissingDatabase(err)) {
          // Perhaps another version answers under this address by now; an answer that was right is soon asked for again.
          if (err instanceof HttpError && err.statusCode === 404) known = undefined
          throw err
        }
        await linked(signal, (own) => drain(query(`CREATE DATABASE ${identifier(database)}`, own)))
        await once()
      }
    },
  }
}

/** `1.6.7`, `v2.7.1`, `3` -> the major version, if it is one that is spoken here. */
function majorOf(version: unknown): Major | undefined {
  const found = /^v?([123])(\.|$)/.exec(String(version))
  return found ? (Number(found[1]) as Major) : undefined
}

function majorTold(version: string): Major {
  const major = majorOf(version)
  if (!major) throw new InfluxMisconfigured(`INFLUX_VERSION is ${version}, but must be 1, 2 or 3`)
  return major
}

function authorization(token: string, major: Major | undefined): string {
  const isPassword = major === 1 && token.includes(':')
  return isPassword ? `Basic ${Buffer.from(token).toString('base64')}` : `Token ${token}`
}

const isMissingDatabase = (err: unknown): boolean =>
  err instanceof HttpError && err.statusCode === 404 && /database not found/i.test(err.body ?? '')

/** InfluxQL: a name, quoted. */
export const identifier = (name: string): string => `"${escaped(name).replaceAll('"', '\\"')}"`
/** InfluxQL: a string, quoted. */
export const literal = (text: string): string => `'${escaped(text).replaceAll("'", "\\'")}'`
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

async function drain(answer: AsyncIterable<unknown>): Promise<void> {
  for await (const document of answer) {
    const [result] = (document as { results?: { error?: string }[] }).results ?? []
    if (result?.error) throw new InfluxMisconfigured(result.error)
  }
}

/**
 * Runs `work` with a signal of its own, which ends with it. The client library never takes its listeners off a signal and
 * leaves a request open that it gave up on: on the long-lived signal itself both would pile up.
 */
async function linked<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController()
  const abort = () => own.abort()
  signal.throwIfAborted()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await work(own.signal)
  } finally {
    signal.removeEventListener('abort', abort)
    own.abort()
  }
}

/** The same for an answer that is read bit by bit. */
async function* whileOpen<T>(signal: AbortSignal, work: (own: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T> {
  const own = new AbortController()
  const abort = () => own.abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    yield* work(own.signal)
  } finally {
    signal.removeEventListener('abort', abort)
    own.abort()
  }
}
