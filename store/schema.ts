import type { ColumnType, Generated } from 'kysely'
import type { AbsenceReason } from '../domain/absences.ts'
import type { Press } from '../domain/message.ts'
import type { Language } from '../domain/notices.ts'
import type { Role } from '../domain/registry.ts'
import type { Severity, SignalKind, TicketKind } from '../domain/signals.ts'
import type { EventType, Outcome, TicketState } from '../domain/ticket.ts'

/**
 * The tables, the same in SQLite and PostgreSQL. Instants are epoch milliseconds (bigint), booleans 0 or 1 (integer),
 * structures JSON text: one representation on both engines, and no code outside this folder needs to know which it is.
 */
export type Database = {
  areas: AreaTable
  homes: HomeTable
  residents: ResidentTable
  devices: DeviceTable
  device_states: DeviceStateTable
  contacts: ContactTable
  operators: OperatorTable
  sessions: SessionTable
  oidc_logins: OidcLoginTable
  tickets: TicketTable
  evidence: EvidenceTable
  timeline: TimelineTable
  timers: TimerTable
  events: EventTable
  outbox: OutboxTable
  dead_letters: DeadLetterTable
  positions: PositionTable
  counters: CounterTable
  vendors: VendorTable
  authorities: AuthorityTable
  revoked_certificates: RevokedCertificateTable
  integrations: IntegrationTable
  credentials: CredentialTable
  claims: ClaimTable
  commands: CommandTable
  changes: ChangeTable
  audit: AuditTable
  levels: LevelTable
  learned: LearnedTable
  plans: PlanTable
  rotas: NamedTable
  teams: NamedTable
  channels: NamedTable
  deliveries: DeliveryTable
  beats: BeatTable
  keys: KeyTable
  used_links: UsedLinkTable
  sharings: SharingTable
  grants: GrantTable
  partners: PartnerTable
  partner_links: PartnerLinkTable
  partner_messages: PartnerMessageTable
  absences: AbsenceTable
}

/** `path` is `/root/…/id/`, so that "this area and all below" is a prefix. */
type AreaTable = { id: string; name: string; parent: string | null; path: string }
type HomeTable = {
  id: string
  area: string
  address: string
  lat: number | null
  lon: number | null
  notes: string | null
  floor_plan: ColumnType<string | null, string | null | undefined, string | null>
}
type ResidentTable = {
  id: string
  home: string
  name: string
  birth_year: number | null
  phone: string | null
  risks: string | null
}
/** `gateway`: the device that publishes for it. Client certificates issued up to `revoked_at` are void. */
type DeviceTable = {
  id: string
  home: string | null
  model: string | null
  category: string | null
  place: string | null
  created_at: number
  vendor: string | null
  gateway: string | null
  revoked_at: number | null
  /** Which press of a plain button is an SOS: `any`, or one of `presses`; null where none is. */
  sos_press: Press | 'any' | null
}
/** What the device was last known to be; written by ingest, apart from the registry so that it never contends with it. */
type DeviceStateTable = {
  device: string
  last_seen_at: number
  online: number | null
  firmware: string | null
  /** The newest by its own time, in percent. */
  battery: number | null
  battery_at: number | null
}
/** Null `resident`: all of the home; null `to_at`: for as long as nobody says otherwise. */
type AbsenceTable = {
  id: string
  home: string
  resident: string | null
  from_at: number
  to_at: number | null
  reason: AbsenceReason
  note: string | null
}
type ContactTable = {
  id: string
  home: string
  name: string
  relation: string | null
  phone: string
  position: number
  /** JSON array of ways; null language: as the channel has it. */
  ways: Generated<string>
  language: Language | null
}
/**
 * `password_hash`: scrypt, `salt:hash` in base64. `vendor`: sees the devices of this vendor only. `email`: in small letters.
 * `oidc_subject`: `{issuer}#{subject}`, by which an identity provider knows him.
 */
type OperatorTable = {
  id: string
  name: string
  password_hash: string
  role: Role
  area: string | null
  vendor: string | null
  ways: Generated<string>
  language: Language | null
  email: Generated<string | null>
  oidc_subject: Generated<string | null>
}
/** `locked_at`: nobody has sat before its console since. */
type SessionTable = { token_hash: string; operator: string; expires_at: number; locked_at: number | null }
/** Log-ins by an identity provider on their way, by what their browser keeps; `subject`: whom it has proved, null till then. */
type OidcLoginTable = { secret_hash: string; subject: string | null; expires_at: number }

