import type { AnswerResult } from './commands.ts'
import type { ErrorCode } from './errors.ts'
import type { MetricName } from './metrics.ts'
import type { SignalKind } from './signals.ts'

/** One measured value of one metric at one instant, in the unit that the metric fixes. `at`: epoch ms, event time. */
export type Reading = { at: number; metric: MetricName; value: number; implausible: boolean }

/** Where somebody is. The datum travels with the position, because Chinese watches send GCJ-02. Degrees, metres. */
export type Position = { lat: number; lon: number; accuracy_m?: number; datum?: 'WGS84' | 'GCJ02' | 'BD09' }

/** A safety claim as decoded. `at`: epoch ms by the device's clock as sent, undefined where it sent none. */
export type Signal = {
  signal: SignalKind
  at: number | undefined
  confidence?: number
  position?: Position
  /** The device said that this is a drill. */
  test?: boolean
  /** Something beside the signal could not be read; the signal counts all the same. */
  malformed?: boolean
}

/** What a device says of itself. */
export type Status = { online: boolean; firmware?: string }

/** An accelerometer window round a suspected impact; `x`, `y`, `z` in g, `rate_hz` samples a second. */
export type Motion = {
  at: number
  rate_hz: number
  range_g?: number
  placement?: string
  x: number[]
  y: number[]
  z: number[]
}

/** What a device says of a command that it was sent. `at`: epoch ms, event time; the fields that are not named here are
 *  kept as they came. */
export type Answer = { at: number; command: string; result: AnswerResult; detail?: string } & Record<string, unknown>

/** A part of a message that was refused, with the stable code and what exactly was wrong. */
export type Refusal = { code: ErrorCode; detail: string }

/**
 * What a codec makes of one message. Never throws for bad input: what it cannot read is in `refusals`, and the rest
 * stands. A message with refusals goes whole to the dead letters, whatever else it yielded.
 */
export type Decoded = {
  device: string | undefined
  readings: Reading[]
  signals: Signal[]
  motions: Motion[]
  status: Status | undefined
  answers: Answer[]
  refusals: Refusal[]
}

/** What a codec may know besides topic and bytes. */
export type DecodeContext = {
  /** Epoch ms when the front door received the message: the time of readings that carry none. */
  receivedAt: number
}

export const nothingDecoded = (device?: string): Decoded => ({
  device,
  readings: [],
  signals: [],
  motions: [],
  status: undefined,
  answers: [],
  refusals: [],
})
