import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import { needs } from '../test/real_parts.ts'
import { type EmbeddedOptions, openEmbedded } from './embedded.ts'
import type { Point, Telemetry } from './telemetry.ts'

const now = Date.UTC(2026, 10, 22, 8)
const day = 24 * 3_600_000
const never = new AbortController().signal
let data: string
const opened: Telemetry[] = []

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-embedded-'))
})
afterEach(async () => {
  for (const telemetry of opened.splice(0)) await telemetry.close()
  await rm(data, { recursive: true, force: true })
})

function openHere(options: Partial<EmbeddedOptions> = {}): Telemetry {
  const telemetry = openEmbedded({ data, clock: virtualClock(now), log: pino({ level: 'silent' }), ...options })
  opened.push(telemetry)
  return telemetry
}

/** One point a second from `from` on. */
const seconds = (from: number, count: number, device = 'watch-1'): Point[] =>
  Array.from({ length: count }, (_, i) => ({
    device,
    metric: 'heart_rate',
    at: from + i * 1_000,
    value: i,
    implausible: false,
  }))
const everything = { devices: ['watch-1'], from: 0, to: now + 100 * day, most: 1_000_000 }

async function instantsOf(telemetry: Telemetry, device = 'watch-1'): Promise<number[]> {
  const series = await telemetry.read({ ...everything, devices: [device] })
  return series.flatMap(({ points }) => points.map(([at]) => at))
}

/** A log that tells of its first error. */
function listeningLog() {
  let tell = () => {}
  const firstError = new Promise<void>((resolve) => {
    tell = resolve
  })
  return { log: pino({ level: 'error' }, { write: tell }), firstError }
}

describe('embedded telemetry', () => {
  it('forgets by age', async () => {
    const telemetry = openHere({ keepMs: 7 * day })
    await telemetry.write([...seconds(now - 8 * day, 20_000), ...seconds(now - 6 * day, 3)], never)
    await telemetry.trim()
    expect(await instantsOf(telemetry)).toEqual([0, 1, 2].map((i) => now - 6 * day + i * 1_000))
  })

  it('forgets the oldest by size, and uses their room again', async () => {
    const telemetry = openHere({ bytes: 1_000_000 })
    await telemetry.write(seconds(now - 6 * day, 80_000), never)
    await telemetry.trim()
    const kept = await instantsOf(telemetry)
    expect(kept.length).toBeGreaterThan(20_000)
    expect(kept.length).toBeLessThan(60_000)
    expect(kept).toEqual(
      seconds(now - 6 * day, 80_000)
        .slice(-kept.length)
        .map(({ at }) => at),
    )

    // 200,000 points would take 4 MB where room were not used again.
    for (let round = 1; round <= 3; round++) {
      await telemetry.write(seconds(now - 5 * day + round * 80_000_000, 40_000), never)
      await telemetry.trim()
    }
    expect((await stat(join(data, 'telemetry.sqlite'))).size).toBeLessThan(2_500_000)
  })

  it('keeps all of it where age and size allow', async () => {
    const telemetry = openHere({ keepMs: 7 * day })
    await telemetry.write(seconds(now - 6 * day, 12_345), never)
    await telemetry.trim()
    expect(await instantsOf(telemetry)).toHaveLength(12_345)
  })

  it('is there again after a restart', async () => {
    const first = openEmbedded({ data, clock: virtualClock(now), log: pino({ level: 'silent' }) })
    await first.write(seconds(now, 10), never)
    await first.close()
    const second = openHere()
    await second.write(seconds(now + 10_000, 10), never)
    expect(await instantsOf(second)).toEqual(seconds(now, 20).map(({ at }) => at))
  })

  it('is read by another process while it is written, and before there is anything to read', async () => {
    const reader = openHere({ readOnly: true })
    expect(await reader.read(everything)).toEqual([])
    const writer = openHere()
    expect(await reader.read(everything)).toEqual([])
    await writer.write(seconds(now, 10), never)
    expect(await instantsOf(reader)).toHaveLength(10)
    await writer.write(seconds(now + 10_000, 10), never)
    expect(await instantsOf(reader)).toHaveLength(20)
    await expect(reader.write(seconds(now, 1), never)).rejects.toThrow()
  })

  it('lets others run while it writes, reads, means and trims much', async () => {
    const telemetry = openHere({ keepMs: 0 })
    const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
      let turns = 0
      let isDone = false
      void work.finally(() => {
        isDone = true
      })
      for (; !isDone; turns++) await new Promise((resolve) => setImmediate(resolve))
      return turns
    }
    expect(await turnsDuring(telemetry.write(seconds(now - 6 * day, 100_000), never))).toBeGreaterThanOrEqual(20)
    expect(await turnsDuring(telemetry.read(everything))).toBeGreaterThanOrEqual(20)
    expect(await turnsDuring(telemetry.read({ ...everything, every: day }))).toBeGreaterThanOrEqual(20)
    expect(await turnsDuring(telemetry.trim())).toBeGreaterThanOrEqual(10)
    expect(await telemetry.read(everything)).toEqual([])
  })

  it('waits while another process holds the file, and then stores everything', async () => {
    const { log, firstError } = listeningLog()
    const telemetry = openHere({ clock: systemClock, log })
    const other = new DatabaseSync(join(data, 'telemetry.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    const writing = telemetry.write(seconds(now, 10), never)
    await firstError
    other.exec('COMMIT')
    other.close()
    expect(await writing).toEqual([])
    expect(await instantsOf(telemetry)).toHaveLength(10)
  })
})

describe.skipIf(!needs('tmpfs'))('embedded telemetry on a small disk', () => {
  beforeEach(() => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', data]))
  afterEach(async () => {
    for (const telemetry of opened.splice(0)) await telemetry.close()
    execFileSync('umount', ['-l', data])
  })

  it('waits while the disk is full, and then stores everything, new series too', async () => {
    const { log, firstError } = listeningLog()
    const telemetry = openHere({ clock: systemClock, log })
    await telemetry.write(seconds(now, 1_000), never)
    const ballast = join(data, 'ballast')
    await fill(ballast)
    const writing = telemetry.write([...seconds(now, 20_000, 'watch-2'), ...seconds(now, 5_000)], never)
    await firstError
    await rm(ballast)
    expect(await writing).toEqual([])
    expect([await instantsOf(telemetry), await instantsOf(telemetry, 'watch-2')]).toEqual([
      seconds(now, 5_000).map(({ at }) => at),
      seconds(now, 20_000).map(({ at }) => at),
    ])
  })

  it('lets go where it is aborted while the disk is full', async () => {
    const { log, firstError } = listeningLog()
    const stop = new AbortController()
    const telemetry = openHere({ clock: systemClock, log })
    await fill(join(data, 'ballast'))
    const writing = telemetry.write(seconds(now, 5_000), stop.signal)
    await firstError
    stop.abort()
    await expect(writing).rejects.toThrow()
  })

  async function fill(path: string): Promise<void> {
    const { bavail, bsize } = await statfs(data)
    const file = await open(path, 'w')
    await file.write(Buffer.alloc(bavail * bsize, 1))
    await file.close()
  }
})
