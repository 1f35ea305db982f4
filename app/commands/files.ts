import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { Fault } from '../fault.ts'

/** What is to be written where a person said, by an option; it is named where that cannot be done. */

function unwritable(option: string, path: string, cause: unknown): Fault {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  return new Fault(`${path} cannot be written (${code}): give ${option} a file in a folder that is there.`, { cause })
}

/** Reads a whole file that a person named. */
export const readGiven = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new Fault(`${path} cannot be read (${cause.code ?? 'unknown'}): name a file that is there.`, { cause })
  })

/** Writes a whole file; `mode` where it is not for everybody. */
export async function writeGiven(option: string, path: string, text: string, mode?: number): Promise<void> {
  await writeFile(path, text, { ...(mode !== undefined && { mode }) }).catch((cause) => {
    throw unwritable(option, path, cause)
  })
}

export type GivenLines = { write(line: string): void; close(): void }

/** A file that takes lines; each is there at once, so that it can be followed and a kill costs none. */
export function openLines(option: string, path: string): GivenLines {
  try {
    return linesOf(openSync(path, 'w'))
  } catch (cause) {
    throw unwritable(option, path, cause)
  }
}

const linesOf = (file: number): GivenLines => ({
  write: (line) => void writeSync(file, `${line}\n`),
  close: () => closeSync(file),
})

/** The same for secrets that are told once: readable by the owner alone, and never over a file that is there. */
export function openSecretLines(option: string, path: string): GivenLines {
  try {
    return linesOf(openSync(path, 'wx', 0o600))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(option, path, cause)
    throw new Fault(`${path} is there already and may hold what is told only once: give ${option} another name.`, {
      cause,
    })
  }
}
