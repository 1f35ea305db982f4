import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeRecord } from '../codecs/decode.ts'
import { commandKinds, SentCommand } from '../domain/commands.ts'
import { type ErrorCode, errorTable } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type Metric, metrics } from '../domain/metrics.ts'
import { doubts, signals } from '../domain/signals.ts'
import { Receipt } from '../domain/ticket.ts'
import { downKinds, isUpKind, topicOf, upKinds } from '../domain/topics.ts'

/** What docs/Vendor.md promises is what the code does: its tables, its numbers and its examples. */
const page = readFileSync(new URL('../docs/Vendor.md', import.meta.url), 'utf8')

/** The rows of the table whose first column has this heading, without the back quotes. */
function table(heading: string): string[][] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  const rest = lines.slice(start + 2)
  const end = rest.findIndex((line) => !line.startsWith('|'))
  return rest.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}

describe('the tables', () => {
  test('metrics: every one, with text, unit, LOINC code and range', () => {
    const rows = table('metric').map(([name, text, unit, loinc, range]) => {
      const [min, max] = (range ?? '').split(' to ').map((bound) => Number(bound.replaceAll(',', '')))
      return [name, { text, unit, min, max, ...(loinc && { loinc }) }]
    })
    expect(Object.fromEntries(rows)).toEqual(metrics satisfies Record<string, Metric>)
  })

  test('signals: every one, with meaning, severity and spellings', () => {
    const rows = table('signal').map(([kind, text, severity, words]) => [
      kind,
      { text, severity, words: words?.split(', ') },
    ])
    expect(Object.fromEntries(rows)).toEqual(signals)
  })

  test('doubts: every one', () => {
    expect(Object.fromEntries(table('doubt'))).toEqual(doubts)
  })

  test('topics: every one', () => {
    const all = [...upKinds, ...downKinds].map((kind) => topicOf('{device}', kind))
    expect(
      table('topic')
        .map(([topic]) => topic)
        .sort(),
    ).toEqual(all.sort())
  })

  test('codes: every one but those that only people and programs meet', () => {
    const notForDevices: ErrorCode[] = [
      'forbidden',
      'request_invalid',
      'id_taken',
      'reference_unknown',
      'still_referenced',
      'transition_not_allowed',
      'held_by_other',
      'link_invalid',
      'not_shared',
      'oidc_clock_off',
      'oidc_code_refused',
      'oidc_denied',
      'oidc_misconfigured',
      'oidc_nonce_wrong',
      'oidc_off',
      'oidc_over',
      'oidc_proof_invalid',
      'oidc_state_wrong',
      'oidc_unknown_operator',
      'oidc_unreachable',
      'partner_ticket_unknown',
      'signature_invalid',
      'signature_stale',
      'late_only',
      'outcome_required',
      'authority_invalid',
      'authority_taken',
      'revocation_invalid',
      'gateway_invalid',
      'commands_full',
      'command_too_large',
      'login_failed',
      'csrf_refused',
      'session_locked',
      'too_many_points',
      'journal_unreadable',
      'watchers_too_many',
      'telemetry_unreachable',
    ]
    const texts = Object.entries(errorTable).map(([code, { text }]) => [code, text.replaceAll('`', '')])
    const expected = texts.filter(([code]) => !notForDevices.includes(code as ErrorCode))
    expect(Object.fromEntries(table('code'))).toEqual(Object.fromEntries(expected))
  })
})

test('the limits are those of the code', () => {
  expect(page).toContain(`${limits.payloadBytes / 1024} KiB`)
  expect(page).toContain(`${limits.batchEntries.toLocaleString('en')} entries`)
  expect(page).toContain(`${limits.payloadDepth} levels`)
  expect(page).toContain(`up to ${limits.commandBytes / 1024} KiB an answer`)
  const prose = page.replaceAll(/\n */g, ' ')
  expect(prose).toContain(`At most ${limits.commandsWaiting} wait`)
  expect(prose).toContain(`At most ${limits.commandsInFlight} are under way`)
  expect(prose).toContain(`within ${limits.claimMs / 86_400_000} days`)
  expect(prose).toContain(`within ${limits.claimRepeatMs / 60_000} minutes`)
  expect(page.replaceAll('\n', ' ')).toContain(`${limits.clockAheadMs / 60_000} minutes ahead`)
  expect(page).toContain(`before ${new Date(limits.clockUnsetBefore).getUTCFullYear()}`)
})

describe('the examples', () => {
  const examples = [...page.matchAll(/```json (\w+)\n(.*?)\n```/gs)].map(
    ([, kind, json]) => [kind, json] as [string, string],
  )
  const up = examples.filter(([kind]) => isUpKind(kind))

  test('there is one for every kind of message that a device publishes', () => {
    expect(new Set(up.map(([kind]) => kind))).toEqual(new Set(upKinds))
  })

  test.each(up)('%s %s is taken without a word', (kind, json) => {
    const receivedAt = Date.UTC(2026, 10, 22, 8, 16)
    const decoded = decodeRecord({ topic: `vigil/v1/watch-1/${kind}`, payload: Buffer.from(json), receivedAt })
    expect(decoded.refusals).toEqual([])
    const taken = {
      readings: decoded.readings,
      signals: decoded.signals,
      motion: decoded.motions,
      status: decoded.statuses,
      answers: decoded.answers,
    }
    expect(taken[kind as keyof typeof taken].length).toBeGreaterThan(0)
  })

  test('commands are commands, and the kinds are those there are', () => {
    const sent = examples.filter(([kind]) => kind === 'commands').map(([, json]) => SentCommand.parse(JSON.parse(json)))
    expect(sent.map(({ kind }) => kind)).toEqual(['say'])
    expect(Object.fromEntries(table('kind'))).toEqual(commandKinds)
  })

  test('receipts are receipts', () => {
    const [, lines] = /```json\n(.*?)\n```/s.exec(page) ?? []
    const receipts = (lines ?? '').split('\n').map((line) => Receipt.strict().parse(JSON.parse(line)))
    expect(receipts.map(({ result }) => result)).toEqual(['accepted', 'refused'])
  })
})
