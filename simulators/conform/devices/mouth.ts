import type { MqttClient } from 'mqtt'
import type { Clock } from '../../../domain/clock.ts'
import type { Random } from '../../../domain/random.ts'
import { topicOf } from '../../../domain/topics.ts'
import type { Habits } from './habits.ts'

/** A message to be sent, and on which connection it last was. */
export type Said = { topic: string; payload: string; sentOn?: MqttClient }

/** What a simulated device has to say: the payloads, with their times and numbers. */
export type Mouth = {
  readings(): Said[]
  sos(): Said
  /** Counts from 1 again. */
  reboot(): void
}

/** The battery goes with every so many messages. */
const BATTERY_EVERY = 12
/** Nonsense comes with every so many. */
const NONSENSE_EVERY = 20

export function createMouth(device: string, habits: Habits, clock: Clock, random: Random): Mouth {
  let seq = 0
  let messages = 0

  function say(kind: 'readings' | 'signals', content: object, as = device): Said {
    seq += seq === 0 ? 1 : habits.step(random)
    const payload = { at: clock.now() + habits.clockOffset, seq, ...content }
    return { topic: topicOf(as, kind), payload: JSON.stringify(payload) }
  }

  function pulse(): object {
    const reportsNow = habits.reportsBattery && messages % BATTERY_EVERY === 1
    return {
      heart_rate: Math.round(66 + 12 * random()),
      spo2: Math.round(95 + 3 * random()),
      ...(reportsNow && { battery: 84 }),
    }
  }

  return {
    readings() {
      messages++
      const said = [say('readings', { readings: pulse() })]
      if (!habits.talksNonsense || messages % NONSENSE_EVERY !== 0) return said
      return [...said, say('readings', { readings: { mood: 7 } }), say('readings', { readings: pulse() }, 'neighbour')]
    },
    sos: () => say('signals', { signal: 'sos', confidence: 1 }),
    reboot() {
      seq = 0
    },
  }
}
