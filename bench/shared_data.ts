import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Recordings of real people, which are not part of the project: VIGIL_SHARED names the folder that holds them. */
const recordings = {
  homes: { folder: 'data/homes', text: 'The real homes' },
  falls: { folder: 'data/falls', text: 'The recorded falls' },
} as const
type Recording = keyof typeof recordings

/** Where a recording is or would be. */
export const folderOf = (recording: Recording): string =>
  join(resolve(process.env.VIGIL_SHARED ?? '../shared'), recordings[recording].folder)

/** That a recording is not there, in a sentence with the mend. */
export const missing = (recording: Recording): string => {
  const { folder, text } = recordings[recording]
  return `${text} are not here (${folderOf(recording)}): VIGIL_SHARED names the folder that holds ${folder}.`
}

/** The folder of a recording; throws with the mend where it is not there. */
export function recordingAt(recording: Recording): string {
  if (!existsSync(folderOf(recording))) throw new Error(missing(recording))
  return folderOf(recording)
}

/** For tests: whether a recording is there; says once in a line what is skipped where it is not. */
export function hasRecording(recording: Recording): boolean {
  const isThere = existsSync(folderOf(recording))
  if (!isThere) process.stderr.write(`skipped: ${missing(recording)}\n`)
  return isThere
}
