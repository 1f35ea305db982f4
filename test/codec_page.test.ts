import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Codec } from '../codecs/codec.ts'
import type { Frame } from '../codecs/frames.ts'
import { readMapping } from '../codecs/mapping/read.ts'

/** What docs/Codec.md tells people to write does what it says. */

const root = new URL('..', import.meta.url)
const page = readFileSync(new URL('docs/Codec.md', root), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'vigil-codec-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

const receivedAt = 1_795_335_331_000

/** The block of the page that is marked so. */
function block(mark: string): string {
  const found = new RegExp(`\`\`\`${mark}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1]
  if (found === undefined) throw new Error(`docs/Codec.md has no block ${mark}`)
  return found
}

/** Writes a block where it can be imported: beside the project, so with whole paths. */
function written(mark: string, name: string): string {
  const path = join(folder, name)
  const text = block(mark)
    .replaceAll(/'\.\.\/\.\.\/([^']+)'/g, (_, to) => `'${new URL(to, root).pathname}'`)
    .replaceAll(/'\.\.\/([^']+)'/g, (_, to) => `'${new URL(`codecs/${to}`, root).pathname}'`)
  writeFileSync(path, text)
  return path
}

describe('docs/Codec.md', () => {
  test('the mapping reads the frame', () => {
    const codec = readMapping('acme.yaml', block('yaml mapping'))
    const decoded = codec.decode('acme/band-7/up', Buffer.from(block('json frame')), { receivedAt })
    expect(codec.source?.('acme/band-7/up')).toBe('band-7')
    expect(decoded.readings.map(({ metric }) => metric).sort()).toEqual([
      'body_temperature',
      'latitude',
      'longitude',
      'smoke',
    ])
    expect(decoded.signals).toMatchObject([
      { signal: 'sos', at: 1_795_335_330_000, key: { id: '4711', withinMs: 3_600_000 } },
    ])
    expect(decoded.signals[0]?.position).toMatchObject({ datum: 'GCJ02' })
  })

  test('the alias is right', () => {
    expect(readMapping('upstairs.yaml', block('yaml alias'))).toMatchObject({
      name: 'z2m_upstairs',
      topics: ['home/upstairs/#'],
    })
  })

  test('the codec reads its frames', async () => {
    const { bedMat } = (await import(written('ts codec', 'bed_mat.ts'))) as { bedMat: Codec }
    const { frames } = (await import(written('ts frames', 'frames.ts'))) as { frames: Frame[] }
    const [quiet, pressed] = frames.map(({ topic, payload }) =>
      bedMat.decode(topic, payload as Uint8Array, { receivedAt }),
    )
    expect(quiet?.readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['in_bed', 1],
      ['heart_rate', 62],
    ])
    expect(quiet?.signals).toEqual([])
    expect(pressed?.signals).toEqual([{ signal: 'sos', at: undefined }])
    expect(bedMat.urgent('mat/8812', Uint8Array.of(1, 0x81, 0))).toBe(true)
    expect(bedMat.decode('mat/8812', Uint8Array.of(9), { receivedAt }).refusals).toHaveLength(1)
    expect(block('ts test')).toContain("['heart_rate', 62]")
  })
})
