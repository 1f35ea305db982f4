import { isoTime } from '../../domain/clock.ts'
import type { ChannelRecord } from '../../domain/dispatch.ts'
import { limits } from '../../domain/limits.ts'
import type { Notice } from '../../domain/notices.ts'
import { getHome } from '../../store/homes.ts'
import { linkKey } from '../../store/links.ts'
import type { DueNotice } from '../../store/notices.ts'
import { listResidents } from '../../store/people.ts'
import type { Db, Store } from '../../store/store.ts'
import { wordsOf } from '../channels/words.ts'
import type { NoticeBody } from '../escalation/telling.ts'
import { answerToken, hashOfName } from './links.ts'

/** `publicUrl`: where people reach this house, `https://vigil.example`; absent: messages have no links. */
type Wording = { store: Store; zone: string; publicUrl?: string | undefined }

/**
 * Makes of what the outbox keeps the notice as it leaves: in the person's language or else the channel's, with the home's
 * address only where the channel may have it, and with a link to answer by.
 */
export function openWording({ store, zone, publicUrl }: Wording) {
  return async (due: DueNotice, channel: ChannelRecord): Promise<Notice> => {
    const body = due.body as NoticeBody
    const language = body.language ?? channel.language
    const place = channel.detail === 'full' ? await placeOf(store.db, body.ticket?.home ?? null) : {}
    const holder = body.holder === null ? {} : { holder: body.holder }
    const words = wordsOf({ reason: body.reason, language, ticket: body.ticket, zone, ...place, ...holder })
    return {
      id: due.stable_id,
      reason: body.reason,
      at: isoTime(due.created_at),
      to: body.to,
      name: body.name,
      language,
      ...words,
      link: publicUrl === undefined ? null : await linkOf(store, publicUrl, due),
      ticket: body.ticket,
    }
  }
}

async function placeOf(db: Db, id: string | null): Promise<{ place?: string; resident?: string }> {
  const home = id === null ? undefined : await getHome(db, id)
  if (!home) return {}
  const { items } = await listResidents(db, { home: home.id, most: 3 })
  const resident = items.map(({ name }) => name).join(', ')
  return { place: home.address, ...(resident !== '' && { resident }) }
}

/** To answer, for who was called; to look, for others. The same at every attempt. */
async function linkOf(store: Store, publicUrl: string, due: DueNotice): Promise<string | null> {
  const { answers, ticket, name } = due.body as NoticeBody
  if (!ticket) return null
  if (!answers) return `${publicUrl}/#/tickets/${encodeURIComponent(ticket.id)}`
  const link = { ticket: ticket.id, ...answers, nameHash: hashOfName(name), expires: due.created_at + limits.linkMs }
  return `${publicUrl}/a/${answerToken(link, await linkKey(store))}`
}
