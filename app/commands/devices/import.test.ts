import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimQr } from '../../../domain/claim_code.ts'
import { Fault } from '../../fault.ts'
import type { Client } from '../client.ts'
import { type ImportOptions, importDevices } from './import.ts'

type Call = { vendor?: string; claim_days?: number; url?: string; devices: { id: string; gateway?: string }[] }

let folder: string
let calls: Call[]
let registered: Set<string>
let printed: string[]
let remarked: string[]
/** How many calls are answered before nobody answers any more. */
let answers: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-import-'))
  calls = []
  registered = new Set()
  printed = []
  remarked = []
  answers = Number.POSITIVE_INFINITY
})
afterEach(() => rmSync(folder, { recursive: true }))

const codeOf = (id: string) => `CODE-${id}`

/** Answers as the API does: what is there exists, a device of an unknown home is refused. */
function become({ id, home }: { id: string; home?: string }) {
  if (registered.has(id)) return { id, result: 'exists' }
  if (home === 'nowhere')
    return { id, result: 'refused', code: 'reference_unknown', detail: 'there is no home nowhere' }
  registered.add(id)
  return { id, result: 'created', claim_code: codeOf(id), qr: claimQr(id, codeOf(id)) }
}

const unasked = () => Promise.reject(new Error('not asked for here'))
const api: Client = {
  get: unasked,
  patch: unasked,
  delete: unasked,
  post: async (path, body, shape) => {
    expect(path).toBe('/devices/import')
    if (calls.length >= answers) throw new Fault('Nothing answers.')
    calls.push(body as Call)
    return shape.parse({ items: (body as Call).devices.map(become) })
  },
}

const inFolder = (name: string) => join(folder, name)
function importText(text: string, options: ImportOptions = {}): Promise<boolean> {
  writeFileSync(inFolder('list.csv'), text)
  const print = (lines: readonly string[]) => void printed.push(...lines)
  return importDevices(api, inFolder('list.csv'), options, { print, remark: (lines) => void remarked.push(...lines) })
}
const ids = (count: number) => Array.from({ length: count }, (_, n) => `watch-${n}`)

describe('an import', () => {
  it('of ten thousand goes in calls of a thousand, and every code comes out once', async () => {
    const list = `id,model\n${ids(10_000)
      .map((id) => `${id},W2`)
      .join('\n')}\n`
    expect(await importText(list, { vendor: 'acme', claimDays: 30, out: inFolder('codes.csv') })).toBe(true)
    expect(calls.map(({ devices }) => devices.length)).toEqual(Array(10).fill(1_000))
    expect(calls[0]).toMatchObject({ vendor: 'acme', claim_days: 30 })
    expect(calls[0]?.devices[0]).toEqual({ id: 'watch-0', model: 'W2' })
    const [header, ...codes] = readFileSync(inFolder('codes.csv'), 'utf8').trimEnd().split('\n')
    expect(header).toBe('id,claim_code,qr')
    expect(codes).toEqual(ids(10_000).map((id) => `${id},${codeOf(id)},${claimQr(id, codeOf(id))}`))
    expect(remarked.slice(0, 2)).toEqual(['1,000 of 10,000 …', '2,000 of 10,000 …'])
    expect(remarked[9]).toBe('10,000 devices are registered, 0 were before.')
  })

  it('asks for gateways before those that they speak for', async () => {
    await importText('id,gateway\nsensor-1,hub-1\nhub-1,\nsensor-2,hub-1\n')
    expect(calls.flatMap(({ devices }) => devices.map(({ id }) => id))).toEqual(['hub-1', 'sensor-1', 'sensor-2'])
  })

  it('tells each bad line, also those that the API refuses, and takes the rest', async () => {
    expect(await importText('id,home\nwatch-1,\nwatch 2,\nwatch-3,nowhere\nwatch-4,\n')).toBe(false)
    expect([...registered]).toEqual(['watch-1', 'watch-4'])
    expect(remarked).toEqual([
      'line 3: id: an id is 1 to 64 characters of A-Z a-z 0-9 _ . : -',
      'line 4: watch-3: there is no home nowhere (reference_unknown)',
      '2 devices are registered, 0 were before.',
      '2 lines were not taken: mend them and run the same list again.',
    ])
    expect(printed).toEqual([
      'id,claim_code,qr',
      ...['watch-1', 'watch-4'].map((id) => `${id},${codeOf(id)},${claimQr(id, codeOf(id))}`),
    ])
  })

  it('of the same list changes nothing, and touches no codes of before', async () => {
    const options = { out: inFolder('codes.csv') }
    await importText('id\nwatch-1\n', options)
    const codes = readFileSync(options.out, 'utf8')
    await expect(importText('id\nwatch-1\n', options)).rejects.toThrow(
      'is there already and may hold what is told only once',
    )
    expect(readFileSync(options.out, 'utf8')).toBe(codes)
    expect(await importText('id\nwatch-1\n', { out: inFolder('more.csv') })).toBe(true)
    expect(remarked.at(-1)).toBe('0 devices are registered, 1 was before.')
    expect(readFileSync(inFolder('more.csv'), 'utf8')).toBe('id,claim_code,qr\n')
  })

  it('says of one what it says of many, and that codes go to another file next time', async () => {
    expect(await importText('id\nwatch-1\nwatch 2\n', { out: inFolder('codes.csv') })).toBe(false)
    expect(remarked.slice(1)).toEqual([
      '1 device is registered, 0 were before.',
      `Their claim codes are in ${inFolder('codes.csv')}: they are told only this once.`,
      '1 line was not taken: mend it and run the same list again with another --out.',
    ])
  })

  it('that breaks off keeps the codes that it has, and says what to do', async () => {
    answers = 1
    const list = `id\n${ids(1_500).join('\n')}\n`
    await expect(importText(list, { out: inFolder('codes.csv') })).rejects.toThrow(
      'Nothing answers. Run the same again: what is registered already stays as it is.',
    )
    expect(readFileSync(inFolder('codes.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(1_001)
  })

  it('keeps codes and pictures for the owner alone, and asks for the address to claim at', async () => {
    const options = { out: inFolder('codes.csv'), qr: inFolder('pictures'), qrUrl: 'https://vigil.example:8443' }
    await importText('id\nurn:watch-1\nwatch-2\n', options)
    expect(statSync(options.out).mode & 0o777).toBe(0o600)
    expect(calls[0]?.url).toBe('https://vigil.example:8443')
    expect(readdirSync(options.qr).toSorted()).toEqual(['urn%3Awatch-1.svg', 'watch-2.svg'])
    expect(statSync(join(options.qr, 'watch-2.svg')).mode & 0o777).toBe(0o600)
  })

  it('for programs tells what became of each line', async () => {
    await importText('id,home\nwatch-1,\n,\nwatch-3,nowhere\n,home-1\n', { json: true })
    expect(printed.map((line) => JSON.parse(line))).toEqual([
      { line: 5, result: 'refused', code: 'request_invalid', detail: 'it has no id' },
      { line: 2, id: 'watch-1', result: 'created', claim_code: 'CODE-watch-1', qr: claimQr('watch-1', 'CODE-watch-1') },
      { line: 4, id: 'watch-3', result: 'refused', code: 'reference_unknown', detail: 'there is no home nowhere' },
    ])
  })
})
