import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { newId, newSecret } from '../domain/random.ts'
import type { Config } from './config.ts'
import { Fault } from './fault.ts'

/** What Vigil chose by itself and a person must be able to look up: in `secrets.json`, readable by the owner alone. */
const Secrets = z.object({
  admin_token: z.string().min(16),
  /** Whether the folder began as a demo. Only then may demo homes live in it. */
  demo: z.boolean(),
  /** First passwords of the operators that are made where there are none. */
  passwords: z.object({ admin: z.string(), dispatcher: z.string() }),
})
export type Secrets = z.infer<typeof Secrets>

export const secretsPath = (data: string): string => join(data, 'secrets.json')

/** The secrets of a data folder, or undefined where it has none yet. Throws Fault where the file is not what it was. */
export async function readSecrets(data: string): Promise<Secrets | undefined> {
  const path = secretsPath(data)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return Secrets.parse(JSON.parse(text))
  } catch {
    throw new Fault(`${path} is damaged: delete it to have new secrets made, and set new passwords in the console.`)
  }
}

/**
 * The secrets of a data folder, made where it has none. Several processes may ask at once: the file appears whole
 * under its name or not at all, and the first one wins. `demo` counts only where they are made now.
 */
export async function makeSecrets(data: string, demo: boolean): Promise<Secrets> {
  const known = await readSecrets(data)
  if (known) return known
  const passwords = { admin: newSecret(12), dispatcher: newSecret(12) }
  const fresh: Secrets = { admin_token: newSecret(), demo, passwords }
  const path = secretsPath(data)
  const temporary = join(data, newId('secrets'))
  await writeFile(temporary, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true })
  try {
    await link(temporary, path)
    return fresh
  } catch (error) {
    const made = await readSecrets(data)
    if (made) return made
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The administrator's token, chosen now where there is none. For a process that checks it. */
export const ownAdminToken = async ({ adminToken, data }: Pick<Config, 'adminToken' | 'data'>): Promise<string> =>
  adminToken ?? (await makeSecrets(data, false)).admin_token

/** The administrator's token for a command that uses it. Throws Fault where this folder does not know one. */
export async function knownAdminToken({ adminToken, data }: Pick<Config, 'adminToken' | 'data'>): Promise<string> {
  const token = adminToken ?? (await readSecrets(data))?.admin_token
  if (token) return token
  throw new Fault(
    `No administrator's token: ${data} has none, so set VIGIL_DATA or VIGIL_ADMIN_TOKEN, or run npm start.`,
  )
}
