import { HttpError } from '@influxdata/influxdb-client'
import { describe, expect, it } from 'vitest'
import { verdictOf } from './influx_verdict.ts'

const now = Date.UTC(2026, 10, 22)
const answered = (status: number, body = '', headers: Record<string, string> = {}) =>
  new HttpError(status, 'x', body, headers['retry-after'], headers['content-type'], undefined, headers)

/** What 2.7.12 answered when it was tried, and what the sources of 3.x say; 1.x is asked for real in influx.test.ts. */
describe('what an answer to a write means', () => {
  const conflict2 =
    '{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \\"weight\\" on measurement \\"readings\\" is type float, already exists as type integer dropped=300"}'
  const range2 =
    '{"code":"invalid","message":"unable to parse \'readings,device=a spo2=1 9000000000000000\': time outside range -9223372036854775806 - 9223372036854775806"}'
  const partial3 =
    '{"error":"partial write of line protocol occurred","data":[{"original_line":"readings,device=a weight=1 1","line_number":1,"error_message":"invalid column type for column \'weight\', expected iox::column_type::field::integer, got iox::column_type::field::float"}]}'

  it.each([
    ['2.x, a field of another type', 422, conflict2, { dropped: 300, metric: 'weight', wholeLine: false }],
    ['2.x, an instant that it cannot hold', 400, range2, { dropped: undefined, wholeLine: true }],
    ['3.x, a field of another type', 400, partial3, { dropped: undefined, metric: 'weight', wholeLine: false }],
    ['hosted 3.x', 400, '{"code":"invalid","message":"failed to parse line protocol: …"}', { wholeLine: false }],
  ])('refused: %s', (_name, status, body, more) => {
    expect(verdictOf(answered(status, body), now)).toMatchObject({ kind: 'refused', ...more })
  })

  it.each([
    ['no token', 401, '{"code":"unauthorized","message":"unauthorized access"}'],
    ['a token for something else', 403, ''],
    ['no such bucket', 404, '{"code":"not found","message":"bucket \\"vigil\\" not found"}'],
    ['no such path', 404, '404 page not found'],
    ['a name that is none', 400, 'db name must start with a letter or number'],
    ['not its method', 405, ''],
    ['sent elsewhere', 301, ''],
  ])('for a person to mend: %s', (_name, status, body) => {
    expect(verdictOf(answered(status, body), now).kind).toBe('misconfigured')
  })

  it.each([[500], [502], [503], [504], [408], [425], [429]])('passing: %i', (status) => {
    expect(verdictOf(answered(status, '{"error":"partial write"}'), now)).toMatchObject({ kind: 'passing', waitMs: 0 })
  })

  it('passing: whatever is no answer at all', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    expect(verdictOf(reset, now)).toEqual({ kind: 'passing', reason: 'read ECONNRESET', waitMs: 0 })
  })

  it('too large: 413, of InfluxDB or of a proxy', () => {
    expect(verdictOf(answered(413, '<h1>Too large</h1>'), now).kind).toBe('too_large')
  })

  it.each([
    ['3', 3_000],
    ['0', 0],
    [new Date(now + 90_000).toUTCString(), 90_000],
    [new Date(now - 90_000).toUTCString(), 0],
    ['soon', 0],
    ['1e12', 15 * 60_000],
  ])('waits by Retry-After: %s', (header, waitMs) => {
    expect(verdictOf(answered(503, '', { 'retry-after': header }), now)).toMatchObject({ waitMs })
  })

  it("gives the server's own words, in one line and not without end", () => {
    const { reason } = verdictOf(answered(400, `{"error":"partial\\n  write: ${'x'.repeat(2_000)}"}`), now)
    expect(reason).toMatch(/^400: partial write: x+$/)
    expect(reason.length).toBeLessThan(520)
  })
})
