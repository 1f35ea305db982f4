import { z } from 'zod'
import { isLoopbackUrl } from '../domain/addresses.ts'
import { Fault } from './fault.ts'

/** The identity provider by which people log in. `clientSecret` undefined: a public client. `name`: for the button. */
export type OidcConfig = { issuer: string; clientId: string; clientSecret: string | undefined; name: string }

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)

/** Who can listen in between could log in as anybody. */
const isSafe = (url: URL): boolean => url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url))

const isBare = ({ username, password, search, hash }: URL): boolean => `${username}${password}${search}${hash}` === ''

const hasNoPath = (url: URL): boolean => isBare(url) && url.pathname === '/' && /^https?:$/.test(url.protocol)

/** The variables about people who log in from elsewhere. */
export const oidcVariables = {
  VIGIL_URL: z
    .string()
    .refine(
      (text) => hasNoPath(urlOf(text) ?? new URL('x:')),
      'must be a URL without a path, like https://vigil.example',
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  VIGIL_OIDC_ISSUER: z
    .string()
    .refine((text) => {
      const url = urlOf(text)
      return url !== undefined && isSafe(url) && isBare(url)
    }, 'must be the https:// URL of an identity provider, like https://id.example/realms/city; http:// only on this machine')
    .optional(),
  VIGIL_OIDC_CLIENT_ID: z.string().min(1).optional(),
  VIGIL_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  VIGIL_OIDC_NAME: z.string().trim().min(1).max(60, 'must be at most 60 characters').optional(),
} as const

type Environment = { [Name in keyof typeof oidcVariables]?: string | undefined }

/** Undefined where none is set. Throws Fault where something of it is missing. */
export function oidcOf(env: Environment): OidcConfig | undefined {
  const { VIGIL_OIDC_ISSUER: issuer, VIGIL_OIDC_CLIENT_ID: clientId, VIGIL_URL: publicUrl } = env
  const names = ['VIGIL_OIDC_ISSUER', 'VIGIL_OIDC_CLIENT_ID', 'VIGIL_OIDC_CLIENT_SECRET', 'VIGIL_OIDC_NAME'] as const
  const [here] = names.filter((name) => env[name] !== undefined)
  if (here === undefined) return undefined
  const missing = (name: string) =>
    new Fault(`${here} is set but ${name} is not: logging in by OpenID Connect needs both.`)
  if (issuer === undefined) throw missing('VIGIL_OIDC_ISSUER')
  if (clientId === undefined) throw missing('VIGIL_OIDC_CLIENT_ID')
  if (publicUrl === undefined) throw missing('VIGIL_URL')
  if (!isSafe(new URL(publicUrl)))
    throw new Fault('VIGIL_URL must begin with https:// where people log in by OpenID Connect.')
  const name = env.VIGIL_OIDC_NAME ?? new URL(issuer).host
  return { issuer, clientId, clientSecret: env.VIGIL_OIDC_CLIENT_SECRET, name }
}
