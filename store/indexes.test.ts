import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, createQueryId, type KyselyPlugin, type RootOperationNode } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { listAbsences } from './absences.ts'
import { auditEdge, listAudit, recordAudit, trimAudit } from './audit.ts'
import { listAuthorities } from './authorities.ts'
import { beat } from './beats.ts'
import { changesAfter, lastChange, trimChanges } from './changes.ts'
import { mayClaim, trimClaims } from './claims.ts'
import { devicesWaiting, getCommand, listCommands, markDelivered, pendingCommands, trimCommands } from './commands.ts'
import { credentialById, issueToken, principalOfToken, revokeTokens, trimCredentials } from './credentials.ts'
import { deadLetter, listDeadLetters, requestReplay, trimDeadLetters } from './dead_letters.ts'
import { accessOfDevice, childrenOf, deviceByToken, listDevices, placeOfDevice } from './devices.ts'
import { rotasOf } from './dispatch.ts'
import { lastEvent, readEvents, trimEvents } from './events.ts'
import { figureRows } from './figures.ts'
import { grantsBy, grantsOf, nextSharingAt, overdueGrants, takeGrant } from './grants.ts'
import { listHomes } from './homes.ts'
import { trimUsedLinks, useLink } from './links.ts'
import { areasBelow, deviceLoad, openFindings, openLoad } from './load.ts'
import { cancelNotices, claimNotices, deliveriesBy, deliveriesOf, isNoticeDue, trimDeliveries } from './notices.ts'
import { admitIdentity, beginLogin, takeLogin, takeSession, trimLogins } from './oidc_logins.ts'
import { openStore } from './open.ts'
import { operatorsById, operatorsOf, sessionOf } from './operators.ts'
import { enqueue, markSent, pending, trimOutbox } from './outbox.ts'
import { linkOfTheirs, linksOf, releaseNext } from './partner_links.ts'
import { heardMessage, partnersOf, rememberMessage } from './partners.ts'
import { listContacts, listResidents } from './people.ts'
import { plansAround } from './plans.ts'
import { consumedBy } from './positions.ts'
import { isCertificateRevoked, listRevocations } from './revocations.ts'
import { dueSharings, runningSharings } from './sharings.ts'
import type { Store, Tx } from './store.ts'
import { clearTimers, countRepeats, hasEvidence, nextTimerAt, sameClaims } from './ticket_rows.ts'
import { listTickets, readTicket } from './tickets.ts'

