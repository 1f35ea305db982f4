import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { auditEdge, trimAudit } from './audit.ts'
import { trimChanges } from './changes.ts'
import { trimClaims } from './claims.ts'
import { trimCommands } from './commands.ts'
import { trimCredentials } from './credentials.ts'
import { deadLetterEdge, trimDeadLetters } from './dead_letters.ts'
import { trimEvents } from './events.ts'
import { trimLevels } from './levels.ts'
import { trimUsedLinks } from './links.ts'
import { trimDeliveries } from './notices.ts'
import { trimLogins } from './oidc_logins.ts'
import { trimOutbox } from './outbox.ts'
import type { Store, Tx } from './store.ts'

/** Rows that one write takes away: some 10 ms, because a ticket may be waiting for its turn to be written. */
const rowsPerWrite = 500
/** Between two of them, so that others find their turn, for which they look every few milliseconds. */
const gapMs = 20

/**
 * Removes what is beyond its limit (domain/limits.ts): dead letters, live events, sent notices, changes, states, the audit, and
 * deliveries, log-ins, tokens, claim codes and links that are over. (Sessions that are over are the alert service's: what their operators
 * held is passed on.) In many small writes, so that a ticket waits for none of them. Any process may do it, at any time. Gives the
 * number removed of each.
 */
export async function trimStore(store: Store, clock: Clock) {
  const now = clock.now()
  const rule = { keepFrom: now - limits.deadLetterKeepMs, mostBytes: limits.deadLetterBytes }
  const edge = await deadLetterEdge(store.db, rule)
  const kept = { keepFrom: now - limits.auditKeepMs, mostRows: limits.auditRows }
  const auditBefore = await auditEdge(store.db, kept)
  return {
    dead_letters: await inSteps(store, clock, (tx) => trimDeadLetters(tx, edge, rowsPerWrite)),
    events: await inSteps(store, clock, (tx) => trimEvents(tx, limits.eventsKept, rowsPerWrite)),
    commands: await inSteps(store, clock, (tx) => trimCommands(tx, now - limits.commandKeepMs, rowsPerWrite)),
    outbox: await inSteps(store, clock, (tx) => trimOutbox(tx, now - limits.sentNoticeKeepMs, rowsPerWrite)),
    changes: await inSteps(store, clock, (tx) => trimChanges(tx, now - limits.changeKeepMs, rowsPerWrite)),
    levels: await inSteps(store, clock, (tx) => trimLevels(tx, now - limits.levelsKeepMs, rowsPerWrite)),
    audit: await inSteps(store, clock, (tx) => trimAudit(tx, auditBefore, rowsPerWrite)),
    credentials: await inSteps(store, clock, (tx) => trimCredentials(tx, now, rowsPerWrite)),
    claims: await inSteps(store, clock, (tx) => trimClaims(tx, now - limits.claimRepeatMs, rowsPerWrite)),
    deliveries: await inSteps(store, clock, (tx) => trimDeliveries(tx, now - limits.deliveryKeepMs, rowsPerWrite)),
    used_links: await inSteps(store, clock, (tx) => trimUsedLinks(tx, now - limits.linkMs, rowsPerWrite)),
    logins: await inSteps(store, clock, (tx) => trimLogins(tx, now, rowsPerWrite)),
  }
}

async function inSteps(store: Store, clock: Clock, step: (tx: Tx) => Promise<number>): Promise<number> {
  for (let total = 0; ; await clock.sleep(gapMs)) {
    const removed = await store.write(step)
    total += removed
    if (removed < rowsPerWrite) return total
  }
}
