import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from '../../codecs/decode.ts'
import type { Decoded } from '../../domain/message.ts'

/** The collection of public samples beside the project, which is read where it lies and never copied in. */
const folder = join(process.env.VIGIL_SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared'), 'fixtures')

/** Why there are none, in the words of a skip; undefined where there are. */
export const samplesMissing = existsSync(folder)
  ? undefined
  : `no samples at ${folder}; set VIGIL_SHARED to the folder that holds fixtures/`

export const sampleFolders = (): string[] => (samplesMissing ? [] : readdirSync(folder).sort())

/**
 * One sample. `entry` is what its index says of it (`expected_by_source`, `eldercare_mapping_by_this_report`, …), `bytes` the
 * file, or the frame of a vector (`raw` text, or `hex`).
 */
export type Sample = { id: string; folder: string; bytes: Buffer; entry: Record<string, unknown> }

/** Something that a sample's source or report says of it, put to what our codec makes of it. */
export type Claim = { what: string; holds(decoded: Decoded): boolean; got(decoded: Decoded): string }

/** How the samples of one folder are to be read. */
export type Format = {
  folder: string
  /** The messages that a sample is, in order; none where there is nothing to run (`left` says why). Absent: one message of the
   *  sample's bytes on the `topic` of its entry. */
  messages?(sample: Sample): SampleMessage[]
  /** Why a sample is not run at all; undefined where it is. */
  left?(sample: Sample): string | undefined
  /** What is claimed beside the shared table in mapping.ts, mostly of `expected_by_source`. */
  claims?(sample: Sample): Claim[]
  /** Where we know better: `{id} {what}`, or `* {what}` for all of the folder -> why. */
  disagreements?: Record<string, string>
}
export type SampleMessage = Pick<Message, 'topic' | 'payload'> & Partial<Message>

/** All samples of a folder: its files, and the vectors in them. */
export function samplesOf(name: string): Sample[] {
  const index = JSON.parse(readFileSync(join(folder, name, 'index.json'), 'utf8')) as { files?: IndexEntry[] }
  return (index.files ?? []).flatMap((entry) =>
    entry.count === undefined ? [fileSample(name, entry)] : vectors(name, entry),
  )
}

type IndexEntry = Record<string, unknown> & { file: string; count?: number }

const fileSample = (name: string, entry: IndexEntry): Sample => {
  const bytes = readFileSync(join(folder, name, entry.file))
  return { id: entry.file, folder: name, bytes, entry }
}

function vectors(name: string, { file }: IndexEntry): Sample[] {
  const content = JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as unknown
  const list = Array.isArray(content) ? content : ((content as { vectors?: unknown[] }).vectors ?? [])
  return (list as Record<string, unknown>[]).map((entry) => ({
    id: String(entry.id),
    folder: name,
    bytes: bytesOf(entry),
    entry,
  }))
}

function bytesOf({ kind, raw, hex }: Record<string, unknown>): Buffer {
  if (typeof hex === 'string') return Buffer.from(hex, 'hex')
  if (typeof raw !== 'string') return Buffer.alloc(0)
  return kind === 'hex' ? Buffer.from(raw, 'hex') : Buffer.from(raw)
}