/** Every query that runs while the house is running; what an administrator does once a year may take its time. */
const running: Record<string, (tx: Tx) => Promise<unknown>> = {
  readTicket: (tx) => readTicket(tx, 't-1'),
  listTickets: (tx) => listTickets(tx, { most: 10 }),
  figureRows: (tx) => figureRows(tx, { from: 1, to: 9 })[Symbol.asyncIterator]().next(),
  figureRowsOfArea: (tx) => figureRows(tx, { from: 1, to: 9, areaPath: '/city/' })[Symbol.asyncIterator]().next(),
  openLoad: (tx) => openLoad(tx, undefined, 1),
  openLoadOfArea: (tx) => openLoad(tx, '/city/', 1),
  deviceLoad: (tx) => deviceLoad(tx, undefined, { hour: 2, day: 1 }),
  deviceLoadOfArea: (tx) => deviceLoad(tx, '/city/', { hour: 2, day: 1 }),
  areasBelow: (tx) => areasBelow(tx, 'city'),
  openFindings: (tx) => openFindings(tx),
  listTicketsByState: (tx) => listTickets(tx, { states: ['open'], most: 10 }),
  listTicketsOfArea: (tx) => listTickets(tx, { areaPath: '/city/', after: '5', most: 10 }),
  sameClaims: (tx) => sameClaims(tx, 'watch-1', 'sos', 1),
  hasEvidence: (tx) => hasEvidence(tx, 'urgent', 1, 0),
  countRepeats: (tx) => countRepeats(tx, 1, 1),
  clearTimers: (tx) => clearTimers(tx, 't-1'),
  nextTimerAt: (tx) => nextTimerAt(tx),
  readEvents: (tx) => readEvents(tx, 5, 10),
  lastEvent: (tx) => lastEvent(tx),
  trimEvents: (tx) => trimEvents(tx, 10, 10),
  enqueue: (tx) => enqueue(tx, { stableId: 'x', channel: 'receipt', target: 'd', body: {}, at: 1 }),
  pending: (tx) => pending(tx, 'receipt', 10),
  markSent: (tx) => markSent(tx, [1], 1),
  trimOutbox: (tx) => trimOutbox(tx, 1, 10),
  consumedBy: (tx) => consumedBy(tx, ['alerts'], 'bulk'),
  trimDeadLetters: (tx) => trimDeadLetters(tx, 1, 10),
  deadLetter: (tx) => deadLetter(tx, 'bulk-1'),
  listDeadLetters: (tx) => listDeadLetters(tx, {}, { most: 10, after: '5:bulk-1' }),
  listDeadLettersOfDevice: (tx) => listDeadLetters(tx, { device: 'watch-1' }, { most: 10 }),
  requestReplay: (tx) => requestReplay(tx, ['bulk-1'], 1),
  getCommand: (tx) => getCommand(tx, 'watch-1', 'c-1', 1),
  listCommands: (tx) => listCommands(tx, 'watch-1', 1, { most: 10 }),
  devicesWaitingOfGateway: (tx) => devicesWaiting(tx, { gateway: 'gateway-1' }, 1),
  devicesWaitingOfVendor: (tx) => devicesWaiting(tx, { vendor: 'acme' }, 1),
  pendingCommands: (tx) => pendingCommands(tx, ['watch-1', 'watch-2'], 1),
  markDelivered: (tx) => markDelivered(tx, [1, 2], 1),
  trimCommands: (tx) => trimCommands(tx, 1, 10),
  deviceByToken: (tx) => deviceByToken(tx, 'watch-1', 'x', 1),
  principalOfToken: (tx) => principalOfToken(tx, 'x', 1),
  credentialById: (tx) => credentialById(tx, 'token-x', 1),
  issueToken: (tx) => issueToken(tx, 'device:watch-1', { now: 1, overlapMs: 1 }),
  revokeTokens: (tx) => revokeTokens(tx, 'device:watch-1', 1),
  trimCredentials: (tx) => trimCredentials(tx, 1, 10),
  mayClaim: (tx) => mayClaim(tx, 'watch-1', 'x', 1),
  trimClaims: (tx) => trimClaims(tx, 1, 10),
  accessOfDevice: (tx) => accessOfDevice(tx, 'watch-1'),
  childrenOfVendor: (tx) => childrenOf(tx, { vendor: 'acme' })[Symbol.asyncIterator]().next(),
  childrenOfGateway: (tx) => childrenOf(tx, { gateway: 'hub' })[Symbol.asyncIterator]().next(),
  isCertificateRevoked: (tx) => isCertificateRevoked(tx, 'acme', '1'),
  listRevocations: (tx) => listRevocations(tx, 'acme', { after: '1', most: 10 }),
  listAuthorities: (tx) => listAuthorities(tx, 'acme'),
  changesAfter: (tx) => changesAfter(tx, 5, 10),
  lastChange: (tx) => lastChange(tx),
  trimChanges: (tx) => trimChanges(tx, 1, 10),
  recordAudit: (tx) => recordAudit(tx, { at: 1, who: 'x', what: 'refused:topic_foreign', subject: 'device:watch-1' }),
  listAuditOfVendor: (tx) => listAudit(tx, { vendor: 'acme', refused: true, after: '5', most: 10 }),
  listAuditOfKind: (tx) => listAudit(tx, { what: 'claimed', after: '5', most: 10 }),
  auditEdge: (tx) => auditEdge(tx, { keepFrom: 1, mostRows: 10 }),
  trimAudit: (tx) => trimAudit(tx, 1, 10),
  listDevicesOfVendor: (tx) => listDevices(tx, { most: 10, vendor: 'acme', after: 'd' }),
  listDeadLettersOfVendor: (tx) => listDeadLetters(tx, {}, { most: 10, vendor: 'acme', after: '5:bulk-1' }),
  placeOfDevice: (tx) => placeOfDevice(tx, 'watch-1'),
  sessionOf: (tx) => sessionOf(tx, 'x', 1),
  beginLogin: (tx) => beginLogin(tx, 1),
  takeLogin: (tx) => takeLogin(tx, 'x', 1).catch(() => {}),
  takeSession: (tx) => takeSession(tx, 'x', 1).catch(() => {}),
  admitIdentity: (tx) => admitIdentity(tx, { subject: 'https://id#1', email: 'a@b.example' }, 1).catch(() => {}),
  trimLogins: (tx) => trimLogins(tx, 1, 10),
  runningSharings: (tx) => runningSharings(tx, '/city/hill/'),
  dueSharings: (tx) => dueSharings(tx, 1, 10),
  grantsOf: (tx) => grantsOf(tx, 't-1'),
  overdueGrants: (tx) => overdueGrants(tx, 1, 10),
  grantsBy: (tx) => grantsBy(tx, 's', 10),
  nextSharingAt: (tx) => nextSharingAt(tx),
  takeGrant: (tx) => takeGrant(tx, { ticket: 't-1', area: 'a', sharing: 's' }),
  partnersOf: (tx) => partnersOf(tx, '/city/hill/'),
  heardMessage: (tx) => heardMessage(tx, 'p', 'm', 1),
  rememberMessage: (tx) => rememberMessage(tx, { partner: 'p', id: 'm', at: 1, answer: '{}' }, 1),
  linksOf: (tx) => linksOf(tx, 't-1'),
  linkOfTheirs: (tx) => linkOfTheirs(tx, 'p', 'x'),
  releaseNext: (tx) => releaseNext(tx, 't-1', 'p', 1),
  plansAround: (tx) => plansAround(tx, 'h', '/city/hill/'),
  rotasOf: (tx) => rotasOf(tx, 'hill'),
  operatorsOf: (tx) => operatorsOf(tx, 'hill', 'dispatcher'),
  operatorsById: (tx) => operatorsById(tx, ['ann']),
  isNoticeDue: (tx) => isNoticeDue(tx, 'notice', 1),
  claimNotices: (tx) => claimNotices(tx, 'notice', { now: 1, most: 5, retryAt: 2, passOver: ['x'] }),
  claimNoticesOfOne: (tx) => claimNotices(tx, 'notice', { now: 1, most: 1, retryAt: 2, only: 'x' }),
  cancelNotices: (tx) => cancelNotices(tx, 't-1', 1),
  deliveriesOf: (tx) => deliveriesOf(tx, 't-1'),
  deliveriesBy: (tx) => deliveriesBy(tx, 'hook', 10),
  trimDeliveries: (tx) => trimDeliveries(tx, 1, 10),
  useLink: (tx) => useLink(tx, 'x', 1),
  trimUsedLinks: (tx) => trimUsedLinks(tx, 1, 10),
  beat: (tx) => beat(tx, 'timers', 1),
  listHomes: (tx) => listHomes(tx, { most: 10, after: 'h' }),
  listDevicesOfHome: (tx) => listDevices(tx, { most: 10, home: 'h' }),
  listAbsences: (tx) => listAbsences(tx, { most: 10, at: 1, after: '5/a' }),
  listAbsencesOfHome: (tx) => listAbsences(tx, { most: 10, home: 'h', at: 1 }),
  searchHomes: (tx) => listHomes(tx, { most: 10, q: 'li' }),
  searchDevices: (tx) => listDevices(tx, { most: 10, q: 'li', online: false, battery_below: 20, placed: false }),
  searchResidents: (tx) => listResidents(tx, { most: 10, q: 'li' }),
  searchContacts: (tx) => listContacts(tx, { most: 10, q: 'li' }),
  listResidentsOfHome: (tx) => listResidents(tx, { most: 10, home: 'h' }),
  listContactsOfHome: (tx) => listContacts(tx, { most: 10, home: 'h' }),
}

