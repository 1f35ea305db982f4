import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

/** A labelled accelerometer trial of `data/falls`; axes in g, `rate_hz` samples a second. */
export type Trial = {
  id: string
  person: string
  act: string
  isFall: boolean
  isElder: boolean
  placement: string
  rate_hz: number
  /** The sensor clips here, g. */
  range_g: number
  /** Start and end of the fall in seconds, where somebody marked them. */
  span: readonly [number, number] | undefined
  x: number[]
  y: number[]
  z: number[]
}

type Entry = {
  id: string
  subj: string
  act: string
  fall: boolean
  elder?: boolean | null
  pos?: string | null
  span?: [number, number] | null
  acc: { off: number; n: number; fs: number }
}
type Index = { accScale: number; accRange?: number; trials: Entry[] }

/** A plane of first differences summed up again; 16-bit sums wrap. `from`: its first element. */
function plane(deltas: DataView, from: number, count: number, scale: number): number[] {
  let sum = 0
  return Array.from({ length: count }, (_, n) => {
    sum = ((sum + deltas.getInt16(2 * (from + n), true)) << 16) >> 16
    return sum * scale
  })
}

/** Reads a set (`sisfall-waist`, `weda-wrist`) from the folder of the recorded falls; the README there has the format. */
export async function readTrials(falls: string, set: string): Promise<Trial[]> {
  const folder = join(falls, set)
  const { accScale, accRange, trials } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as Index
  const raw = await promisify(brotliDecompress)(await readFile(join(folder, 'acc.bin.br')))
  const deltas = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return trials.map((entry) => {
    const { off, n, fs } = entry.acc
    const axis = (index: number) => plane(deltas, off + index * n, n, accScale)
    return {
      ...labelsOf(entry),
      rate_hz: fs,
      range_g: accRange ?? Number.POSITIVE_INFINITY,
      x: axis(0),
      y: axis(1),
      z: axis(2),
    }
  })
}

const labelsOf = ({ id, subj, act, fall, elder, pos, span }: Entry) => ({
  id,
  person: subj,
  act,
  isFall: fall,
  isElder: elder ?? false,
  placement: pos ?? 'unknown',
  span: span ?? undefined,
})
