import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'

/** A file that is written line by line and never overwrites another. */
export type LineFile = {
  /** Bytes written so far. */
  bytes(): number
  write(line: string): void
  /** Resolves when the file can take more; at once as long as it keeps up. Rejects where it cannot be written. */
  ready(): Promise<void>
  /** Writes what is left and closes. */
  close(): Promise<void>
  /** Closes and removes it. */
  discard(): Promise<void>
}

/** Lines are handed to the file in pieces of about this many characters. */
const PIECE = 64 * 1024

/** Opens a new file; rejects with a sentence where there is one already. */
export async function openLineFile(path: string): Promise<LineFile> {
  const stream = createWriteStream(path, { flags: 'wx' })
  let failure: unknown
  let goOn = () => {}
  stream.on('error', (error) => {
    failure = error
  })
  stream.on('drain', () => goOn())
  stream.on('close', () => goOn())
  await once(stream, 'open').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST')
      throw new Error(`${path} is there already: name another folder or remove it`, { cause })
    throw cause
  })
  let piece = ''
  const hand = () => {
    if (piece !== '') stream.write(piece)
    piece = ''
  }
  async function close(): Promise<void> {
    hand()
    stream.end()
    if (!stream.closed) await once(stream, 'close')
    if (failure) throw failure
  }
  return {
    bytes: () => stream.bytesWritten + stream.writableLength + Buffer.byteLength(piece),
    write(line) {
      piece += `${line}\n`
      if (piece.length >= PIECE) hand()
    },
    async ready() {
      if (stream.writableNeedDrain && !stream.closed)
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
      if (failure) throw failure
    },
    close,
    async discard() {
      await close()
      await rm(path)
    },
  }
}
