import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { needs } from './real_parts.ts'
import { startTimeline, type Timeline, type TimelineOptions } from './timeline.ts'

/** Opens a timeline on a fresh store; it is closed after the test. */
export type Open = (options?: Pick<TimelineOptions, 'rules'>) => Promise<Timeline>

/** Runs the same tests over the embedded store and over a real PostgreSQL. Once a file: each call starts a server. */
export function onBothEngines(tests: (open: Open) => void): void {
  describe('SQLite', () => tests(closingAfterEach(startTimeline)))
  describe.skipIf(!needs('postgres'))('PostgreSQL', () => {
    let server: TestPostgres | undefined
    beforeAll(async () => {
      server = await startPostgres()
    }, 60_000)
    afterAll(async () => server?.close())
    tests(closingAfterEach(async (options) => startTimeline({ ...options, url: await server!.freshDatabase() })))
  })
}

function closingAfterEach(start: (options?: TimelineOptions) => Promise<Timeline>): Open {
  const opened: Timeline[] = []
  afterEach(async () => {
    for (const timeline of opened.splice(0)) await timeline.close()
  })
  return async (options) => {
    const timeline = await start(options)
    opened.push(timeline)
    return timeline
  }
}
