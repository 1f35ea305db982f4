import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Logger } from 'pino'
import type { Codec } from '../codecs/codec.ts'
import { useMappings } from '../codecs/codecs.ts'
import { MappingError, readMapping } from '../codecs/mapping/read.ts'
import type { Clock } from '../domain/clock.ts'

/** How often the folder is looked at. By their content: notices of changes get lost on network drives and in containers. */
const lookEveryMs = 2_000
/** A mapping is a page of text. */
const bytesMost = 256 * 1024

/** A mapping file, and what became of it. */
export type Found = { file: string; codec?: Codec; error?: string }

type Options = { folder: string; clock: Clock; log: Logger; signal: AbortSignal }

/**
 * Reads the operator's mappings (`*.yaml` of a folder) and puts them to use; from then on, until `signal` aborts, whenever
 * one changes. A file that became wrong is told and stays as it was before, so that a slip of the pen stops no telemetry.
 */
export async function keepMappings({ folder, clock, log, signal }: Options): Promise<void> {
  const good = new Map<string, Codec>()
  let before = ''

  async function look(): Promise<void> {
    const texts = await textsIn(folder)
    const now = JSON.stringify([...texts])
    if (now === before) return
    before = now
    for (const file of good.keys()) if (!texts.has(file)) good.delete(file)
    for (const { file, codec, error } of mappingsIn(texts)) {
      if (codec) good.set(file, codec)
      else log.error({ file, error }, 'a mapping is wrong; what it was before goes on')
    }
    useMappings([...good.values()])
    log.info({ mappings: [...good.values()].map(({ name }) => name) }, 'mappings read')
  }

  const looked = () => look().catch((err: unknown) => log.error({ err }, 'mappings cannot be read'))
  await looked()
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal)
      if (!signal.aborted) await looked()
    }
  })()
}

/** The mapping files of a folder with what is wrong in them, by name. A folder that is not there has none. */
export const findMappings = async (folder: string): Promise<Found[]> => mappingsIn(await textsIn(folder))

/** Two files of one name of a mapping would take turns at the same topics: the second is wrong. */
function mappingsIn(texts: ReadonlyMap<string, string>): Found[] {
  const names = new Map<string, string>()
  return [...texts].map(([file, text]): Found => {
    try {
      const codec = readMapping(file, text)
      const other = names.get(codec.name)
      if (other !== undefined)
        return { file, error: `${file}: ${other} has the name ${codec.name} already; take another` }
      names.set(codec.name, file)
      return { file, codec }
    } catch (error) {
      if (error instanceof MappingError) return { file, error: error.message }
      throw error
    }
  })
}

async function textsIn(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const ours = files.filter((file) => /\.ya?ml$/.test(file) && !file.startsWith('.')).sort()
  const read = ours.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8')
    // Beyond it, it is no mapping; its first part is broken YAML and told as such.
    return [basename(file), text.slice(0, bytesMost)] as const
  })
  return new Map(await Promise.all(read))
}

/** The folder of mappings in a data folder. */
export const mappingsFolder = (data: string): string => join(data, 'mappings')
