import type { Database } from './schema.ts'
import type { Tx } from './store.ts'

/** The next number, from 1. Taken in the transaction that uses it: if that is rolled back, the number was never given. */
export async function nextNumber(tx: Tx, name: Database['counters']['name']): Promise<number> {
  const { value } = await tx
    .insertInto('counters')
    .values({ name, value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((e) => ({ value: e('counters.value', '+', 1) })))
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}
