import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

const TIMES = 50
const BYTES = 4_096

/** What one fdatasync of 4 KiB costs in this folder, ms, median: without it no figure of a durable log means anything. */
export async function syncMs(folder: string): Promise<number> {
  const path = join(folder, 'sync-probe')
  const file = await open(path, 'w')
  const took: number[] = []
  for (let n = 0; n < TIMES; n++) {
    await file.write(Buffer.alloc(BYTES, n))
    const start = performance.now()
    await file.datasync()
    took.push(performance.now() - start)
  }
  await file.close()
  await rm(path)
  return took.sort((a, b) => a - b)[TIMES / 2]!
}
