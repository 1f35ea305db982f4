import { expect, it } from 'vitest'
import { type PrincipalName, parsePrincipalKey, parseUserName, principalKey, userName } from './principals.ts'

const names: [PrincipalName, key: string, user: string][] = [
  [{ kind: 'device', id: 'watch-1' }, 'device:watch-1', 'watch-1'],
  [{ kind: 'device', id: 'a:b:c' }, 'device:a:b:c', 'a:b:c'],
  [{ kind: 'device', id: 'vendor' }, 'device:vendor', 'vendor'],
  [{ kind: 'vendor', id: 'acme' }, 'vendor:acme', 'vendor/acme'],
  [{ kind: 'integration', id: '110' }, 'integration:110', 'integration/110'],
  [{ kind: 'administrator' }, 'administrator', 'admin'],
]

it.each(names)('names %o by its key and its user name, and reads both back', (principal, key, user) => {
  expect([principalKey(principal), userName(principal)]).toEqual([key, user])
  expect([parsePrincipalKey(key), parseUserName(user)]).toEqual([principal, principal])
  expect(key).not.toContain('/')
})

it.each([
  '',
  '/',
  'vendor/',
  '/acme',
  'vendor/a/b',
  'vendors/acme',
  'device/x',
  'a b',
  'vendor/a b',
  'x'.repeat(65),
  'vendor/+',
  '#',
  'Admin/x',
])('takes the user name %j for nobody', (name) => {
  expect(parseUserName(name)).toBeUndefined()
})

it.each(['', 'device:', 'device', ':x', 'operator:anna', 'device:a/b', 'vendor:+', 'administrator:x'])(
  'takes the key %j for nobody',
  (key) => {
    expect(parsePrincipalKey(key)).toBeUndefined()
  },
)
