import { expect, it } from 'vitest'
import { addressKey, addressOf } from './addresses.ts'

it.each([
  ['10.0.0.7', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::FFFF:10.0.0.7', '10.0.0.7'],
  ['::1', '::1'],
  ['2001:db8::ffff:7', '2001:db8::ffff:7'],
  [undefined, ''],
])('the address of a socket at %s is %s', (remote, address) => {
  expect(addressOf(remote)).toBe(address)
})

it('an IPv6 network is one address', () => {
  expect(addressKey('2001:db8:1:2:aaaa::1')).toBe(addressKey('2001:db8:1:2::ffff'))
  expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'))
  expect(addressKey('::1')).toBe('address:0:0:0:0::')
})

it('an IPv4 address is one, however it is spelt', () => {
  expect(addressKey('10.0.0.1')).toBe('address:10.0.0.1')
  expect(addressKey('::ffff:10.0.0.1')).toBe('address:10.0.0.1')
  expect(addressKey(undefined)).toBe('address:')
})
