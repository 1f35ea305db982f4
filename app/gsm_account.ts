import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import { createDevice, getDevice, rotateToken } from '../store/devices.ts'
import type { Store } from '../store/store.ts'

/** The account of the gateway that `vigil start` runs: a registered gateway, whose token this machine keeps for it. */
const Account = z.object({ user: z.string(), token: z.string() })
export type GsmAccount = z.infer<typeof Account>

const user = 'gsm-gateway'
const pathOf = (data: string): string => join(data, 'gsm_gateway.json')

/** The account of a data folder; undefined where it has none. */
export async function gsmAccount(data: string): Promise<GsmAccount | undefined> {
  const text = await readFile(pathOf(data), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Account.parse(JSON.parse(text))
}

/** Registers the gateway where the folder has no account yet, or gives it a new token where only its file is gone. */
export async function makeGsmAccount(store: Store, data: string, clock: Clock): Promise<void> {
  if (await gsmAccount(data)) return
  const now = clock.now()
  const { token } = await store.write(async (tx) =>
    (await getDevice(tx, user))
      ? rotateToken(tx, user, now)
      : createDevice(tx, { id: user, category: 'gateway', model: 'vigil gsm' }, now),
  )
  await writeFile(pathOf(data), `${JSON.stringify({ user, token })}\n`, { mode: 0o600, flush: true })
}
