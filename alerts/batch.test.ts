import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { StoredRecord } from '../journal/journal.ts'
import { readPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { onBothEngines } from '../test/engines.ts'
import {
  allTickets,
  noon,
  recordOf,
  startTimeline,
  story,
  type Timeline,
  type TimelineOptions,
} from '../test/timeline.ts'
import { consumer, foldBatch } from './batch.ts'
import { currentRules, type Rules } from './judge.ts'
import { brokenTotal, signalsDoubted, signalsFolded, signalsSkewed } from './metrics.ts'

const sosOf = (device: string, seq: number, more: object = {}): StoredRecord =>
  recordOf(device, { signal: 'sos', ...more }, noon + seq * 1_000, seq)
const reading = (seq: number): StoredRecord => recordOf('watch', { readings: { heart_rate: 72 } }, noon, seq, 'bulk')

/** A store over which a test has a say: `before` and `after` run inside every transaction and may break it. */
function meddledWith(store: Store, meddle: { before?: () => void; after?: () => void }): Store {
  return {
    ...store,
    write: (work) =>
      store.write(async (tx) => {
        meddle.before?.()
        const result = await work(tx)
        meddle.after?.()
        return result
      }),
  }
}

const fold = ({ store, clock, log }: Timeline, records: StoredRecord[], more: { store?: Store; rules?: Rules } = {}) =>
  foldBatch({ store, clock, log, rules: currentRules, ...more }, records)
const breaks = (message: string) => () => {
  throw new Error(message)
}
const counted = async (what: string) => {
  const { values } = await signalsFolded.get()
  return values.filter(({ labels }) => labels.what === what).reduce((sum, { value }) => sum + value, 0)
}

onBothEngines((engine) => {
  const open = async (options: TimelineOptions = {}) => startTimeline({ ...options, store: await engine.open() })

  describe('a batch', () => {
    it('commits its tickets and its position together, a lane at a time', async () => {
      const night = await open()
      await fold(night, [sosOf('watch', 1), sosOf('pendant', 2)])
      await fold(night, [reading(1), reading(2), reading(3)])
      expect(await allTickets(night.store)).toHaveLength(2)
      expect(await readPosition(night.store.db, consumer, 'urgent')).toBe(2)
      expect(await readPosition(night.store.db, consumer, 'bulk')).toBe(3)
    })

    it('that crashes before its commit leaves nothing, and run again gives the same tickets', async () => {
      const [night, calm] = [await open(), await open()]
      const records = [sosOf('watch', 1), sosOf('pendant', 2), sosOf('watch', 3)]
      const crashing = meddledWith(night.store, { after: breaks('killed before the commit') })
      await expect(fold(night, records, { store: crashing })).rejects.toThrow('killed')
      expect(await allTickets(night.store)).toEqual([])
      expect(await night.events()).toEqual([])
      expect(await night.receipts()).toEqual([])
      expect(await readPosition(night.store.db, consumer, 'urgent')).toBe(0)

      await fold(night, records)
      await fold(calm, records)
      expect(await allTickets(night.store)).toEqual(await allTickets(calm.store))
      expect(await night.events()).toEqual(await calm.events())
    })

    it('whose commit was not heard of changes nothing when it comes again, not even a count', async () => {
      const night = await open()
      const records = [sosOf('watch', 1, { at: noon }), sosOf('watch', 2, { at: noon })]
      await fold(night, records)
      const before = await allTickets(night.store)
      expect(before[0]?.evidence).toMatchObject([{ repeats: 1 }])
      await fold(night, records)
      expect(await allTickets(night.store)).toEqual(before)
      expect(await night.receipts()).toHaveLength(2)
    })

    it('whose work the store runs twice is counted once, and only after the commit', async () => {
      const night = await open()
      let runs = 0
      const twice = meddledWith(night.store, {
        after: () => {
          runs += 1
        },
      })
      const passing: Store = {
        ...night.store,
        write: async (work) => {
          await night.store
            .write(async (tx) => {
              await work(tx)
              throw new Error('a passing failure')
            })
            .catch(() => undefined)
          return twice.write(work)
        },
      }
      const opened = await counted('open')
      await fold(night, [sosOf('watch', 1)], { store: passing })
      expect(runs).toBe(1)
      expect(await counted('open')).toBe(opened + 1)
      expect((await night.ticket()).number).toBe(1)
    })

    it('counts what became of its signals, their doubts and the clocks that are off', async () => {
      const night = await open()
      const values = async () => {
        const [folded, doubted, skewed] = [
          await signalsFolded.get(),
          await signalsDoubted.get(),
          await signalsSkewed.get(),
        ]
        const labels = { signal: 'sos', what: 'join', reason: 'same_episode' }
        return {
          joined: folded.values.find((value) => isDeepStrictEqual(value.labels, labels))?.value ?? 0,
          tests: doubted.values.find((value) => value.labels.doubt === 'test')?.value ?? 0,
          skewed: skewed.values[0]?.value ?? 0,
        }
      }
      const before = await values()
      await fold(night, [sosOf('watch', 1), sosOf('watch', 2, { at: noon + 86_400_000, test: true })])
      const { joined, tests, skewed } = await values()
      expect([joined - before.joined, tests - before.tests, skewed - before.skewed]).toEqual([1, 1, 1])
    })

    it('waits for a database that fails: it rejects and nothing is decided', async () => {
      const night = await open()
      const failing = meddledWith(night.store, { before: breaks('disk full') })
      await expect(fold(night, [sosOf('watch', 1)], { store: failing })).rejects.toThrow('disk full')
      await fold(night, [sosOf('watch', 1)])
      expect(await night.ticket()).toMatchObject({ unverified: false })
    })

    it('is not taken for broken while the database comes and goes', async () => {
      const night = await open()
      let failures = 2
      const flickering = meddledWith(night.store, {
        before: () => {
          if (failures-- > 0) throw new Error('connection lost')
        },
      })
      await expect(fold(night, [sosOf('watch', 1)], { store: flickering })).rejects.toThrow('connection lost')
      await fold(night, [sosOf('watch', 1)], { store: flickering })
      expect(await night.ticket()).toMatchObject({ unverified: false })
    })
  })

  describe('a record that the database will not take', () => {
    /** Alerts of the radar name no reason, which no column takes. */
    const poisonous: Rules = {
      ...currentRules,
      detect: (signal) => ({
        ...currentRules.detect(signal),
        ...(signal.confidence === 0.75 ? { reason: JSON.parse('null') } : {}),
      }),
    }

    it('opens its ticket in the simplest form and blocks nothing, before it or behind it', async () => {
      const night = await open()
      const broken = (await brokenTotal.get()).values[0]?.value ?? 0
      const records = [sosOf('pendant', 1), sosOf('radar', 2, { confidence: 0.75 }), sosOf('stray', 3)]
      await fold(night, records, { rules: poisonous })
      expect(await allTickets(night.store)).toMatchObject([
        { device: 'pendant', unverified: false },
        {
          device: 'radar',
          home: 'elm',
          unverified_reasons: ['internal_error'],
          evidence: [{ reason: 'internal_error' }],
        },
        { device: 'stray', unverified_reasons: ['no_home'] },
      ])
      expect(await readPosition(night.store.db, consumer, 'urgent')).toBe(3)
      expect((await brokenTotal.get()).values[0]?.value).toBe(broken + 1)
    })

    it('joins its episode like any other signal', async () => {
      const night = await open()
      await fold(night, [sosOf('watch', 1), sosOf('radar', 2, { confidence: 0.75 })], { rules: poisonous })
      expect(story(await night.ticket())).toEqual(['opened: no_ticket_within_gap', 'evidence_added: same_episode'])
    })
  })

  it('a record over which even decoding breaks is passed over with an error, and its lane goes on', async () => {
    const night = await open()
    const rules: Rules = {
      ...currentRules,
      decode: (record) => (record.seq === 1 ? breaks('a codec that breaks')() : currentRules.decode(record)),
    }
    await fold(night, [sosOf('watch', 1), sosOf('watch', 2)], { rules })
    expect(await night.ticket()).toMatchObject({ id: 't-u2-0' })
  })
})
