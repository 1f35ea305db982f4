import { glob, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deviceModels } from '../../../simulators/devices/models.ts'
import type { Mistake } from '../../../simulators/scenarios/reading/mistake.ts'
import { possible } from '../../../simulators/scenarios/reading/possible.ts'
import { readScenario } from '../../../simulators/scenarios/reading/read.ts'
import type { Scenario } from '../../../simulators/scenarios/reading/scenario.ts'
import { Fault } from '../../fault.ts'

/** The stories that ship. */
const storiesFolder = fileURLToPath(new URL('../../../simulators/scenarios/stories', import.meta.url))

/** The files that some paths mean: files, folders with `.yaml` in them, or patterns; none: the stories that ship. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths.length > 0 ? paths : [storiesFolder]) {
    const files = await filesAt(path)
    if (files.length === 0)
      throw new Fault(`There is no scenario at ${path}: name a .yaml file, a folder or a pattern.`)
    found.push(...files)
  }
  return [...new Set(found)]
}

async function filesAt(path: string): Promise<string[]> {
  const what = await stat(path).catch(() => undefined)
  if (what?.isFile()) return [path]
  const pattern = what?.isDirectory() ? join(path, '*.{yaml,yml}') : path
  const files: string[] = []
  for await (const file of glob(pattern)) files.push(file)
  return files.sort()
}

/** Reads the files; gives either all scenarios, or all mistakes of all files. */
export async function readScenarios(
  files: readonly string[],
  seed?: number,
): Promise<{ scenarios: Scenario[]; mistakes: Mistake[] }> {
  const read = await Promise.all(
    files.map(async (path) => {
      const file = shown(path)
      const found = readScenario(await readFile(path, 'utf8'), { file, models: deviceModels, ...(seed && { seed }) })
      return 'mistakes' in found ? found : possible(found.scenario)
    }),
  )
  return {
    scenarios: read.flatMap((found) => ('scenario' in found ? [found.scenario] : [])),
    mistakes: read.flatMap((found) => ('mistakes' in found ? found.mistakes : [])),
  }
}

/** A path as short as it can be said from here. */
function shown(path: string): string {
  const near = relative('.', path)
  return near.startsWith('..') ? path : near
}
