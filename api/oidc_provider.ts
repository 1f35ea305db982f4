import { createHmac } from 'node:crypto'
import * as client from 'openid-client'
import { isLoopbackUrl } from '../domain/addresses.ts'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Identity } from '../store/oidc_logins.ts'
import { oidcRefusal } from './oidc_errors.ts'

/**
 * How people log in by an identity provider. `issuer`: its URL; `clientSecret` undefined: a public client, PKCE alone;
 * `name`: what the button says; `publicUrl`: where browsers find this Vigil, an origin without a slash at its end.
 */
export type OidcOptions = {
  issuer: string
  clientId: string
  clientSecret: string | undefined
  name: string
  publicUrl: string
}

export const oidcPath = '/api/v1/login/oidc'
export const callbackPath = `${oidcPath}/callback`

/** `secret` is what the browser keeps; state, nonce and PKCE's verifier of a log-in all follow from it. */
export type Provider = {
  /** Where the browser is sent. Throws `oidc_unreachable`, `oidc_misconfigured`. */
  addressFor(secret: string): Promise<URL>
  isStateOf(secret: string, state: unknown): boolean
  /** Whom the provider has proved; `query` is that of the callback. Throws one of the codes that begin with `oidc_`. */
  identityOf(secret: string, query: string): Promise<Identity>
}

/** Somebody waits before the page: better told soon that he may use his password. */
const timeoutS = 5
/** A provider that was set up anew is known by then. */
const knownForMs = 10 * 60_000

/** One value for each purpose, of which none tells the secret or another one; 43 characters, as PKCE wants at least. */
const derived = (secret: string, purpose: 'state' | 'nonce' | 'verifier'): string =>
  createHmac('sha256', secret).update(purpose).digest('base64url')

/** The provider is asked about itself when the first one logs in, so Vigil starts also while it is away. */
export function openProvider(options: OidcOptions, clock: Clock): Provider {
  const redirect_uri = `${options.publicUrl}${callbackPath}`
  let known: { at: number; configuration: client.Configuration } | undefined
  async function configuration(): Promise<client.Configuration> {
    if (known && clock.now() - known.at < knownForMs) return known.configuration
    const found = await discover(options)
    known = { at: clock.now(), configuration: found }
    return found
  }
  return {
    addressFor: (secret) => refusing(async () => addressOf(await configuration(), redirect_uri, secret)),
    isStateOf: (secret, state) => state === derived(secret, 'state'),
    identityOf: (secret, query) =>
      refusing(async () => prove(await configuration(), new URL(`${redirect_uri}?${query}`), secret)),
  }
}

function discover({ issuer, clientId, clientSecret }: OidcOptions): Promise<client.Configuration> {
  const url = new URL(issuer)
  const execute = isLoopbackUrl(url) ? [client.allowInsecureRequests] : []
  const proof = clientSecret === undefined ? client.None() : bySecret(clientSecret)
  return client.discovery(url, clientId, undefined, proof, { timeout: timeoutS, execute })
}

/** In the header, as every provider must take it, but for those that say that they want it in the body. */
function bySecret(secret: string): client.ClientAuth {
  const [inHeader, inBody] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  return (server, ...rest) => {
    const takes = server.token_endpoint_auth_methods_supported
    return (takes && !takes.includes('client_secret_basic') ? inBody : inHeader)(server, ...rest)
  }
}

async function addressOf(configuration: client.Configuration, redirect_uri: string, secret: string): Promise<URL> {
  return client.buildAuthorizationUrl(configuration, {
    redirect_uri,
    scope: 'openid email',
    state: derived(secret, 'state'),
    nonce: derived(secret, 'nonce'),
    code_challenge: await client.calculatePKCECodeChallenge(derived(secret, 'verifier')),
    code_challenge_method: 'S256',
  })
}

async function prove(configuration: client.Configuration, callback: URL, secret: string): Promise<Identity> {
  const tokens = await client.authorizationCodeGrant(configuration, callback, {
    expectedState: derived(secret, 'state'),
    expectedNonce: derived(secret, 'nonce'),
    pkceCodeVerifier: derived(secret, 'verifier'),
  })
  const claims = tokens.claims()
  if (!claims) throw new VigilError('oidc_proof_invalid')
  const told = claims.email === undefined ? await askUserInfo(configuration, tokens.access_token, claims.sub) : claims
  return { subject: `${claims.iss}#${claims.sub}`, email: verifiedEmail(told) }
}

/** Many providers tell the e-mail address only there. */
async function askUserInfo(configuration: client.Configuration, token: string, subject: string) {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  return client.fetchUserInfo(configuration, token, subject)
}

/** An address that the provider has not checked may be anybody's. */
const verifiedEmail = (told: { email?: unknown; email_verified?: unknown }): string | undefined =>
  typeof told.email === 'string' && told.email_verified === true ? told.email : undefined

async function refusing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw oidcRefusal(error)
  }
}
