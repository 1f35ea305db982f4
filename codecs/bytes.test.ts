import { expect, test } from 'vitest'
import { hasBit, hexOrBytes, readerOf } from './bytes.ts'

test('reads in order, in both orders of bytes, of a part of a larger buffer too', () => {
  const whole = Uint8Array.from([0xff, 0x01, 0x02, 0xfe, 0xff, 0x00, 0x00, 0x80, 0x3f, 7, 8])
  const reader = readerOf(whole.subarray(1))
  expect([reader.uintLE(1), reader.uintBE(1), reader.intLE(2), reader.floatLE()]).toEqual([1, 2, -2, 1])
  expect([reader.offset, reader.left, reader.isShort]).toEqual([8, 2, false])
  expect(reader.take(1)).toEqual(Buffer.from([7]))
  reader.skip(1)
  expect([reader.left, reader.isShort]).toEqual([0, false])
})

test('beyond the end there is nothing for ever, and the cut is told', () => {
  const reader = readerOf(Uint8Array.from([1, 2, 3]))
  expect(reader.uintBE(2)).toBe(0x0102)
  expect(reader.uintBE(2)).toBeUndefined()
  // not the byte that was left: what is behind a cut means nothing
  expect(reader.uintBE(1)).toBeUndefined()
  expect([reader.left, reader.isShort, reader.take(1)]).toEqual([0, true, undefined])
})

test('bits, also beyond the 32nd', () => {
  expect([hasBit(0b100, 2), hasBit(0b100, 1), hasBit(2 ** 31, 31), hasBit(2 ** 40, 40), hasBit(2 ** 40, 8)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
})

test.each(['403a01', '40 3A 01', '"40:3a:01"', '0x403A01\r\n', '40-3a-01'])('%j is digits', (text) => {
  expect([...hexOrBytes(Buffer.from(text), 20)]).toEqual([0x40, 0x3a, 0x01])
})

test.each(['40 3', '40g1', '', '{"a":1}'])('%j is bytes', (text) => {
  expect(hexOrBytes(Buffer.from(text), 20)).toEqual(Buffer.from(text))
})

test('digits for more bytes than there may be are not even looked at', () => {
  const long = Buffer.from('40'.repeat(100))
  expect(hexOrBytes(long, 20)).toBe(long)
})
