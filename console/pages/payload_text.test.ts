import { expect, it } from 'vitest'
import { bytesOf, hexDump, textOf } from './payload_text.js'

const bytes = (text: string) => new TextEncoder().encode(text)

it('dumps sixteen bytes to a line, and letters where there are some', () => {
  expect(hexDump(bytes('{"signal":"sos"}\n李')).split('\n')).toEqual([
    '00000000  7b 22 73 69 67 6e 61 6c 22 3a 22 73 6f 73 22 7d  {"signal":"sos"}',
    '00000010  0a e6 9d 8e                                      ....',
  ])
})

it('stops where it was told to, in the middle of a line too', () => {
  expect(hexDump(bytes('a'.repeat(100)), 20).split('\n')).toEqual([
    `00000000  ${Array(16).fill('61').join(' ')}  ${'a'.repeat(16)}`,
    '00000010  61 61 61 61                                      aaaa',
  ])
  expect(hexDump(bytes(''))).toBe('')
})

it('lays out JSON, leaves other text as it is, and says that bytes are no text', () => {
  expect(textOf(bytes('{"a":[1]}'))).toBe('{\n  "a": [\n    1\n  ]\n}')
  expect(textOf(bytes('{"readings":'))).toBe('{"readings":')
  expect(textOf(new Uint8Array([0xff, 0xfe]))).toBeUndefined()
  expect(textOf(new Uint8Array([0x00, 0x41]))).toBeUndefined()
})

it('reads base64', () => {
  expect([...bytesOf('/wBB')]).toEqual([255, 0, 65])
})