type TicketTable = {
  id: string
  number: number
  state: TicketState
  kind: TicketKind
  severity: Severity
  home: string | null
  area: string | null
  /** The path of the area that the home lay in at opening; follows when the area moves. Null where there is no home. */
  area_path: string | null
  device: string | null
  /** What the episode is of: `home:{id}`, or `device:{id}` where there is no home. */
  episode: string
  opened_at: number
  updated_at: number
  acknowledged_at: number | null
  closed_at: number | null
  /** Event time of the first and the newest evidence: the span of the episode. */
  first_at: number
  last_at: number
  /** JSON array of doubts; the ticket is unverified while every piece of evidence has one. */
  doubts: string
  /** 1 while all of its evidence is late: from before, a drill, or not to be relied upon. */
  late: Generated<number>
  outcome: Outcome | null
  holder: string | null
  /** JSON array of area paths, made of the ticket's grants. */
  shared_with: string
  /** JSON (`Origin`) of a ticket that a partner shared with us. */
  origin: string | null
  /** JSON (`TicketPlan`): copied when the ticket opened. Null: only the consoles are alarmed. */
  plan: string | null
  /** How often the plan was begun, how often it was repeated since, which step comes next (0 is the first), and which of its
   *  people, where they are told one after the other. */
  plan_run: Generated<number>
  plan_round: Generated<number>
  plan_step: Generated<number>
  plan_part: Generated<number>
  /** JSON array: what the plan asks whoever works the ticket to do. */
  to_do: Generated<string>
  /** Until when whoever holds the ticket must have got on with it. */
  lease_until: number | null
  shown_at: number | null
  contacted_at: number | null
  dispatched_at: number | null
  on_scene_at: number | null
  resolved_at: number | null
}
/** `(lane, seq, n)` is the journal record and the signal's index in it: unique, so that a record never counts twice. */
type EvidenceTable = {
  id: Generated<number>
  ticket: string
  lane: string
  seq: number
  n: number
  device: string
  signal: SignalKind
  at: number
  device_at: number | null
  received_at: number
  topic: string
  reason: string
  doubts: string
  repeats: number
  detail: string
  /** What is the same in other messages of the same claim, as its codec tells. */
  claim_key: string | null
}
/** The last word of a device on a state that it tells again and again; `evidence`: where it was last told on; `tells_ends`:
 *  whether it ever said that it was over. */
type LevelTable = {
  device: string
  signal: SignalKind
  is_on: number
  at: number
  received_at: number
  evidence: number | null
  tells_ends: number
}
/** What a sender's earlier messages taught its codec. */
type LearnedTable = { sender: string; key: string; value: string; at: number }
type TimelineTable = {
  id: Generated<number>
  ticket: string
  at: number
  who: string
  what: string
  reason: string | null
}
type TimerTable = { id: Generated<number>; ticket: string; what: string; due_at: number }
/** `body` is the ticket as it was, in the API's JSON. */
type EventTable = {
  seq: number
  type: EventType
  at: number
  ticket: string
  area_path: string | null
  shared_with: string
  body: string
}
/**
 * What leaves the house. `stable_id` lets the receiver tell a repeat; `channel` says who works it. Of notices: `target` is
 * the channel's id, `recipient` names the person, those of lower `urgency` go first, none before `next_at`, and `sent_at` is when
 * it was over, by `result`.
 */
type OutboxTable = {
  id: Generated<number>
  stable_id: string
  channel: 'receipt' | 'replay' | 'notice' | 'partner'
  target: string
  body: string
  created_at: number
  sent_at: number | null
  ticket: string | null
  recipient: string | null
  result: NoticeResult | null
  urgency: Generated<number>
  attempts: Generated<number>
  next_at: Generated<number>
}
export type NoticeResult = 'delivered' | 'refused' | 'expired' | 'cancelled'
/** One attempt at a notice; `notice` is its stable id. */
type DeliveryTable = {
  id: Generated<number>
  notice: string
  ticket: string | null
  channel: string
  recipient: string
  attempt: number
  at: number
  took_ms: number
  result: 'delivered' | 'refused' | 'failed'
  detail: string
}
/** `body`: JSON of what is not a column. `area` null: everywhere. */
type NamedTable = { id: string; name: string; area: string | null; body: string }
type PlanTable = NamedTable & { home: string | null; resident: string | null }
/** What links in messages are signed with. */
type KeyTable = { name: string; value: string }
/** Links that were used, by the SHA-256 of their token in hex. */
type UsedLinkTable = { hash: string; at: number }
/**
 * `kinds`, `severities`: JSON arrays, null for all. `state`: `running` while tickets that open or change get it at once; `removed`
 * is to the API as if it were not there. `due_at`: when the worker must look at it next, null where nothing more will change.
 */