let store: Store
let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-plans-'))
  store = await openStore({ data, clock: systemClock })
})
afterAll(async () => {
  await store.close()
  await rm(data, { recursive: true })
})

/** SQLite tells its plan even for empty tables, and it plans by indexes only, like a server whose tables are large. */
test.each(Object.entries(running))(
  '%s reads by an index, and neither the whole table nor sorts it',
  async (_, query) => {
    const plans = await store.write(async (tx) => {
      const seen: RootOperationNode[] = []
      await query(tx.withPlugin(noting(seen)))
      const compiled = seen.map((node) => tx.getExecutor().compileQuery(node, createQueryId()))
      return Promise.all(compiled.map((each) => planOf(tx, each)))
    })
    expect(plans).not.toEqual([])
    const slow = plans.flat().filter((step) => /^SCAN \w+$/.test(step) || step.includes('TEMP B-TREE FOR ORDER BY'))
    expect(slow).toEqual([])
  },
)

const noting = (seen: RootOperationNode[]): KyselyPlugin => ({
  transformQuery({ node }) {
    seen.push(node)
    return node
  },
  transformResult: async ({ result }) => result,
})

async function planOf(tx: Tx, { sql: text, parameters }: CompiledQuery): Promise<string[]> {
  const { rows } = await tx.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${text}`, [...parameters]),
  )
  return rows.map(({ detail }) => detail)
}
