import type { Clock } from '../domain/clock.ts'
import type { Role } from '../domain/registry.ts'
import { openStore } from '../store/open.ts'
import { createOperator, listOperators } from '../store/operators.ts'
import type { Store } from '../store/store.ts'
import { passwordMatches } from '../store/tokens.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'
import { makeGsmAccount } from './gsm_account.ts'
import { makeSecrets, type Secrets } from './secrets.ts'

export type Login = { name: keyof Secrets['passwords']; password: string }

/** What the start found or made. `demo`: the demo homes are to live. `logins`: those that work with the first password. */
export type Prepared = { adminToken: string; demo: boolean; logins: Login[] }

const roles = { dispatcher: 'dispatcher', admin: 'administrator' } as const satisfies Record<Login['name'], Role>
const names = ['dispatcher', 'admin'] as const

/**
 * Makes the secrets and the first operators where there are none, and brings the tables up to date before the
 * processes open them. A folder or database that was in use before is never turned into a demo. Throws Fault where the
 * database stays away.
 */
export async function prepare(config: Config, clock: Clock): Promise<Prepared> {
  const store = await openStore({ url: config.databaseUrl, data: config.data, clock }).catch(unreachable)
  try {
    const inUse = (await listOperators(store.db, { most: 1 })).items.length > 0
    const secrets = await makeSecrets(config.data, config.demo && !inUse)
    if (!inUse) await makeOperators(store, secrets)
    if (ownGsmGateway(config)) await makeGsmAccount(store, config.data, clock)
    const logins = await workingLogins(store, secrets)
    return { adminToken: config.adminToken ?? secrets.admin_token, demo: config.demo && secrets.demo, logins }
  } finally {
    await store.close()
  }
}

/** Whether `vigil start` runs the gateway of GSM watches, under an account of its own. */
const ownGsmGateway = ({ gsm }: Config): boolean => Object.keys(gsm.ports).length > 0 && gsm.user === undefined

async function makeOperators(store: Store, { demo, passwords }: Secrets): Promise<void> {
  const make = (name: Login['name']) =>
    createOperator(store, { id: name, name, password: passwords[name], role: roles[name] })
  await Promise.all((demo ? names : (['admin'] as const)).map(make))
}

/** The logins that still work as they were made: what is printed must be true after somebody changed a password. */
async function workingLogins({ db }: Store, { passwords }: Secrets): Promise<Login[]> {
  const rows = await db.selectFrom('operators').select(['name', 'password_hash']).where('name', 'in', names).execute()
  const logins = await Promise.all(
    names.map(async (name) => {
      const hash = rows.find((row) => row.name === name)?.password_hash
      return hash && (await passwordMatches(passwords[name], hash)) ? [{ name, password: passwords[name] }] : []
    }),
  )
  return logins.flat()
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