type SharingTable = {
  id: string
  from_area: string
  to_area: string
  kinds: string | null
  severities: string | null
  starts_at: number
  ends_at: number | null
  reason: string
  state: 'waiting' | 'running' | 'over' | 'removed'
  due_at: number | null
}
/** That people of an area may see a ticket. `sharing`: by which, empty where somebody shared it by hand; then `until` may be set. */
type GrantTable = { ticket: string; area: string; sharing: string; at: number; until: number | null }
type PartnerTable = {
  id: string
  name: string
  area: string
  url: string
  secret: string
  kinds: string | null
  severities: string | null
  mode: 'all' | 'by_hand'
}
/**
 * What a partner was told and has told of a ticket. `theirs`: its id there, of tickets that came from there. `sent`, `heard`: the
 * numbers of the last messages; `last_step`: of the last of ours with a step; `version`: of the message up to which their state
 * is taken as ours. `told_line`, `told`: the line of the timeline and the state (JSON) up to which it was told. `quiet` 1: what
 * is being changed came from there.
 */
type PartnerLinkTable = {
  ticket: string
  partner: string
  theirs: string | null
  sent: number
  heard: number
  last_step: number
  version: number
  told_line: number
  quiet: number
  told: string
}
/** Messages of partners lately heard, with what they were answered (JSON). */
type PartnerMessageTable = { partner: string; id: string; at: number; answer: string }
/** When a worker last said that it lives. */
type BeatTable = { worker: string; at: number }
/** `id` is `{lane}-{seq}`, or `{lane}-{seq}-{n}` for a single refused point. */
type DeadLetterTable = {
  id: string
  received_at: number
  topic: string
  principal: string | null
  device: string | null
  code: string
  detail: string
  payload: ColumnType<Uint8Array, Uint8Array, never>
  retained: number
  state: 'kept' | 'replaying' | 'replayed'
  /** Whose message it was: the vendor of its sender or of its device. */
  vendor: string | null
  /** The format that it was in; null where no codec took its topic. */
  codec: string | null
}
type PositionTable = { consumer: string; lane: string; partition: number; seq: number }
/** `quota`: JSON, what this vendor may use where that is not the usual (domain/limits.ts). */
type VendorTable = {
  id: string
  name: string
  created_at: number
  revoked_at: number | null
  quota: string | null
}
/** A vendor's certificate authorities. `fingerprint`: SHA-256 of the certificate in hex, small letters. */
type AuthorityTable = {
  fingerprint: string
  vendor: string
  subject: string
  pem: string
  not_after: number
  created_at: number
}
/** `serial`: hex, capitals, without leading zeros. */
type RevokedCertificateTable = { vendor: string; serial: string; revoked_at: number }
/** `scope`: JSON array of permissions; null: those of a viewer. */
type IntegrationTable = { id: string; name: string; area: string | null; created_at: number; scope: string | null }
/** Tokens. `principal`: its key; `token_hash`: SHA-256 in hex. A revoked one is deleted. */
type CredentialTable = {
  id: string
  principal: string
  token_hash: string
  created_at: number
  expires_at: number | null
}
type ClaimTable = { device: string; code_hash: string; expires_at: number; claimed_at: number | null }
/** `body` and `answer` are JSON; `created_by` is a principal's key or an operator's id. */
type CommandTable = {
  seq: Generated<number>
  id: string
  device: string
  body: string
  created_by: string
  created_at: number
  expires_at: number
  delivered_at: number | null
  answered_at: number | null
  answer: string | null
}
/** What every broker process must hear of; `subject` is a principal's key. */
type ChangeTable = { seq: Generated<number>; at: number; kind: 'access' | 'command'; subject: string }
/** `count` equal things from `at` to `last_at`. `subject` is a principal's key; `vendor` the vendor that it is, or was of
 *  at that time. */
type AuditTable = {
  id: Generated<number>
  at: number
  last_at: number
  who: string
  what: string
  subject: string
  detail: string
  address: string | null
  vendor: string | null
  count: number
}
type CounterTable = { name: 'event' | 'ticket'; value: number }
