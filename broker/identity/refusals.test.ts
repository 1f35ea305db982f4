import { pino } from 'pino'
import { expect, it } from 'vitest'
import { virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { listAudit } from '../../store/audit.ts'
import { onBothEngines } from '../../test/engines.ts'
import { openRefusals, type Refusal } from './refusals.ts'

const log = pino({ level: 'silent' })
const refusal = (fields: Partial<Refusal> = {}): Refusal => ({
  ...{ what: 'publish', code: 'topic_foreign', who: 'device:watch-1', subject: 'device:watch-1' },
  ...{ detail: 'vigil/v1/other/signals', address: '10.0.0.7', ...fields },
})

onBothEngines((engine) => {
  async function opened() {
    const store = await engine.open()
    const clock = virtualClock()
    let away = false
    const refusals = openRefusals({
      store: { ...store, write: (work) => (away ? Promise.reject(new Error('away')) : store.write(work)) },
      clock,
      log,
    })
    const stopping = new AbortController()
    const working = refusals.work(stopping.signal)
    const rows = async () => (await listAudit(store.db, { most: 1_000 })).items
    return {
      refusals,
      clock,
      rows,
      away: (now: boolean) => {
        away = now
      },
      /** Lets a second pass and everything be written. */
      async end() {
        stopping.abort()
        await working
      },
    }
  }

  it('equal refusals are one row with their count, also over seconds', async () => {
    const { refusals, clock, rows, end } = await opened()
    for (let second = 0; second < 3; second++) {
      for (let n = 0; n < 100; n++) refusals.note(refusal())
      refusals.note(refusal({ detail: 'vigil/v1/third/signals' }))
      await clock.advance(1_000)
      await expect
        .poll(async () => (await rows()).find(({ detail }) => detail.includes('other'))?.count)
        .toBe((second + 1) * 100)
    }
    await end()
    expect((await rows()).map(({ detail, count }) => [detail, count]).sort()).toEqual([
      ['vigil/v1/other/signals', 300],
      ['vigil/v1/third/signals', 3],
    ])
  })

  it('what somebody makes up is not told apart beyond the limit, and hides nobody else', async () => {
    const { refusals, rows, end } = await opened()
    for (let n = 0; n < 50_000; n++) {
      const made = { what: 'connect', code: 'unauthenticated', who: undefined, subject: `device:made-up-${n}` } as const
      refusals.note(refusal({ ...made, detail: 'no such name', address: `2001:db8::${n.toString(16)}` }))
      refusals.note(refusal({ detail: `vigil/v1/made-up-${n}/signals` }))
    }
    refusals.note(refusal({ who: 'device:honest', subject: 'device:honest', detail: 'vigil/v1/mistake/readings' }))
    await end()
    const all = await rows()
    expect(all.length).toBeLessThanOrEqual(limits.refusalRowsPerHour)
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(100_001)
    expect(all.find(({ subject }) => subject === 'device:honest')).toMatchObject({ count: 1 })
    const ofWatch = all.filter(({ who }) => who === 'device:watch-1')
    expect(ofWatch.length).toBe(limits.refusedTopicsApart + 1)
    expect(all.find(({ subject }) => subject === 'others')?.count).toBe(50_000 - limits.refusalRowsPerHour / 2)
  })

  it('the devices of one vendor, or of none, hide nothing of another vendor, and the vendor sees that there were more', async () => {
    const { refusals, rows, end } = await opened()
    const of = (vendor: string | undefined, n: number) =>
      refusal({ who: `device:${vendor}-${n}`, subject: `device:${vendor}-${n}`, vendor })
    for (let n = 0; n < 1_000; n++) for (const vendor of ['acme', undefined]) refusals.note(of(vendor, n))
    refusals.note(of('bolt', 1))
    await end()
    const all = await rows()
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(2_001)
    expect(all.find(({ subject }) => subject === 'device:bolt-1')).toMatchObject({ count: 1 })
    const rest = 1_000 - limits.refusalRowsPerVendor
    for (const subject of ['vendor:acme', 'others'])
      expect(all.find((row) => row.subject === subject)).toMatchObject({ count: rest, who: 'nobody' })
    expect(all.length).toBe(2 * limits.refusalRowsPerVendor + 3)
  })

  it('an outage of the database loses no count, and text that it would not take is mended', async () => {
    const { refusals, clock, rows, away, end } = await opened()
    away(true)
    refusals.note(refusal({ detail: `vigil/\0/${'x'.repeat(9_000)}\ud800` }))
    await clock.advance(1_000)
    refusals.note(refusal())
    refusals.note(refusal())
    await clock.advance(1_000)
    away(false)
    await end()
    const all = await rows()
    expect(all.map(({ count }) => count).sort()).toEqual([1, 2])
    expect(all.every(({ detail }) => detail.length <= 200 && !detail.includes('\0'))).toBe(true)
  })
})
