import { expect, test } from 'vitest'
import { receiptTarget } from './principals.ts'
import { areaOfTickets, areaTickets, downKinds, parseTopic, receiptsTopic, topicOf, upKinds } from './topics.ts'

test('every topic of the contract is taken apart as it was put together', () => {
  for (const kind of [...upKinds, ...downKinds]) {
    expect(parseTopic(`vigil/v1/watch-1/${kind}`)).toEqual({ device: 'watch-1', kind })
    expect(topicOf('watch-1', kind)).toBe(`vigil/v1/watch-1/${kind}`)
  }
})

test('a device id may hold all that an id may hold', () => {
  expect(parseTopic('vigil/v1/urn:dev:mac_0.1-a/readings')?.device).toBe('urn:dev:mac_0.1-a')
})

test.each([
  '',
  'vigil/v1',
  'vigil/v1/',
  'vigil/v1/watch-1',
  'vigil/v1/watch-1/',
  'vigil/v1//readings',
  'vigil/v1/watch-1/reading',
  'vigil/v1/watch-1/readings/',
  'vigil/v1/watch-1/readings/x',
  'vigil/v1/a/b/readings',
  '/vigil/v1/watch-1/readings',
  'vigil/v2/watch-1/readings',
  'Vigil/v1/watch-1/readings',
  'vigil/v1/+/readings',
  'vigil/v1/watch 1/readings',
  `vigil/v1/${'x'.repeat(65)}/readings`,
  'vigil/v1/watch-1/constructor',
  'vigil/v1/watch-1/toString',
])('%s is none of ours', (topic) => {
  expect(parseTopic(topic)).toBeUndefined()
})

test('receipts go to devices and vendors, by user name, and to nobody else', () => {
  expect(receiptsTopic('watch-1')).toBe('vigil/v1/watch-1/receipts')
  expect(receiptsTopic('vendor/acme')).toBe('vigil/v1/vendors/acme/receipts')
  for (const user of ['integration/north', 'vendor/', 'vendor/a/b', 'topic x/y', '', 'vendor/a b'])
    expect(receiptsTopic(user)).toBeUndefined()
})

test('topics of tickets tell their area', () => {
  expect(areaOfTickets(areaTickets('north'))).toBe('north')
  expect(areaOfTickets('vigil/v1/tickets')).toBeNull()
  for (const topic of [
    'vigil/v1/areas//tickets',
    'vigil/v1/areas/+/tickets',
    'vigil/v1/areas/a/b/tickets',
    'vigil/v1/areas/tickets',
  ])
    expect(areaOfTickets(topic)).toBeUndefined()
})

test('what became of a message is told to its device, or to a sender who had no business with it', () => {
  const of = (principal?: string, device?: string, refused?: string) => receiptTarget({ principal, device, refused })
  expect(of('watch-1', 'watch-1')).toBe('watch-1')
  expect(of('vendor/acme', 'watch-1', 'metric_unknown')).toBe('watch-1')
  expect(of('vendor/acme', 'watch-1', 'topic_foreign')).toBe('vendor/acme')
  expect(of('vendor/acme', undefined, 'topic_unknown')).toBe('vendor/acme')
  expect(of(undefined, 'watch-1')).toBe('watch-1')
  expect(of()).toBeUndefined()
})
