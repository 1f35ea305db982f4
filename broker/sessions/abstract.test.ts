import assert from 'node:assert'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { BrokerLike } from './parts.ts'
import type { Persistence } from './persistence.ts'
import { openSessions } from './sessions.ts'

/** The suite that Aedes' own persistences have to pass, which came with Aedes; written for node:test. */
type TestContext = { assert: typeof assert; plan(count: number): void; diagnostic(text: string): void }
type Test = (name: string, body: (context: TestContext) => Promise<void>) => void
type Suite = (options: { test: Test; persistence(): Promise<Persistence>; testAsync: true }) => void
const suite = createRequire(import.meta.url)('aedes-persistence/abstract.js') as Suite

/** What it asks and ours does otherwise, on purpose. */
const otherwise: Record<string, string> = {
  'add outgoing packet as a string and pump': 'what is sent again says so by DUP [MQTT-3.3.1-1]',
  'store and look up a subscription with an MQTT 5.0 subscription identifier': 'MQTT 5 is not served',
  'add incoming packet, get it, and clear with messageId': 'only the number is kept: the journal has the message',
}

let folder: string
let opened = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-sessions-'))
})
afterAll(() => rm(folder, { recursive: true }))

type WithBroker = Persistence & { broker: BrokerLike | undefined }

async function open(): Promise<WithBroker> {
  const sessions = await openSessions({
    path: join(folder, `${opened++}`),
    clock: systemClock,
    log: pino({ level: 'silent' }),
    mayReceive: () => true,
  })
  const { persistence } = sessions
  const withBroker: WithBroker = {
    ...persistence,
    broker: undefined,
    async setup(broker) {
      withBroker.broker = broker
      await persistence.setup(broker)
    },
    // The suite knows no permissions.
    addSubscriptions(client, subscriptions) {
      for (const subscription of subscriptions) sessions.grant(subscription)
      return persistence.addSubscriptions(client, subscriptions)
    },
    destroy: () => sessions.close(),
  }
  return withBroker
}

describe("Aedes' own tests of a persistence", () => {
  suite({
    testAsync: true,
    persistence: open,
    test: (name, body) => {
      const reason = otherwise[name]
      const run = () => body({ assert, plan: () => {}, diagnostic: () => {} })
      if (reason === undefined) it(name, run)
      else it.fails(`not: ${name}; ${reason}`, run)
    },
  })
})
