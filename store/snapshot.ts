import type { Db } from './store.ts'

/**
 * Runs several reads on one state of the database, so that what they find fits together. In a transaction that is so
 * already. (SQLite's read transactions are snapshots by themselves and take no notice of the level.)
 */
export function snapshot<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db)
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work)
}
