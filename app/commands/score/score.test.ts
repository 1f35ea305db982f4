import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { truthLines } from '../../../simulators/truth.ts'
import { readConfig } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { score } from './score.ts'

const from = Date.UTC(2026, 2, 1)
const iso = (ms: number) => new Date(ms).toISOString()
const config = readConfig({})

const run = { seed: 7, from, homes: [{ id: 'ash', residents: ['ann'], devices: [{ id: 'ash-watch', kind: 'watch' }] }] }
const fall = { id: 'f1', home: 'ash', event: 'fall', at: from + 1_000, until: from + 60_000, needsHelp: true } as const
const end = { at: from + 7 * 86_400_000, facts: 1, messages: 9 }
const truth = [truthLines.run(run), truthLines.fact(fall), truthLines.end(end)].map((line) => `${line}\n`).join('')

const ticket = (number: number, at: number) => ({
  id: `t${number}`,
  number,
  kind: 'fall',
  home: 'ash',
  opened_at: iso(at),
  state: 'open',
  evidence: [
    { device: 'ash-watch', signal: 'fall', at: iso(at), received_at: iso(at), reason: 'fall_reported', doubts: [] },
  ],
})
const tickets = [ticket(2, from + 3_600_000), ticket(1, from + 3_000)]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-score-'))
  await file('truth.jsonl', truth)
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const of = (name: string) => join(folder, name)
const scored = async (text: string) =>
  (await score(config, of('truth.jsonl'), { tickets: await file('tickets.json', text) })).join('\n')

describe('vigil score', () => {
  it.each([
    ['a list', tickets],
    ['a page of the api', { items: tickets, next: null }],
  ])('takes tickets from a file with %s', async (_, content) => {
    expect(await scored(JSON.stringify(content))).toMatch(/all tickets +2 +1 +50 %/)
  })

  it('writes the whole score as JSON', async () => {
    const options = { tickets: await file('t.json', JSON.stringify(tickets)), json: of('score.json') }
    await score(config, of('truth.jsonl'), options)
    const { all, run: about, false_alarms } = JSON.parse(await readFile(of('score.json'), 'utf8'))
    expect(about).toMatchObject({ seed: 7, homes: 1, residents: 1, until: '2026-03-08T00:00:00.000Z' })
    expect(all).toMatchObject({ found: 1, false: 1, person_weeks: 1, time_to_ticket_ms: { median: 2_000 } })
    expect(false_alarms).toMatchObject([{ ticket: 't2', because: null }])
  })

  it('reads the tickets of a running Vigil page by page', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`)
      const second = request.url?.includes('after=')
      const page = second ? { items: [tickets[1]], next: null } : { items: [tickets[0]], next: 'p 2' }
      response.end(JSON.stringify(page))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const lines = await score(config, of('truth.jsonl'), { url, token: 'secret' })
    server.close()
    expect(lines.join('\n')).toMatch(/all tickets +2 +1 +50 %/)
    expect(asked).toEqual([
      'Bearer secret /api/v1/tickets?limit=1000',
      'Bearer secret /api/v1/tickets?limit=1000&after=p%202',
    ])
  })

  it.each([
    ['no such file', 'absent.jsonl', undefined, /absent\.jsonl cannot be read: give the truth/],
    ['a broken line', 'broken.jsonl', truth.replace('"fall"', '"flight"'), /broken\.jsonl is no truth .*line 2/],
    ['tickets in its place', 'other.jsonl', `${JSON.stringify(tickets)}\n`, /other\.jsonl is no truth .*line 1/],
  ])('says in a sentence what is wrong with the truth: %s', async (_, name, text, sentence) => {
    if (text !== undefined) await file(name, text)
    const failure = await score(config, of(name), { tickets: of('tickets.json') }).catch((error) => error)
    expect(failure).toBeInstanceOf(Fault)
    expect(failure.message).toMatch(sentence)
  })

  it.each([
    ['no JSON', '{"items":', /tickets\.json holds no tickets .*JSON/],
    ['something else', '{"devices":[]}', /it is no list of them/],
    ['a ticket without its time', JSON.stringify([tickets[0], { ...tickets[1], opened_at: 5 }]), /ticket 2, opened_at/],
    [
      'an unknown signal in a page',
      JSON.stringify({ items: [{ ...tickets[0], evidence: [{ ...tickets[0]?.evidence[0], signal: 'cough' }] }] }),
      /ticket 1, evidence\.0\.signal/,
    ],
  ])('says in a sentence what is wrong with the tickets: %s', async (_, text, sentence) => {
    const failure = await scored(text).catch((error) => error)
    expect(failure).toBeInstanceOf(Fault)
    expect(failure.message).toMatch(sentence)
  })
})
