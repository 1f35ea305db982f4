import { systemClock } from '../domain/clock.ts'
import type { Ticket } from '../domain/ticket.ts'
import { appendEvent } from '../store/events.ts'
import { openStore } from '../store/open.ts'
import type { Place } from './engines.ts'

/**
 * A process of its own that writes: `node store_writer.ts {place as JSON} {name} {events}`. Appends that many events,
 * for tickets `{name}-1`, `{name}-2`, …, and prints each ticket's id once the write has resolved.
 */
const [place = '{}', name = 'x', events = '0'] = process.argv.slice(2)
const store = await openStore({ ...(JSON.parse(place) as Place), clock: systemClock })
for (let i = 1; i <= Number(events); i++) {
  const ticket = { id: `${name}-${i}` } as Ticket
  await store.write((tx) => appendEvent(tx, { type: 'ticket.opened', at: i, ticket, areaPath: null, sharedWith: [] }))
  process.stdout.write(`${ticket.id}\n`)
}
await store.close()
