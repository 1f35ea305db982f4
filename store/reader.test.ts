import { expect, test } from 'vitest'
import { sparkplugBytes } from '../codecs/sparkplug/test_payload.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { openReader, type ReadableRecord } from './reader.ts'

const record = (kind: string, metrics: Parameters<typeof sparkplugBytes>[0]): ReadableRecord => ({
  topic: `spBv1.0/home/${kind}/hub`,
  payload: sparkplugBytes(metrics),
  receivedAt: Date.UTC(2026, 10, 22, 8),
  principal: 'hub',
})
const birth = record('NBIRTH', [{ name: 'SOS', alias: 7, datatype: 11, boolean: false }])
const call = record('NDATA', [{ alias: 7, boolean: true }])

onBothEngines((engine) => {
  test('what one lane was taught the other one knows, though both asked at once', async () => {
    const { db } = await engine.open()
    const read = openReader({ db, zone: 'UTC' })
    const early = read(call)
    await Promise.all([read(birth), early])
    expect((await read(call)).signals).toMatchObject([{ signal: 'sos' }])
  })

  test('what nobody else taught is another sender’s', async () => {
    const { db } = await engine.open()
    const read = openReader({ db, zone: 'UTC' })
    await read(birth)
    expect((await read({ ...call, principal: 'other' })).refusals).toMatchObject([{ code: 'birth_missing' }])
  })

  test('who teaches without end is remembered to the limit, by his newest', async () => {
    const { db } = await engine.open()
    const read = openReader({ db, zone: 'UTC' })
    await read(birth)
    const many = (from: number, count: number) =>
      record(
        'NBIRTH',
        Array.from({ length: count }, (_, i) => ({ name: 'x', alias: from + i, datatype: 11, boolean: false })),
      )
    for (let from = 100; from < 100 + limits.learnedPerSender; from += 1_000) await read(many(from, 1_000))
    expect((await read(call)).refusals).toMatchObject([{ code: 'birth_missing' }])
    await read(birth)
    expect((await read(call)).signals).toHaveLength(1)
  })
})
