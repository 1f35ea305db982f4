import type { Language, NoticeReason } from '../../domain/notices.ts'
import type { Severity, SignalKind } from '../../domain/signals.ts'
import type { TicketState } from '../../domain/ticket.ts'
import { wordsEn } from './words_en.ts'
import { wordsZh } from './words_zh.ts'

/** What people are told, in their language, short enough for an SMS. */

/** `system`: Vigil itself is in trouble. */
export type TicketKind = SignalKind | 'system'

/** `opened_at`: ISO 8601. A ticket of a notice, or one of the store; kinds and states that are not known get general words. */
export type TicketWords = {
  number: number
  kind: string
  severity: Severity
  state: string
  opened_at: string
}

/**
 * What a notice is made of. `place` (the home's address) and `resident` are absent for channels that are to get no personal
 * data, and where they are not known. `holder`: who has the ticket in hand. `instruction`: what the reader is to do, where the
 * rules say so; otherwise the words for the reason do. `zone`: IANA, for the time of the call. `ticket` is null for `test`.
 */
export type About = {
  reason: NoticeReason
  language: Language
  ticket: TicketWords | null
  place?: string
  resident?: string
  holder?: string
  instruction?: string
  zone: string
}

/** What the templates of a language are given: everything in words. `happened`: the kind; `when`: local time. */
export type Told = {
  number: string
  happened: string
  severity: string
  state: string
  when: string
  where: string | undefined
  holder: string | undefined
  system: boolean
}

/** The words of one language. `title` and `said` are by reason; `said` is what happened, `asked` what the reader is to do. */
export type Words = {
  kinds: Record<TicketKind, string>
  otherKind: string
  severities: Record<Severity, string>
  states: Record<TicketState, string>
  otherState: string
  /** For `Intl.DateTimeFormat`. */
  locale: string
  place(place: string | undefined, resident: string | undefined): string | undefined
  title: Record<NoticeReason, (told: Told) => string>
  said: Record<NoticeReason, (told: Told) => string>
  asked: Record<NoticeReason, (told: Told) => string>
  /** Between sentences. */
  gap: string
  stop: string
}

const languagesWords: Record<Language, Words> = { 'zh-CN': wordsZh, en: wordsEn }

/** Longest pieces that people typed; together with the words around them they still fit into four parts of an SMS. */
const CHARS = { place: 80, resident: 30, holder: 30, instruction: 120 }

/** What people typed, as part of one line; undefined where nothing is left of it. */
function piece(text: string | undefined, most: number): string | undefined {
  const line = [...(text ?? '').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()].slice(0, most).join('')
  return line === '' ? undefined : line
}

/** Throws RangeError where there is no such zone. */
function localTime(iso: string, zone: string, locale: string): string {
  const format = { timeZone: zone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  return new Intl.DateTimeFormat(locale, { ...format, hourCycle: 'h23' }).format(Date.parse(iso))
}

const lookUp = (table: Record<string, string>, key: string, otherwise: string): string =>
  Object.hasOwn(table, key) ? (table[key] ?? otherwise) : otherwise

function toldOf(about: About & { ticket: TicketWords }, words: Words): Told {
  const { ticket, zone } = about
  return {
    number: String(ticket.number),
    happened: lookUp(words.kinds, ticket.kind, words.otherKind),
    severity: words.severities[ticket.severity],
    state: lookUp(words.states, ticket.state, words.otherState),
    when: localTime(ticket.opened_at, zone, words.locale),
    where: words.place(piece(about.place, CHARS.place), piece(about.resident, CHARS.resident)),
    holder: piece(about.holder, CHARS.holder),
    system: ticket.kind === 'system',
  }
}

/** A trial has no ticket; its words ask for none of these. */
const nothing: Told = {
  number: '',
  happened: '',
  severity: '',
  state: '',
  when: '',
  where: undefined,
  holder: undefined,
  system: false,
}

/**
 * Title and text of a notice. `title` is one line; `text` is two to four sentences: what happened, where, when, and what the
 * reader is to do. Throws where a reason other than `test` comes without a ticket, which must never be.
 */
export function wordsOf(about: About): { title: string; text: string } {
  const words = languagesWords[about.language]
  const { reason, ticket } = about
  if (!ticket && reason !== 'test') throw new Error(`a notice for ${reason} without a ticket`)
  const told = ticket ? toldOf({ ...about, ticket }, words) : nothing
  const instruction = piece(about.instruction, CHARS.instruction)
  const asked = instruction ? sentence(instruction, words.stop) : words.asked[reason](told)
  const text = [words.said[reason](told), asked].filter((part) => part !== '').join(words.gap)
  return { title: words.title[reason](told), text }
}

const sentence = (text: string, stop: string): string => (/[.!?。！？]$/.test(text) ? text : `${text}${stop}`)
