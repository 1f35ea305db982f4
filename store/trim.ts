import { limits } from '../domain/limits.ts'
import { trimDeadLetters } from './dead_letters.ts'
import { trimEvents } from './events.ts'
import { trimSessions } from './operators.ts'
import { trimOutbox } from './outbox.ts'
import type { Store } from './store.ts'

/**
 * Removes what is beyond its limit (domain/limits.ts): dead letters, live events, sent notices, sessions that are over.
 * A sent notice is remembered as long as the journal could bring its cause again. Each in a write of its own, so that no ticket waits for all of them. Any process may do it, at any time. `now` in
 * epoch ms; gives the number removed of each.
 */
export async function trimStore(store: Store, now: number) {
  const letters = { before: now - limits.deadLetterKeepMs, mostBytes: limits.deadLetterBytes }
  return {
    dead_letters: await store.write((tx) => trimDeadLetters(tx, letters)),
    events: await store.write((tx) => trimEvents(tx, limits.eventsKept)),
    outbox: await store.write((tx) => trimOutbox(tx, now - limits.journalKeepMs)),
    sessions: await store.write((tx) => trimSessions(tx, now)),
  }
}
