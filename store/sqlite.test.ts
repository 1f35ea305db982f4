import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-sqlite-'))
  store = await openSqlite({ path: join(folder, 'x.db'), clock: systemClock })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const numbers = (n: number) => sql.join(Array.from({ length: n }, (_, i) => sql`${i}`))
const sumOf = async (n: number) => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from (values ${sql.join(
    Array.from({ length: n }, (_, i) => sql`(${i})`),
  )}) where column1 in (${numbers(n)})`.execute(store.db)
  return rows[0]?.n
}

it('gives the right answer to more different statements than it keeps prepared, and to each once more', async () => {
  const lengths = Array.from({ length: 400 }, (_, n) => n + 1)
  for (const n of [...lengths, ...lengths.toReversed()]) expect(await sumOf(n)).toBe(n)
})

it('sees a table as it is by now, with a statement that was prepared before', async () => {
  const columns = async () => Object.keys((await sql<object>`select * from t`.execute(store.db)).rows[0] ?? {})
  await store.write(async (tx) => void (await sql`create table t (a)`.execute(tx)))
  await store.write(async (tx) => void (await sql`insert into t values (1)`.execute(tx)))
  expect(await columns()).toEqual(['a'])
  await store.write(async (tx) => void (await sql`alter table t add column b`.execute(tx)))
  expect(await columns()).toEqual(['a', 'b'])
})

it('reads what was committed since, although the same statement was run before', async () => {
  const count = async () => (await sql<{ n: number }>`select count(*) as n from t`.execute(store.db)).rows[0]?.n
  await store.write(async (tx) => void (await sql`create table t (a)`.execute(tx)))
  for (let n = 0; n < 3; n++) {
    expect(await count()).toBe(n)
    await store.write(async (tx) => void (await sql`insert into t values (${n})`.execute(tx)))
  }
})
