import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { VigilError } from '../domain/errors.ts'
import { Fault, sentenceOf, throwForPeople } from './fault.ts'

const failure = (code: string, more: object = {}) =>
  Object.assign(new Error('as the system says it'), { code, ...more })

describe('what a person is told', () => {
  it.each([
    [failure('EADDRINUSE', { port: 1883 }), /^Port 1883 is in use: .*MQTT_PORT/],
    [failure('EACCES', { path: '/srv/vigil' }), /^No permission for \/srv\/vigil: .*VIGIL_DATA/],
    [failure('EACCES', { port: 80 }), /^No permission to listen on port 80: .*1023/],
    [failure('ENOSPC'), /^The disk is full: /],
    [failure('ENOTFOUND', { hostname: 'db' }), /^No machine is known as db: .*VIGIL_HOST/],
    [new VigilError('journal_unwritable', 'another process writes the journal in /d'), /^another process writes/],
    [new VigilError('journal_full'), /^The journal is at its limit/],
    [new Fault('Mend it.'), /^Mend it\.$/],
    [new TypeError('fetch failed'), /^Vigil does not answer over HTTP: /],
  ])('%s', (error, sentence) => {
    expect(sentenceOf(error)).toMatch(sentence)
  })

  it('is that a file is damaged, where SQLite cannot read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigil-fault-'))
    const path = join(folder, 'store.sqlite')
    writeFileSync(path, 'this is no database, and long enough to be looked at: '.repeat(50))
    const read = () => new DatabaseSync(path).exec('SELECT * FROM sqlite_master')
    let caught: unknown
    try {
      read()
    } catch (error) {
      caught = error
    }
    await rm(folder, { recursive: true })
    expect(sentenceOf(caught)).toMatch(/is damaged: put back a copy/)
  })

  it('is nothing where it is a fault of the program: then the stack is wanted', () => {
    expect(sentenceOf(new TypeError('x is undefined'))).toBeUndefined()
    expect(sentenceOf(failure('ERR_SQLITE_ERROR', { errcode: 1 }))).toBeUndefined()
  })
})

it('what a simulator says is for people, and a fault of the program keeps its stack', () => {
  const sentenceFor = (error: Error) => {
    try {
      return throwForPeople(error)
    } catch (thrown) {
      return sentenceOf(thrown)
    }
  }
  expect(sentenceFor(new Error('the api refused the list of tickets: HTTP 401'))).toMatch(/^the api refused/)
  expect(sentenceFor(failure('ENOSPC'))).toMatch(/^The disk is full/)
  expect(sentenceFor(new TypeError('x is not a function'))).toBeUndefined()
})
