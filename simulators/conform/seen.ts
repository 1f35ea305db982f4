import type { Decoded } from '../../domain/message.ts'

/** What the kit does at the moment; each is a part of the run. */
export const trials = ['connect', 'watch', 'signal', 'cut', 'refuse', 'impostor', 'end'] as const
export type Trial = (typeof trials)[number]

/** Which certificate the kit shows: its own, one of a CA that nobody knows, or one of its CA for another name. */
export type Disguise = 'own' | 'stranger' | 'misnamed'

/** What a CONNECT says. The password is never kept. Times are epoch ms by the kit's clock, here and below. */
export type Hello = {
  at: number
  protocol: string
  clientId: string
  userName: string | undefined
  hasPassword: boolean
  clean: boolean
  keepAliveS: number
  will: { topic: string; payload: string; qos: number; retain: boolean } | undefined
}

/** A receipt or command on its way to the device. */
export type Downward = { at: number; id: number; topic: string; qos: number; payload: string; acknowledgedAt?: number }

/** One attempt of the device to connect, from the first byte to the end. */
export type Line = {
  number: number
  trial: Trial
  openedAt: number
  secure: boolean
  disguise: Disguise
  /** Protocol version and cipher, once the handshake is through. */
  tls?: string
  /** Why the handshake failed. */
  handshakeFailure?: string
  hello?: Hello
  /** CONNACK: from Vigil, or from the kit in its place. */
  answer?: { at: number; code: number; by: 'vigil' | 'kit' }
  subscriptions: { at: number; topic: string; qos: number; granted?: number }[]
  downward: Downward[]
  /** What could not be read as MQTT. */
  broken: string[]
  ended?: { at: number; by: 'device' | 'kit' | 'vigil' }
}

/** What one entry of a message says of itself. `at`: epoch ms by the device's clock. */
export type Entry = { at?: number; seq?: number; digest: string }

/** One PUBLISH of the device. `digest` stands for topic and payload. */
export type Message = {
  at: number
  line: number
  trial: Trial
  topic: string
  id: number | undefined
  qos: number
  dup: boolean
  retain: boolean
  payload: Buffer
  digest: string
  entries: Entry[]
  decoded: Decoded
  withheld: boolean
  acknowledgedAt?: number
}

/** All that the kit has seen of a device. Clauses are judged by this alone. */
export type Seen = {
  device: string
  beganAt: number
  endedAt: number
  lines: Line[]
  messages: Message[]
  trials: { trial: Trial; from: number; to: number }[]
  /** When nobody answered the device at all. */
  cut?: { from: number; to: number }
  /** What stood between the kit and Vigil; with one of these no verdict stands. */
  disturbances: string[]
}

export const nothingSeen = (device: string, at: number): Seen => ({
  device,
  beganAt: at,
  endedAt: at,
  lines: [],
  messages: [],
  trials: [],
  disturbances: [],
})

/** Whether Vigil took the device in on this line. */
export const isAccepted = (line: Line): boolean => line.answer?.by === 'vigil' && line.answer.code === 0

export const acceptedLines = (seen: Seen): Line[] => seen.lines.filter(isAccepted)

/** When a trial lasted, or undefined where it was not held. */
export const trialOf = (seen: Seen, trial: Trial): { from: number; to: number } | undefined =>
  seen.trials.find((held) => held.trial === trial)

/** `14:03:07.250`, UTC: how times are written in evidence. */
export const timeOfDay = (at: number): string => new Date(at).toISOString().slice(11, 23)

/** A length of time for people: `250 ms`, `3.2 s`, `4 min`. */
export function inWords(ms: number): string {
  const length = Math.abs(ms)
  if (length < 1_000) return `${Math.round(ms)} ms`
  if (length < 120_000) return `${Number((ms / 1_000).toFixed(1))} s`
  return `${Number((ms / 60_000).toFixed(1))} min`
}

/** `1 message`, `3 messages`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
