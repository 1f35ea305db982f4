import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import { principalKey } from '../../domain/principals.ts'
import { recordAudit } from '../../store/audit.ts'
import type { Store } from '../../store/store.ts'
import { refusals as counted } from '../metrics.ts'

const writeEveryMs = 1_000
const hourMs = 3_600_000
/** Characters of a detail; a topic of a device fits, what somebody makes up to be long does not matter. */
const detailMost = 200

/**
 * Something that the front door said no to. `who`: the key of the principal, undefined where nobody was let in; `vendor`:
 * the id of the vendor that the principal is, or of which it is; `subject`: whom it is about, a key too.
 */
export type Refusal = {
  what: 'connect' | 'subscribe' | 'publish' | 'cut'
  code: ErrorCode
  who: string | undefined
  vendor?: string | undefined
  subject: string
  detail: string
  address: string
}

export type Refusals = {
  note(refusal: Refusal): void
  /** Writes what was noted, once a second, until `signal` aborts, and then a last time. */
  work(signal: AbortSignal): Promise<void>
}

/** Who stands in the audit where nobody was let in, and for what is told of nobody apart. */
const nobody = 'nobody'
const others = { who: nobody, subject: 'others', detail: 'and others', address: '' }

type Entry = Refusal & { place: string; count: number }
/** What was told apart in this hour, of those who were let in and of those who were not; how many of a source, a vendor. */
type Hour = {
  begun: number
  known: Set<string>
  nobodies: Set<string>
  sources: Map<string, number>
  vendors: Map<string, number>
}

/**
 * Counts refusals and writes them to the audit. Whoever is refused chooses his names, topics and often addresses, so only
 * so many are told apart in an hour (`limits.refusalRowsPerHour`, half of it for those who were let in; of each vendor
 * `limits.refusalRowsPerVendor`, all who are of none being as one; of each `limits.refusedTopicsApart`); the others are
 * counted together, those of a vendor in a row of its own.
 */
export function openRefusals({ store, clock, log }: { store: Store; clock: Clock; log: Logger }): Refusals {
  let pending = new Map<string, Entry>()
  let hour = newHour(clock.now())

  function newHour(begun: number): Hour {
    return { begun, known: new Set(), nobodies: new Set(), sources: new Map(), vendors: new Map() }
  }

  /** The name under which a refusal is counted, and what is written of it. */
  function placed(refusal: Refusal): [string, Refusal] {
    const { code, who, vendor = '', address, subject, detail } = refusal
    if (clock.now() - hour.begun >= hourMs) hour = newHour(clock.now())
    const pool = who === undefined ? hour.nobodies : hour.known
    const source = `${code} ${who ?? address}`
    const place = `${source} ${subject} ${detail}`
    if (pool.has(place)) return [place, refusal]
    const ofSource = hour.sources.get(source) ?? 0
    const ofVendor = hour.vendors.get(vendor) ?? 0
    if (pool.size >= limits.refusalRowsPerHour / 2) return together(refusal)
    if (ofSource >= limits.refusedTopicsApart)
      return [source, { ...refusal, detail: others.detail, subject: who ?? others.subject }]
    if (who !== undefined && ofVendor >= limits.refusalRowsPerVendor) return together(refusal)
    pool.add(place)
    hour.sources.set(source, ofSource + 1)
    if (who !== undefined) hour.vendors.set(vendor, ofVendor + 1)
    return [place, refusal]
  }

  async function write(): Promise<void> {
    if (pending.size === 0) return
    const entries = [...pending.values()]
    pending = new Map()
    const at = clock.now()
    try {
      await store.write(async (tx) => {
        for (const { code, who = nobody, subject, detail, address, count } of entries)
          await recordAudit(tx, { at, who, what: `refused:${code}`, subject, detail, address, count })
      })
    } catch (err) {
      // Put back, so that an outage of the database loses none of the counts.
      for (const { place, count, ...refusal } of entries) add(place, refusal, count)
      throw err
    }
  }

  function add(place: string, refusal: Refusal, count: number): void {
    const known = pending.get(place)
    if (known) known.count += count
    else pending.set(place, { ...refusal, place, count })
  }

  return {
    note(refusal) {
      counted.inc({ what: refusal.what, code: refusal.code })
      const told = { ...refusal, detail: storable(refusal.detail) }
      const [place, entry] = placed(told)
      add(place, entry, 1)
    },
    async work(signal) {
      while (!signal.aborted) {
        await clock.sleep(writeEveryMs, signal)
        await write().catch((err) => log.error({ err }, 'refusals not written to the audit, trying again'))
      }
    },
  }
}

/** Text that every database takes: PostgreSQL refuses NUL, UTF-8 has no lone surrogates. */
const storable = (text: string): string => text.slice(0, detailMost).toWellFormed().replaceAll('\0', '\uFFFD')

/** What is not told apart: counted for its vendor, which may see that, or else for nobody. */
function together(refusal: Refusal): [string, Refusal] {
  const { code, vendor } = refusal
  if (vendor === undefined) return [code, { ...refusal, ...others }]
  const subject = principalKey({ kind: 'vendor', id: vendor })
  return [`${code} ${subject}`, { ...refusal, ...others, subject }]
}
