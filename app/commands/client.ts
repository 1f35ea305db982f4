import { z } from 'zod'
import type { Config } from '../config.ts'
import { Fault } from '../fault.ts'
import { findRunning, reachable } from '../runtime.ts'
import { knownAdminToken } from '../secrets.ts'
import { ownPaths } from '../tls_own.ts'
import { httpAddress, noneRuns } from './addresses.ts'
import type { Target } from './devices/publishing.ts'

/** The HTTP API for the commands. `path` begins after `/api/v1`. Every failure is a Fault with a sentence. */
export type Client = {
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>
  post<T>(path: string, body: unknown, shape: z.ZodType<T>): Promise<T>
  patch<T>(path: string, body: unknown, shape: z.ZodType<T>): Promise<T>
  delete(path: string): Promise<void>
}

export type ClientOptions = { url?: string; token?: string }

const Problem = z.object({ title: z.string(), code: z.string(), detail: z.string().optional() })

/** Speaks to the Vigil at `url`, or to the one that runs with the data folder, as its administrator. */
export async function connectApi(config: Config, options: ClientOptions): Promise<Client> {
  const base = await baseOf(config, options)
  return clientOf(base, options.token ?? (await knownAdminToken(config)))
}

/** The same for what needs no token. */
export async function connectAnybody(config: Config, options: Pick<ClientOptions, 'url'>): Promise<Client> {
  return clientOf(await baseOf(config, options), undefined)
}

async function baseOf(config: Config, { url }: Pick<ClientOptions, 'url'>): Promise<string> {
  const base = url ?? (await httpAddress(config))
  if (!base) throw noneRuns(config, '--url')
  if (!/^https?:$/.test(protocolOf(base))) throw new Fault(`${base} is no address: give --url http://host:port.`)
  return base
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '')

function clientOf(base: string, token: string | undefined): Client {
  const call = async <T>(method: string, path: string, body: unknown, shape: z.ZodType<T>): Promise<T> => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(new URL(`/api/v1${path}`, base), request).catch((cause) => {
      throw new Fault(unanswered(base, cause), { cause })
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (!response.ok) throw refusal(answer, response.status, base)
    return shape.parse(answer)
  }
  return {
    get: (path, shape) => call('GET', path, undefined, shape),
    post: (path, body, shape) => call('POST', path, body, shape),
    patch: (path, body, shape) => call('PATCH', path, body, shape),
    delete: (path) => call('DELETE', path, undefined, z.undefined()),
  }
}

/** What OpenSSL and Node say of a server whose certificate leads to no CA that is trusted here. */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

/** Why `fetch` failed, and what to do: no certificate to trust is no server that is away. */
function unanswered(base: string, error: { cause?: { code?: string } }): string {
  const code = error.cause?.code ?? ''
  if (untrusted.has(code))
    return `The certificate of ${base} is of a CA that is not trusted here: give its CA with --ca; a Vigil’s own is tls/ca.pem of its data folder. (${code})`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of ${base} is not for this name: use one that it has, or add this one with VIGIL_TLS_NAMES there. (${code})`
  if (code === 'CERT_HAS_EXPIRED') return `The certificate of ${base} has ended: renew it there. (${code})`
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return `${base} speaks no TLS: give --url http://…, or the port with TLS.`
  return `Nothing answers at ${base}: is Vigil running there? npm start starts it.`
}

/** Where its devices publish; of a Vigil elsewhere only the host is known. */
export async function mqttTarget(config: Config, url: string | undefined): Promise<Target> {
  if (url) return { plain: URL.canParse(url) ? `-h ${new URL(url).hostname}` : '' }
  const broker = await findRunning(config.data, 'broker')
  if (!broker) return { plain: '' }
  const { mqtt, mqtts } = broker.ports
  const host = reachable(broker.host)
  const trust = config.tls ? '--capath /etc/ssl/certs' : `--cafile ${ownPaths(config.data).ca}`
  return { plain: `-h ${host} -p ${mqtt}`, ...(mqtts && { tls: `-h ${host} -p ${mqtts} ${trust}` }) }
}

/** What the API said no to. Programs and commands that know more look at `code`. */
export class Refusal extends Fault {
  readonly code: string
  constructor(code: string, sentence: string) {
    super(sentence)
    this.code = code
  }
}

function refusal(answer: unknown, status: number, base: string): Fault {
  const problem = Problem.safeParse(answer)
  if (!problem.success) return new Fault(`${base} answered ${status} and no explanation: is it a Vigil?`)
  const { title, code, detail } = problem.data
  const mend = code === 'unauthenticated' ? ' Give the right token with --token or VIGIL_ADMIN_TOKEN.' : ''
  return new Refusal(code, `${detail ?? title}${mend} (${code})`)
}
