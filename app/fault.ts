import { errorTable, VigilError } from '../domain/errors.ts'

/** What ends a command: one sentence that says what is wrong and how to mend it. It is shown without a stack. */
export class Fault extends Error {}

type SystemError = Error & { code?: string; port?: number; path?: string }

/** What a user can do about a failure of the operating system, by its code. */
const mends: Record<string, (error: SystemError) => string> = {
  EADDRINUSE: ({ port }) =>
    `Port ${port ?? '?'} is in use: stop what listens there, or set MQTT_PORT or HTTP_PORT to another one (0 picks a free one).`,
  EADDRNOTAVAIL: () => 'This machine does not have the address in VIGIL_HOST: set one that it has, 0.0.0.0 for all.',
  EACCES: ({ path, port }) =>
    path
      ? `No permission for ${path}: give it to this user, or set VIGIL_DATA to a folder of your own.`
      : `No permission to listen on port ${port ?? '?'}: choose one above 1023 with MQTT_PORT or HTTP_PORT.`,
  EROFS: ({ path }) => `${path ?? 'The data folder'} is on a read-only volume: set VIGIL_DATA to a writable folder.`,
  ENOSPC: () => 'The disk is full: free some space, or set VIGIL_DATA to a folder on another volume.',
  ENOTDIR: ({ path }) => `${path ?? 'VIGIL_DATA'} is not a folder: set VIGIL_DATA to one.`,
  EEXIST: ({ path }) => `${path ?? 'VIGIL_DATA'} is not a folder: set VIGIL_DATA to one.`,
}

/** A failure in one sentence for people, or undefined where it is a fault of the program and its stack is wanted. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Fault) return error.message
  if (error instanceof VigilError) return error.detail ?? errorTable[error.code].text
  if (!(error instanceof Error)) return undefined
  const mend = mends[(error as SystemError).code ?? '']
  return mend?.(error)
}
