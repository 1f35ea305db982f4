import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { partitionOf } from '../../domain/ids.ts'
import { parseUserName } from '../../domain/principals.ts'
import { receiptsTopic } from '../../domain/topics.ts'
import type { Journal } from '../../journal/journal.ts'
import { deadLetter, markReplayed } from '../../store/dead_letters.ts'
import { markSent, pending } from '../../store/outbox.ts'
import type { Store } from '../../store/store.ts'
import { admit } from '../admission.ts'
import type { Principal } from '../identity/principal.ts'
import type { Registry } from '../identity/registry.ts'
import { outboxWorked } from '../metrics.ts'
import type { MqttBroker } from '../mqtt/mqtt.ts'

/** How often the outbox is looked at; a device waits this long for its receipt at most, beside the work itself. */
const lookEveryMs = 50
const mostAtOnce = 500

type Options = {
  store: Store
  registry: Registry
  journal: Journal
  mqtt: MqttBroker
  clock: Clock
  log: Logger
  signal: AbortSignal
}

/**
 * Works the broker's share of the outbox until `signal` aborts: receipts to devices, dead letters back into the journal.
 * At least once each. Neither waits for the other: a replay of thousands takes its time, and someone waits for a receipt.
 */
export async function workOutbox(options: Options): Promise<void> {
  await Promise.all([again(options, sendReceipts), again(options, replay)])
}

async function again(options: Options, work: (options: Options) => Promise<number>): Promise<void> {
  const { clock, signal, log } = options
  while (!signal.aborted) {
    try {
      if ((await work(options)) === 0) await clock.sleep(lookEveryMs, signal)
    } catch (err) {
      if (!signal.aborted) log.error({ err }, 'outbox not worked, trying again')
      await clock.sleep(1_000, signal)
    }
  }
}

async function sendReceipts({ store, mqtt, clock }: Options): Promise<number> {
  const rows = await pending(store.db, 'receipt', mostAtOnce)
  if (rows.length === 0) return 0
  // Handed over in order, and waited for together: one commit of the sessions serves many of those who are away.
  const published = rows.map(({ target, body }) => {
    const topic = receiptsTopic(target)
    return topic === undefined ? undefined : mqtt.publish(topic, body)
  })
  await Promise.all(published)
  await store.write((tx) =>
    markSent(
      tx,
      rows.map((row) => row.id),
      clock.now(),
    ),
  )
  outboxWorked.inc({ channel: 'receipt' }, rows.length)
  return rows.length
}

/**
 * A replayed message goes through the door again, as from whom it came, and is judged anew. It keeps its first time of
 * receipt, so that readings without a time of their own keep theirs.
 */
async function replay({ store, registry, journal, clock, signal }: Options): Promise<number> {
  const rows = await pending(store.db, 'replay', mostAtOnce)
  let worked = 0
  for (const row of rows) {
    if (signal.aborted) break
    const letter = await deadLetter(store.db, row.target)
    if (letter) {
      const { lane, record } = admit(await senderOf(registry, letter.principal), letter)
      await journal.append(lane, { ...record, replayOf: letter.id })
    }
    await store.write(async (tx) => {
      await markReplayed(tx, [row.target])
      await markSent(tx, [row.id], clock.now())
    })
    worked++
  }
  if (worked > 0) outboxWorked.inc({ channel: 'replay' }, worked)
  return worked
}

/** Who sent it, with what he may now: one who is gone from the registry speaks for himself alone. */
async function senderOf(registry: Registry, speaker: string | null): Promise<Principal> {
  if (speaker === null) return { kind: 'administrator' }
  const name = parseUserName(speaker)
  const known = name && name.kind !== 'administrator' ? await registry.principalOf(name) : undefined
  if (known) return known
  if (name?.kind === 'vendor') return { ...name, children: new Map() }
  if (name?.kind === 'integration') return { ...name, area: null }
  return { kind: 'device', id: speaker, partition: partitionOf(speaker) }
}
