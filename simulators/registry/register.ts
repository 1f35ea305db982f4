import { z } from 'zod'
import { type ApiOptions, isTaken, post, refusal, send } from '../api/post.ts'
import type { RegistryRecords } from './records.ts'
import { keepTokens, readTokens, type Tokens } from './tokens.ts'

export type RegisterOptions = ApiOptions & {
  /** File in which the tokens are kept between runs (mode 0600); absent: nowhere. */
  statePath?: string | undefined
  /** Told after every device that is registered. */
  onProgress?(devices: number, of: number): void
}

/** Calls under way at one time: enough to keep the api's writer busy, few enough for others to get in between. */
const AT_ONCE = 16

const WithToken = z.object({ token: z.string().min(1) })
const notRegistered = 'The simulated homes could not be registered'

/** Does something with every item, so many at one time, begun in their order. The first failure begins no more. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  async function worker(): Promise<void> {
    for (let item = items[next++]; item !== undefined && !failed; item = items[next++]) {
      await work(item).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Creates one record; gives the answer's body, or undefined where the id was there before. */
async function createIfAbsent(options: ApiOptions, path: string, record: unknown): Promise<unknown> {
  const answer = await post(options, path, record)
  if (isTaken(answer)) return undefined
  if (answer.status !== 201) throw refusal(notRegistered, `POST ${path}`, answer)
  return answer.body
}

/** A new token for a device; the old one is worth nothing from now on. */
export async function rotateToken(options: ApiOptions, device: string): Promise<string> {
  const path = `/devices/${encodeURIComponent(device)}/token`
  const answer = await post(options, path, {})
  const body = WithToken.safeParse(answer.body)
  if (!body.success) throw refusal(`No new token for ${device}`, `POST ${path}`, answer)
  return body.data.token
}

type DeviceRecord = RegistryRecords['devices'][number]

async function tokenOf(options: ApiOptions, device: DeviceRecord, known: string | undefined): Promise<string> {
  const created = await createIfAbsent(options, '/devices', device)
  if (created !== undefined) return WithToken.parse(created).token
  if (device.gateway) await giveToGateway(options, device)
  return known ?? rotateToken(options, device.id)
}

/** A device may have been registered when its gateway could not speak for it yet. */
async function giveToGateway(options: ApiOptions, { id, gateway }: DeviceRecord): Promise<void> {
  const path = `/devices/${encodeURIComponent(id)}`
  const answer = await send(options, 'PATCH', path, { gateway })
  if (answer.status !== 200) throw refusal(notRegistered, `PATCH ${path}`, answer)
}

/**
 * Registers what is absent and gives every device's token. Waits for an api that is not there yet. Rejects with a
 * sentence where it refuses a record, and when `signal` aborts; tokens that were made until then are kept.
 */
export async function register(options: RegisterOptions, records: RegistryRecords): Promise<Tokens> {
  const create = (path: string) => async (record: unknown) => void (await createIfAbsent(options, path, record))
  // One after another: a child needs its parent.
  for (const area of records.areas) await createIfAbsent(options, '/areas', area)
  await each(records.homes, create('/homes'))
  await each(records.residents, create('/residents'))
  await each(records.contacts, create('/contacts'))
  await each(records.plans ?? [], create('/plans'))
  return registerDevices(options, records.devices)
}

async function registerDevices(options: RegisterOptions, devices: RegistryRecords['devices']): Promise<Tokens> {
  const { statePath, onProgress } = options
  const known = statePath ? await readTokens(statePath) : {}
  const tokens: Tokens = {}
  let done = 0
  try {
    const add = async (device: DeviceRecord) => {
      tokens[device.id] = await tokenOf(options, device, known[device.id])
      onProgress?.(++done, devices.length)
    }
    await each(
      devices.filter(({ gateway }) => !gateway),
      add,
    )
    await each(
      devices.filter(({ gateway }) => gateway),
      add,
    )
  } finally {
    if (statePath) await keepTokens(statePath, { ...known, ...tokens })
  }
  return tokens
}

export type TokenBook = {
  /** The device's token; one that was refused is replaced first. */
  tokenOf(device: string, refused: boolean): Promise<string>
}

/** The tokens of some devices, renewed where Vigil does not take them any more. */
export function openTokenBook(options: RegisterOptions, tokens: Tokens): TokenBook {
  let keeping = Promise.resolve()
  return {
    async tokenOf(device, refused) {
      if (refused) {
        tokens[device] = await rotateToken(options, device)
        const { statePath } = options
        if (statePath) keeping = keeping.then(() => keepTokens(statePath, tokens))
        await keeping
      }
      return tokens[device] ?? ''
    },
  }
}
