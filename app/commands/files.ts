import { closeSync, openSync, writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Fault } from '../fault.ts'

/** What is to be written where a person said, by an option; it is named where that cannot be done. */

function unwritable(option: string, path: string, cause: unknown): Fault {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  return new Fault(`${path} cannot be written (${code}): give ${option} a file in a folder that is there.`, { cause })
}

/** Writes a whole file. */
export async function writeGiven(option: string, path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause) => {
    throw unwritable(option, path, cause)
  })
}

export type GivenLines = { write(line: string): void; close(): void }

/** A file that takes lines; each is there at once, so that it can be followed and a kill costs none. */
export function openLines(option: string, path: string): GivenLines {
  try {
    const file = openSync(path, 'w')
    return { write: (line) => void writeSync(file, `${line}\n`), close: () => closeSync(file) }
  } catch (cause) {
    throw unwritable(option, path, cause)
  }
}
