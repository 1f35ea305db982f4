import { describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { isTooDeep, parsePayload, withoutEnd } from './payload.ts'
import { isUrgent } from './urgent.ts'

const parse = (text: string | Uint8Array) => parsePayload(Buffer.from(text as string))
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

test('JSON is read as it is, in a view of a larger buffer too', () => {
  expect(parse('{"a":[1,"ü"]}')).toEqual({ ok: true, value: { a: [1, 'ü'] } })
  const larger = new TextEncoder().encode('xx{"a":1}yy')
  expect(parsePayload(larger.subarray(2, -2))).toEqual({ ok: true, value: { a: 1 } })
})

test.each<[string, string | Uint8Array, string]>([
  ['no bytes', '', 'payload_empty'],
  ['white space', ' \n', 'payload_not_json'],
  ['text', 'hello', 'payload_not_json'],
  ['truncated', '{"readings":{"spo2":97', 'payload_not_json'],
  ['single quotes', "{'a':1}", 'payload_not_json'],
  ['a trailing comma', '{"a":1,}', 'payload_not_json'],
  ['two objects', '{"a":1}{"a":2}', 'payload_not_json'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'payload_not_json'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'payload_not_json'],
])('%s: %s is refused with %s', (_, payload, code) => {
  expect(parse(payload)).toMatchObject({ ok: false, code })
})

test('a byte order mark is passed over', () => {
  expect(parse('\ufeff{"a":1}')).toEqual({ ok: true, value: { a: 1 } })
})

test('broken UTF-8 in a name costs no value, and is told', () => {
  const gbk = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xee]), Buffer.from('","a":1}')])
  expect(parsePayload(gbk)).toMatchObject({ ok: true, value: { a: 1 }, flaw: { code: 'payload_not_json' } })
})

test('NaN and Infinity cost their own value, not the message; within text they are text', () => {
  expect(parse('{"a":NaN,"b":[-Infinity, nan],"c":"is: NaN","d":1}')).toMatchObject({
    ok: true,
    value: { a: 'NaN', b: ['-Infinity', 'nan'], d: 1 },
  })
  expect(parse('{"a":NaNny}')).toMatchObject({ ok: false, code: 'payload_not_json' })
})

test('signs at the end go, however long a row of them stands elsewhere', () => {
  const row = '#'.repeat(262_144)
  expect(withoutEnd(`a${row} #`, '# ')).toBe('a')
  expect(withoutEnd(`${row}b`, '# ')).toHaveLength(262_145)
  for (const topic of ['gsm/trv/1', 'gsm/eview/1'])
    for (const text of [`AP10${row}b`, `IWAP10${' '.repeat(262_000)}b`, `!A,${';'.repeat(262_000)}b`])
      expect(isUrgent(topic, Buffer.from(text))).toBeTypeOf('boolean')
})

describe('size', () => {
  test('as large as allowed is read, one byte more is refused', () => {
    const text = (size: number) => `"${'x'.repeat(size - 2)}"`
    expect(parse(text(limits.payloadBytes)).ok).toBe(true)
    expect(parse(text(limits.payloadBytes + 1))).toMatchObject({ ok: false, code: 'payload_too_large' })
  })
})

describe('depth', () => {
  test('as deep as allowed is read, one level more is refused', () => {
    expect(parse(nested(limits.payloadDepth)).ok).toBe(true)
    expect(parse(nested(limits.payloadDepth + 1))).toMatchObject({ ok: false, code: 'payload_too_deep' })
    expect(parse('{"a":'.repeat(100_000 / 2))).toMatchObject({ ok: false, code: 'payload_too_deep' })
  })

  test('brackets within text do not count, whatever is escaped before them', () => {
    for (const text of [`"${'['.repeat(99)}"`, `"\\"${'['.repeat(99)}"`, `["\\\\","${'{'.repeat(99)}"]`]) {
      expect(isTooDeep(Buffer.from(text))).toBe(false)
      expect(parse(text).ok).toBe(true)
    }
    expect(isTooDeep(Buffer.from(`["\\\\",${nested(99)}]`))).toBe(true)
  })

  test('many shallow lists are not deep', () => {
    expect(parse(`[${Array.from({ length: 1_000 }, () => '[[]]').join()}]`).ok).toBe(true)
  })
})
