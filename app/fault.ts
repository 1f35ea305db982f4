import { errorTable, VigilError } from '../domain/errors.ts'

/** What ends a command: one sentence that says what is wrong and how to mend it. It is shown without a stack. */
export class Fault extends Error {}

type SystemError = Error & { code?: string; port?: number; path?: string; hostname?: string; errcode?: number }

/** SQLite's codes for a file that is broken (11) or no database at all (26). */
const damaged = new Set([11, 26])
const damage =
  'A database file in the data folder is damaged: put back a copy of the folder, or set VIGIL_DATA to another one.'

/** What a user can do about a failure of the operating system, by its code. */
const mends: Record<string, (error: SystemError) => string | undefined> = {
  EADDRINUSE: ({ port }) =>
    `Port ${port ?? '?'} is in use: stop what listens there, or set MQTT_PORT, MQTTS_PORT, HTTP_PORT or HTTPS_PORT to another one (0 picks a free one).`,
  EADDRNOTAVAIL: () => 'This machine does not have the address in VIGIL_HOST: set one that it has, 0.0.0.0 for all.',
  ENOTFOUND: ({ hostname }) => `No machine is known as ${hostname}: correct VIGIL_HOST or DATABASE_URL.`,
  EACCES: ({ path, port }) =>
    path
      ? `No permission for ${path}: give it to this user, or set VIGIL_DATA to a folder of your own.`
      : `No permission to listen on port ${port ?? '?'}: choose one above 1023 with MQTT_PORT, MQTTS_PORT, HTTP_PORT or HTTPS_PORT.`,
  EROFS: ({ path }) => `${path ?? 'The data folder'} is on a read-only volume: set VIGIL_DATA to a writable folder.`,
  ENOSPC: () => 'The disk is full: free some space, or set VIGIL_DATA to a folder on another volume.',
  ENOTDIR: ({ path }) => `${path ?? 'VIGIL_DATA'} is not a folder: set VIGIL_DATA to one.`,
  ERR_SQLITE_ERROR: ({ errcode }) => (damaged.has(errcode ?? 0) ? damage : undefined),
  EEXIST: ({ path }) => `${path ?? 'VIGIL_DATA'} is not a folder: set VIGIL_DATA to one.`,
}

/**
 * Throws what a simulator threw so that people are shown it: a plain error of theirs is a sentence for people already,
 * all else keeps what it tells about itself.
 */
export function throwForPeople(error: SystemError): never {
  throw error.constructor === Error && error.code === undefined ? new Fault(error.message, { cause: error }) : error
}

/** A failure in one sentence for people, or undefined where it is a fault of the program and its stack is wanted. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Fault) return error.message
  if (error instanceof VigilError) return error.detail ?? errorTable[error.code].text
  if (!(error instanceof Error)) return undefined
  // How fetch says that nobody answers, of which only a Vigil elsewhere or just gone is the reason.
  if (error.message === 'fetch failed') return 'Vigil does not answer over HTTP: is it running? npm start starts it.'
  const mend = mends[(error as SystemError).code ?? '']
  return mend?.(error)
}
