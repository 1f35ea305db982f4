import { Aedes } from 'aedes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundSessions } from './sessions.ts'

type Packet = { topic: string; payload: Buffer; retain: boolean; qos: 0 | 1 | 2; messageId?: number }
type Kept = AsyncIterable<Packet>
/** What Aedes asks of its persistence, as far as it is looked at here. */
type Persistence = {
  storeRetained(packet: Packet): Promise<void>
  createRetainedStreamCombi(filters: string[]): Kept
  addSubscriptions(session: object, subscriptions: object[]): Promise<void>
  subscriptionsByClient(session: object): Promise<object[]>
  incomingStorePacket(session: object, packet: Packet): Promise<void>
  incomingGetPacket(session: object, packet: Packet): Promise<Packet>
  outgoingEnqueueCombi(receivers: { clientId: string }[], packet: Packet): Promise<void>
  outgoingClearMessageId(session: object, packet: object): Promise<Packet | undefined>
  outgoingStream(session: object): Kept
}

let aedes: Aedes
let kept: Persistence
beforeEach(async () => {
  aedes = new Aedes()
  await aedes.listen()
  boundSessions(aedes)
  kept = (aedes as Aedes & { persistence: Persistence }).persistence
})
afterEach(() => new Promise<void>((resolve) => aedes.close(resolve)))

const packet = (topic: string, text: string): Packet => ({ topic, payload: Buffer.from(text), retain: true, qos: 1 })
const session = (n: number, user = 'watch-1') => ({ id: `${user}/${n}`, clean: false })
const receipts = [{ topic: 'vigil/v1/watch-1/receipts', qos: 1 }]
async function texts(packets: Kept): Promise<string[]> {
  const found: string[] = []
  for await (const { payload } of packets) found.push(payload.toString())
  return found
}

describe('what is kept for clients', () => {
  it('a retained message is found by its name and by a filter, replaced, and cleared', async () => {
    const found = async (filter: string) => texts(kept.createRetainedStreamCombi([filter]))
    await kept.storeRetained(packet('a/status', 'old'))
    await kept.storeRetained(packet('a/status', 'new'))
    await kept.storeRetained(packet('b/status', 'other'))
    expect(await found('a/status')).toEqual(['new'])
    expect(await found('+/status')).toEqual(['new', 'other'])
    expect(await found('a/receipts')).toEqual([])
    await kept.storeRetained(packet('a/status', ''))
    expect([await found('a/status'), await found('#')]).toEqual([[], ['other']])
  })

  it('a session that never comes back does not grow for ever, and takes more again once it was emptied', async () => {
    for (let n = 0; n < 300; n++) await kept.outgoingEnqueueCombi([{ clientId: 'watch-1/1' }], packet('r', String(n)))
    expect(await texts(kept.outgoingStream(session(1)))).toHaveLength(200)
    // What was never sent has no number yet.
    await kept.outgoingClearMessageId(session(1), {})
    await kept.outgoingEnqueueCombi([{ clientId: 'watch-1/1' }], packet('r', 'late'))
    expect((await texts(kept.outgoingStream(session(1)))).at(-1)).toBe('late')
  })

  it('a client that comes with a new id each time leaves no endless row of sessions; others keep theirs', async () => {
    await kept.addSubscriptions(session(0, 'watch-2'), receipts)
    await kept.addSubscriptions(session(0), receipts)
    await kept.outgoingEnqueueCombi([{ clientId: 'watch-1/0' }], packet('r', 'waiting'))
    for (let n = 1; n <= 16; n++) await kept.addSubscriptions(session(n), receipts)
    expect(await kept.subscriptionsByClient(session(0))).toEqual([])
    expect(await texts(kept.outgoingStream(session(0)))).toEqual([])
    expect(await kept.subscriptionsByClient(session(1))).toHaveLength(1)
    expect(await kept.subscriptionsByClient(session(0, 'watch-2'))).toHaveLength(1)
  })

  it('a QoS 2 message is known by its number without its bytes', async () => {
    const large = { ...packet('vigil/v1/watch-1/motion', 'x'.repeat(100_000)), messageId: 9 }
    await kept.incomingStorePacket(session(1), large)
    expect((await kept.incomingGetPacket(session(1), large)).payload).toHaveLength(0)
  })
})
