import { basename } from 'node:path'
import { MappingError, readMapping } from '../../../codecs/mapping/read.ts'
import type { Config } from '../../config.ts'
import { findMappings, mappingsFolder } from '../../mappings.ts'
import { readGiven } from '../files.ts'

/** Whether mapping files are right, one line a file; several where one is wrong in several places. */
export async function checkMappings(config: Config, files: string[]): Promise<{ lines: string[]; isGood: boolean }> {
  const folder = mappingsFolder(config.data)
  const found = files.length > 0 ? await Promise.all(files.map(checkFile)) : await findMappings(folder)
  if (found.length === 0) return { lines: [`There are no mappings in ${folder}.`], isGood: true }
  const lines = found.map(
    ({ file, codec, error }) => error ?? `${file}: ${codec?.name} reads ${codec?.topics.join(', ')}`,
  )
  return { lines, isGood: found.every(({ error }) => error === undefined) }
}

async function checkFile(path: string) {
  const file = basename(path)
  const text = (await readGiven(path)).toString('utf8')
  try {
    return { file, codec: readMapping(path, text), error: undefined }
  } catch (error) {
    if (error instanceof MappingError) return { file, codec: undefined, error: error.message }
    throw error
  }
}
