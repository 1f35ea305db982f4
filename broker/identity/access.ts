import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import { listAuthorities } from '../../store/authorities.ts'
import { countRevocations } from '../../store/revocations.ts'
import type { Db } from '../../store/store.ts'
import { getVendor } from '../../store/vendors.ts'
import { cut } from '../metrics.ts'
import { isOver } from './authentication.ts'
import type { Connection } from './connections.ts'
import type { Identity } from './identity.ts'
import { keyOf } from './principal.ts'

const sweepEveryMs = 1_000

/** Whether those who are connected may still be. */
export type Access = {
  /** Looks at one connection: it is cut where its credential is void, else what is known of its principal is renewed.
   *  Rejects where the registry cannot be read; then it stays. */
  look(connection: Connection): Promise<void>
  /** Looks at all that were let in by certificates of a vendor, where these may count differently now. */
  lookAtCertificates(vendor: string): Promise<void>
  /** Cuts, until `signal` aborts, those whose credential runs out. */
  keepSwept(signal: AbortSignal): Promise<void>
}

type Options = { db: Db; identity: Identity; clock: Clock; log: Logger }

export function openAccess({ db, identity, clock, log }: Options): Access {
  /** What a vendor's certificates were last judged by. */
  const stamps = new Map<string, string>()

  /**
   * Its will is published as of any line that breaks: it was given while its sender was let in, it is journalled under
   * his name, and that he is gone is true.
   */
  function end(connection: Connection, code: ErrorCode): void {
    if (connection.client.closed) return
    const reason = code === 'credential_expired' ? 'expired' : 'revoked'
    log.info({ who: keyOf(connection.principal), code }, 'connection cut: its credential is void')
    cut.inc({ reason })
    connection.client.close()
  }

  async function look(connection: Connection): Promise<void> {
    const verdict = await identity.again(connection.principal, connection.credential)
    if (!verdict.principal) return end(connection, verdict.code)
    connection.principal = verdict.principal
    connection.credential = verdict.credential
  }

  /** A vendor changes whenever a device comes to it or leaves it; its certificates are then as they were. */
  async function stampOf(vendor: string): Promise<string> {
    const authorities = (await listAuthorities(db, vendor)).map(({ fingerprint }) => fingerprint)
    const revokedAt = (await getVendor(db, vendor))?.revoked_at
    return JSON.stringify([authorities, revokedAt, await countRevocations(db, vendor)])
  }

  return {
    look,
    async lookAtCertificates(vendor) {
      const stamp = await stampOf(vendor)
      if (stamps.get(vendor) === stamp) return
      for (const connection of [...identity.connections.all()]) {
        const { credential } = connection
        if (credential.kind === 'certificate' && credential.vendor === vendor) await look(connection)
      }
      stamps.set(vendor, stamp)
    },
    async keepSwept(signal) {
      while (!signal.aborted) {
        const now = clock.now()
        for (const connection of [...identity.connections.all()])
          if (isOver(connection.credential, now)) end(connection, 'credential_expired')
        await clock.sleep(sweepEveryMs, signal)
      }
    },
  }
}
