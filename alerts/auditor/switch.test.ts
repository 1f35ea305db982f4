import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AuditedHouse, openAuditedHouse } from '../../test/audited_house.ts'
import { onBothEngines } from '../../test/engines.ts'
import { type HttpReceiver, startHttpReceiver } from '../channels/test_receivers.ts'

/** The dead-man's switch: whoever stands behind it raises the alarm when it is asked no more. */

onBothEngines((engine) => {
  let receiver: HttpReceiver
  let house: AuditedHouse
  beforeEach(async () => {
    receiver = await startHttpReceiver()
    house = await openAuditedHouse({ store: await engine.open(), switchUrl: `${receiver.url}/ping/my-centre` })
  })
  afterEach(async () => {
    await house.close()
    await receiver.close()
  })

  /** How often it is asked in so many seconds. */
  async function asked(seconds: number): Promise<number> {
    const before = receiver.received.length
    await house.pass(seconds)
    return receiver.received.length - before
  }
  const rename = (from: string, to: string) =>
    house.night.store.write((tx) => sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(tx))

  it('is asked as soon as all was seen to be well, and then every minute', async () => {
    expect(receiver.received.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(['GET /ping/my-centre'])
    expect(await asked(600)).toBe(10)
  })

  it('is not asked by an auditor that has not judged yet, however often it starts', async () => {
    for (let n = 0; n < 10; n++) {
      await house.restart()
      expect(await asked(30)).toBe(0)
    }
    expect(await asked(20)).toBe(1)
  })

  it('is not asked while something is found, and again when it is over', async () => {
    house.stopped.add('beats')
    // Until the grace is over all is well.
    await house.pass(40)
    expect(await house.found()).toEqual(['worker_silent'])
    expect(await asked(600)).toBe(0)
    house.stopped.clear()
    expect(await asked(70)).toBeGreaterThanOrEqual(1)
    expect(await asked(600)).toBe(10)
  })

  it('is not asked while the database does not answer, and again when it does', async () => {
    await rename('positions', 'positions_gone')
    house.stopped.add('alerts').add('ingest')
    expect(await asked(600)).toBe(0)
    await rename('positions_gone', 'positions')
    house.stopped.clear()
    expect(await asked(20)).toBe(0)
    expect(await asked(70)).toBeGreaterThanOrEqual(1)
    expect(await house.found()).toEqual([])
  })

  it('is asked on though it refuses, or leads elsewhere', async () => {
    receiver.reply = { status: 500 }
    expect(await asked(120)).toBe(2)
    receiver.reply = { status: 302, headers: { location: `${receiver.url}/elsewhere` } }
    expect(await asked(120)).toBe(2)
    expect(receiver.received.some(({ url }) => url.pathname === '/elsewhere')).toBe(false)
  })
})
