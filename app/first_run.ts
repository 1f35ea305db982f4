import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { Role } from '../domain/registry.ts'
import { openStore } from '../store/open.ts'
import { createOperator, listOperators } from '../store/operators.ts'
import type { Store } from '../store/store.ts'
import { passwordMatches } from '../store/tokens.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'
import { makeSecrets, type Secrets } from './secrets.ts'

export type Login = { name: keyof Secrets['passwords']; password: string }

/** What the start found or made. `demo`: the demo homes are to live. `logins`: those that work with the first password. */
export type Prepared = { adminToken: string; demo: boolean; logins: Login[] }

const roles: Record<Login['name'], Role> = { admin: 'administrator', dispatcher: 'dispatcher' }

/**
 * Makes the secrets and the first operators where there are none, and brings the tables up to date before the
 * processes open them. A folder or database that was in use before is never turned into a demo.
 */
export async function prepare(config: Config, clock: Clock, log: Logger): Promise<Prepared> {
  const store = await openStore({ url: config.databaseUrl, data: config.data, clock, log }).catch(unreachable)
  try {
    const inUse = (await listOperators(store.db, { most: 1 })).items.length > 0
    const secrets = await makeSecrets(config.data, config.demo && !inUse)
    if (!inUse) await makeOperators(store, secrets)
    const logins = await workingLogins(store, secrets)
    return { adminToken: config.adminToken ?? secrets.admin_token, demo: config.demo && secrets.demo, logins }
  } finally {
    await store.close()
  }
}

async function makeOperators(store: Store, { demo, passwords }: Secrets): Promise<void> {
  const names: Login['name'][] = demo ? ['dispatcher', 'admin'] : ['admin']
  for (const name of names)
    await createOperator(store, { id: name, name, password: passwords[name], role: roles[name] })
}

/** The logins that still work as they were made: what is printed must be true after somebody changed a password. */
async function workingLogins(store: Store, { passwords }: Secrets): Promise<Login[]> {
  const logins: Login[] = []
  for (const name of ['dispatcher', 'admin'] as const) {
    const row = await store.db
      .selectFrom('operators')
      .select('password_hash')
      .where('name', '=', name)
      .executeTakeFirst()
    if (await passwordMatches(passwords[name], row?.password_hash)) logins.push({ name, password: passwords[name] })
  }
  return logins
}

/** The drivers' own words for a database that is away name neither the variable nor the mend. */
function unreachable(error: NodeJS.ErrnoException): never {
  const away = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET', '28P01', '28000', '3D000']
  if (!away.includes(error.code ?? '')) throw error
  throw new Fault(
    `The database in DATABASE_URL cannot be used (${error.message || error.code}): mend that, or unset DATABASE_URL for the embedded one.`,
    { cause: error },
  )
}
