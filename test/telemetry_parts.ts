import { pino } from 'pino'
import { type Clock, systemClock } from '../domain/clock.ts'
import type { Point } from '../ingest/telemetry.ts'

/** What the tests of telemetry have in common. */
export const start = Date.UTC(2026, 10, 22, 8)
export const never = new AbortController().signal
export const silent = pino({ level: 'silent' })

/** Log lines as they come, and a promise for the next one of a level. */
export function recordingLog() {
  const lines: { level: number; msg: string; reason?: string }[] = []
  const waiting: { level: number; resolve: () => void }[] = []
  const levels = { warn: 40, error: 50 } as const
  const log = pino({ level: 'info' }, { write: (text) => take(JSON.parse(text)) })
  function take(line: (typeof lines)[number]) {
    lines.push(line)
    for (const one of waiting.filter(({ level }) => level === line.level)) one.resolve()
  }
  const next = (level: keyof typeof levels) =>
    new Promise<void>((resolve) => waiting.push({ level: levels[level], resolve }))
  return { log, lines, next }
}

/** A clock that does not let anybody wait, but notes how long they wanted to. */
export function hastyClock(now = start): Clock & { waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => now,
    after: systemClock.after,
    async sleep(ms) {
      waits.push(ms)
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  }
}

/** `count` instants of one device, with three metrics each. */
export function instants(device: string, count: number, from = start): Point[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    (['heart_rate', 'spo2', 'battery'] as const).map((metric) => ({
      device,
      metric,
      at: from + i * 1_000,
      value: i,
      implausible: false,
    })),
  )
}
