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
  rate_hz: number
  x: number[]
  y: number[]
  z: number[]
}

type Entry = { id: string; subj: string; act: string; fall: boolean; acc: { off: number; n: number; fs: number } }
type Index = { accScale: number; trials: Entry[] }

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
  const { accScale, trials } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as Index
  const raw = await promisify(brotliDecompress)(await readFile(join(folder, 'acc.bin.br')))
  const deltas = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return trials.map(({ id, subj, act, fall, acc: { off, n, fs } }) => {
    const axis = (index: number) => plane(deltas, off + index * n, n, accScale)
    return { id, person: subj, act, isFall: fall, rate_hz: fs, x: axis(0), y: axis(1), z: axis(2) }
  })
}
