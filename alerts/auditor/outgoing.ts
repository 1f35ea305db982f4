import { limits } from '../../domain/limits.ts'
import type { Db } from '../../store/store.ts'
import type { Finding } from './finding.ts'

/** Proves that what was to leave the house has left it: of each channel the oldest that waits must be young. `now`: epoch ms. */
export async function auditOutgoing(db: Db, now: number): Promise<Finding[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(
      (e) => ['channel', 'target', e.fn.countAll<number>().as('waiting'), e.fn.min('created_at').as('oldest')] as const,
    )
    .where('sent_at', 'is', null)
    .where('created_at', '<', now - limits.auditUnsentMs)
    .groupBy(['channel', 'target'])
    .execute()
  const notices = rows.filter(({ channel }) => channel === 'notice')
  const others = Map.groupBy(
    rows.filter(({ channel }) => channel !== 'notice'),
    ({ channel }) => channel,
  )
  return [
    ...notices.map((row): Finding => ({ code: 'notice_not_sent', detail: detailOf(row.target, row, now) })),
    ...[...others].map(([channel, of]): Finding => {
      const waiting = of.reduce((sum, row) => sum + Number(row.waiting), 0)
      const oldest = Math.min(...of.map((row) => row.oldest))
      return { code: 'outbox_stuck', detail: detailOf(channel, { waiting, oldest }, now) }
    }),
  ]
}

const detailOf = (what: string, { waiting, oldest }: { waiting: number; oldest: number }, now: number): string =>
  `${what}: ${waiting} waiting, the oldest for ${Math.round((now - oldest) / 1_000)} s`
