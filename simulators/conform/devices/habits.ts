import type { Random } from '../../../domain/random.ts'

/** How a simulated device behaves on its line; each habit is something that real firmware does well or badly. */
export type Habits = {
  /** What is wrong with it, in one sentence; for the one that does all well, that. */
  text: string
  /** The clauses that it must fail: all others it passes, or cannot be tested for. */
  fails: readonly string[]
  secure: boolean
  checksCertificate: boolean
  /** 4 is MQTT 3.1.1, 3 is MQTT 3.1. */
  protocolVersion: 3 | 4
  keepAliveS: number
  clientId(device: string, random: Random): string
  hasWill: boolean
  /** Says that it is online, after each CONNACK. */
  announces: boolean
  listensToReceipts: boolean
  qos: 0 | 1
  /** Keeps what is not acknowledged over a lost line. Without it whatever is said meanwhile is gone. */
  keeps: boolean
  /** Counts from 1 again on each connection, as after a reboot. */
  reboots: boolean
  everyMs: number
  /** Device clock minus true time, ms. */
  clockOffset: number
  reportsBattery: boolean
  /** How far the number goes on with the next message. */
  step(random: Random): number
  /** Now and then a message in another's name, and one with a metric that nobody knows. */
  talksNonsense: boolean
  /** How long to wait before trying to connect again, after so many failures in a row; ms. */
  pause(failures: number, random: Random): number
}

/** Doubling from a second to half a minute, spread by chance. */
const backedOff = (failures: number, random: Random): number =>
  Math.min(1_000 * 2 ** failures, 30_000) * (0.5 + random())

const conforming: Habits = {
  text: 'Does everything on the list.',
  fails: [],
  secure: true,
  checksCertificate: true,
  protocolVersion: 4,
  keepAliveS: 60,
  clientId: (device) => device,
  hasWill: true,
  announces: true,
  listensToReceipts: true,
  qos: 1,
  keeps: true,
  reboots: false,
  everyMs: 5_000,
  clockOffset: 0,
  reportsBattery: true,
  step: () => 1,
  talksNonsense: false,
  pause: backedOff,
}

/** The simulated devices of `vigil conform --simulate`. */
export const simulatedDevices = {
  conforming,
  'fire-and-forget': {
    ...conforming,
    text: 'Sends and forgets: QoS 0 in clear text, no will, no status, nothing kept, nothing sent again.',
    fails: ['tls', 'protocol', 'will', 'status', 'receipts', 'delivery', 'sequence', 'signal', 'store_and_forward'],
    secure: false,
    protocolVersion: 3,
    hasWill: false,
    announces: false,
    listensToReceipts: false,
    qos: 0,
    keeps: false,
  },
  chatterbox: {
    ...conforming,
    text: 'Talks too much: floods, hammers at a closed door, counts wrongly, an hour ahead, nonsense in between.',
    fails: ['topic', 'payload', 'clock', 'sequence', 'message_rate', 'back_off', 'refusal'],
    everyMs: 300,
    clockOffset: 3_600_000,
    step: (random) => (random() < 0.05 ? 2 : 1),
    talksNonsense: true,
    pause: () => 50,
  },
  amnesiac: {
    ...conforming,
    text: 'Forgets everything when the line is lost, its own name too; believes any server; says nothing of its battery.',
    fails: ['certificate', 'identity', 'keep_alive', 'battery', 'signal', 'store_and_forward'],
    checksCertificate: false,
    keepAliveS: 0,
    clientId: (_device, random) => `client-${Math.floor(random() * 1e9)}`,
    keeps: false,
    reboots: true,
    reportsBattery: false,
  },
} as const satisfies Record<string, Habits>

export type SimulatedName = keyof typeof simulatedDevices
export const simulatedNames = Object.keys(simulatedDevices) as SimulatedName[]
