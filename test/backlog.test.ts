import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { consumer } from '../alerts/batch.ts'
import { startAlerts } from '../alerts/start.ts'
import { systemClock } from '../domain/clock.ts'
import { topicOf } from '../domain/topics.ts'
import type { Journal } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { readPosition } from '../store/positions.ts'
import { recordOf, startTimeline, type Timeline } from './timeline.ts'
import { until } from './until.ts'

const backlog = 1_000_000
const folders: string[] = []
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function openJournal(): Promise<Journal> {
  const path = await mkdtemp(join(tmpdir(), 'vigil-backlog-'))
  folders.push(path)
  const journal = await openLmdbJournal({ path, clock: systemClock })
  closing.push(() => journal.close())
  return journal
}

async function fillBulk(journal: Journal): Promise<void> {
  const topic = topicOf('radar', 'readings')
  const record = { ...recordOf('radar', { readings: { presence: 1 } }, Date.now(), 0, 'bulk'), topic }
  const chunk = 20_000
  for (let done = 0; done < backlog; done += chunk) {
    await Promise.all(Array.from({ length: chunk }, () => journal.append('bulk', record)))
  }
}

async function openNight(): Promise<Timeline> {
  const night = await startTimeline()
  closing.push(() => night.close())
  return night
}

it(`an SOS behind ${backlog.toLocaleString('en')} bulk records is ticketed while they still wait`, async () => {
  const journal = await openJournal()
  const night = await openNight()
  await fillBulk(journal)
  await journal.append('urgent', recordOf('watch', { signal: 'sos' }, Date.now(), 0))
  const alerts = await startAlerts({ journal, store: night.store, clock: systemClock, log: night.log, zone: 'UTC' })
  closing.push(() => alerts.close())

  const ticket = await until('the ticket of the SOS', async () => (await night.tickets())[0])
  const folded = await readPosition(night.store.db, consumer, 'bulk')
  expect(ticket).toMatchObject({ kind: 'sos', home: 'elm', state: 'open' })
  expect(await journal.head('bulk')).toBe(backlog)
  expect(folded).toBeLessThan(backlog / 2)
  expect(await readPosition(night.store.db, consumer, 'urgent')).toBe(1)
}, 120_000)
