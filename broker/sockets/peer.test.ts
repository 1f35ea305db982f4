import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { addressOfRequest } from './peer.ts'

const from = (remoteAddress: string, forwarded?: string | string[]): string => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return addressOfRequest({ socket: { remoteAddress }, headers } as unknown as IncomingMessage)
}

it('a process of this machine says for whom it asks', () => {
  expect(from('127.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
  expect(from('::1', '2001:db8::7')).toBe('2001:db8::7')
  expect(from('::ffff:127.0.0.1', '::ffff:203.0.113.9')).toBe('203.0.113.9')
  expect(from('127.0.0.1')).toBe('127.0.0.1')
})

it('nobody else does, and nothing that is no address counts', () => {
  expect(from('198.51.100.4', '203.0.113.9')).toBe('198.51.100.4')
  expect(from('127.0.0.1', '203.0.113.9, 10.0.0.1')).toBe('127.0.0.1')
  expect(from('127.0.0.1', "'; drop table")).toBe('127.0.0.1')
})
