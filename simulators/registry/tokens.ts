import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'

/** The devices' tokens by device id. */
export type Tokens = Record<string, string>

const State = z.object({ tokens: z.record(z.string(), z.string()) })

/** The tokens of an earlier run; none where the file is missing or unreadable, because tokens can be made anew. */
export async function readTokens(path: string): Promise<Tokens> {
  try {
    return State.parse(JSON.parse(await readFile(path, 'utf8'))).tokens
  } catch {
    return {}
  }
}

/** Writes the tokens whole or not at all, readable by the owner alone. One call at a time to a file. */
export async function keepTokens(path: string, tokens: Tokens): Promise<void> {
  const fresh = `${path}.new`
  await writeFile(fresh, JSON.stringify({ tokens }, null, 2), { mode: 0o600 })
  await rename(fresh, path)
}
