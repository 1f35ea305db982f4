import { expect, it } from 'vitest'
import { messagesTold } from './messages_told.ts'

const sum = { said: 10, acknowledged: 10, dropped: 0, waiting: 0, isCut: false }

it.each([
  [{}, true, '10 of 10 messages'],
  [{ acknowledged: 9 }, false, '9 of 10 messages'],
  [{ acknowledged: 11 }, false, '11 of 10 messages'],
  [{ acknowledged: 9, waiting: 1 }, false, '9 of 10 messages'],
  [{ acknowledged: 8, waiting: 2, isCut: true }, true, '8 of 10 messages, 2 kept by a device without a link'],
  [{ acknowledged: 7, dropped: 3 }, true, '7 of 10 messages, 3 given up by a device that was full'],
])('%o', (fields, isWhole, told) => expect(messagesTold({ ...sum, ...fields })).toEqual({ isWhole, told }))
