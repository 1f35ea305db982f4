/** The package has no types of its own; these are of what the tests use of it. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  type Client = {
    client_id: string
    client_secret?: string
    redirect_uris: string[]
    token_endpoint_auth_method?: 'client_secret_basic' | 'client_secret_post' | 'none'
  }
  type Account = { accountId: string; claims(): Promise<Record<string, unknown> & { sub: string }> }
  export type Configuration = {
    clients: Client[]
    findAccount(context: unknown, id: string): Promise<Account | undefined>
    claims: Record<string, string[]>
    conformIdTokenClaims?: boolean
    cookies: { keys: string[] }
    jwks: { keys: object[] }
    ttl: Record<string, number>
    pkce: { required(): boolean }
    features: { devInteractions: { enabled: boolean } }
  }
  export type Context = { path: string; body: { id_token?: string } }
  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }
}
