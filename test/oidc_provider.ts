import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Context, Provider } from 'oidc-provider'

/** A person whom the provider knows; whoever logs in by a name it does not know has no claims but that. */
export type Person = { email?: string; email_verified?: boolean }

export type TestProvider = {
  issuer: string
  /** Stops answering; nothing listens there any more. */
  close(): Promise<void>
}

export type ProviderOptions = {
  people: Record<string, Person>
  redirectUri: string
  /** Absent: a public client. */
  clientSecret?: string
  /** How the client proves itself; absent: in the header. */
  secretIn?: 'body'
  /** How far its clock is behind ours when it dates a proof, seconds; absent: not at all. */
  clockBehindS?: number
  /** What it tells of a person stands in the proof itself and not only behind its userinfo address. */
  tellsInProof?: boolean
}

export const clientId = 'vigil'

/** A real OpenID provider on a free port of this machine, with pages on which one logs in by any name and password. */
export async function startProvider(options: ProviderOptions): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = quietly(() => new Provider(issuer, configurationOf(options, privateKey)))
  const { clockBehindS } = options
  if (clockBehindS)
    provider.use(async (context, next) => next().then(() => datedBack(context, privateKey, clockBehindS)))
  server.on('request', provider.callback())
  return { issuer, close: () => closed(server) }
}

/** Signs the proof anew, as it would be if the provider's clock were behind. */
function datedBack({ body }: Context, key: KeyObject, seconds: number): void {
  const [head, claims] = body?.id_token?.split('.') ?? []
  if (head === undefined || claims === undefined) return
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number; exp: number }
  const dated = { ...told, iat: told.iat - seconds, exp: told.exp - seconds }
  const signed = `${head}.${Buffer.from(JSON.stringify(dated)).toString('base64url')}`
  body.id_token = `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

function configurationOf(
  { people, redirectUri, clientSecret, secretIn, tellsInProof }: ProviderOptions,
  key: KeyObject,
) {
  const method = secretIn === 'body' ? ('client_secret_post' as const) : ('client_secret_basic' as const)
  const proof = clientSecret
    ? { client_secret: clientSecret, token_endpoint_auth_method: method }
    : { token_endpoint_auth_method: 'none' as const }
  return {
    clients: [{ client_id: clientId, redirect_uris: [redirectUri], ...proof }],
    findAccount: async (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people[id] }),
    }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: !tellsInProof,
    cookies: { keys: ['a key of this test'] },
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    ttl: {
      IdToken: 600,
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      Interaction: 600,
      Session: 600,
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
  }
}

/** It warns that its pages are for tests, which they are. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console
  Object.assign(console, { warn: () => {}, info: () => {} })
  try {
    return make()
  } finally {
    Object.assign(console, { warn, info })
  }
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
