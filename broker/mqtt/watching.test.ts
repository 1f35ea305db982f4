import type { Aedes, Client } from 'aedes'
import { expect, it } from 'vitest'
import { freePacketId, onOtherAcknowledged } from './watching.ts'

it('a PUBACK counts for the message that a session has queued before it counts for any other of that number', async () => {
  const queued = new Set([7])
  const persistence = {
    outgoingClearMessageId: async (_client: Client, { messageId }: { cmd: string; messageId: number }) =>
      queued.delete(messageId) ? { messageId } : undefined,
  }
  const told: number[] = []
  const client = {} as Client
  onOtherAcknowledged({ persistence } as unknown as Aedes, (_client, id) => told.push(id))
  const acknowledged = (cmd: string, messageId: number) =>
    persistence.outgoingClearMessageId(client, { cmd, messageId })
  expect(await acknowledged('puback', 7)).toEqual({ messageId: 7 })
  expect(told).toEqual([])
  await acknowledged('puback', 7)
  // What Aedes could not forward, and the end of QoS 2.
  await acknowledged('publish', 8)
  await acknowledged('pubcomp', 9)
  expect(told).toEqual([7])
})

it('packet ids go on where Aedes is, begin anew after the last, and leave out what is taken', () => {
  const client = { _nextId: 65_534 } as Client & { _nextId: number }
  const taken = new Set([65_535, 1])
  const ids = Array.from({ length: 3 }, () => freePacketId(client, (id) => !taken.has(id)))
  expect([ids, client._nextId]).toEqual([[65_534, 2, 3], 4])
})
