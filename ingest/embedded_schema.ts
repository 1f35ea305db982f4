import type { DatabaseSync } from 'node:sqlite'

export const minuteMs = 60_000

/**
 * Points are kept by minute, in it by series, in it by time. Points come in by time, so all of a minute's inserts fall on
 * the same few pages (measured: four times as fast as by series and time), trimming takes from one end, and a chart of one
 * series is one short search a minute.
 */
export const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  PRAGMA journal_size_limit = 67108864;
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device, metric)
  );
  CREATE TABLE IF NOT EXISTS points (
    minute INTEGER NOT NULL, series INTEGER NOT NULL, ms INTEGER NOT NULL,
    value REAL NOT NULL, implausible INTEGER NOT NULL,
    PRIMARY KEY (minute, series, ms)
  ) WITHOUT ROWID;
`

/** Bytes in use: the file never shrinks, its free pages are used again. */
export function spent(db: DatabaseSync): number {
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
}
