import type { AnswerResult } from './commands.ts'
import type { ErrorCode } from './errors.ts'
import type { MetricName } from './metrics.ts'
import type { SignalKind } from './signals.ts'
import type { WarningCode } from './warnings.ts'

/**
 * Of whom a part of a message speaks: the name that the format itself has for the device (a friendly name, a DevEUI, an
 * IMEI), as `sourceName` writes it. Absent: of the message's own device. `deviceOfSource` makes a device's id of it.
 */
export type Sourced = {
  source?: string
  /** The device that it means, once it is placed; absent: the message's own. */
  device?: string
}

/** One measured value of one metric at one instant, in the unit that the metric fixes. `at`: epoch ms, event time. */
export type Reading = Sourced & { at: number; metric: MetricName; value: number; implausible: boolean }

export const datums = ['WGS84', 'GCJ02', 'BD09'] as const
export type Datum = (typeof datums)[number]

/**
 * Where somebody is, in degrees of WGS 84; metres. `datum` is the one in which the device gave it, and `given` what it
 * gave where that was converted (Chinese watches send GCJ-02, some clouds BD-09). Without a datum it was not told.
 */
export type Position = {
  lat: number
  lon: number
  accuracy_m?: number
  datum?: Datum
  given?: { lat: number; lon: number }
}

/** How a button was pressed. */
export const presses = ['single', 'double', 'triple', 'long'] as const
export type Press = (typeof presses)[number]

/** A safety claim as decoded. `at`: epoch ms by the device's clock as sent, undefined where it sent none. */
export type Signal = Sourced & {
  signal: SignalKind
  at: number | undefined
  confidence?: number
  position?: Position
  /** The device said that this is a drill, or simulated. */
  test?: boolean
  /** The device is still learning its room and says that its alarms are not to be relied upon. */
  learning?: boolean
  /** The device was told to raise no alarm about it. */
  silent?: boolean
  /** From a memory of the device, as it says itself: it counts at its own time and is never new. */
  historical?: boolean
  /**
   * The same claim in other words: a signal of the same device and kind with the same key, received within so many
   * milliseconds of the first, is no second one, whatever its topic.
   */
  key?: { id: string; withinMs: number }
  /** A plain button was pressed so: an SOS only where the registry has the device as an SOS button (`devices.sos_press`). */
  press?: Press
  /** A state that the device tells again and again until it ends (`"smoke":true`), not an event. Its end is a `Clear`. */
  level?: boolean
  /** Something beside the signal could not be read; the signal counts all the same. */
  malformed?: boolean
  /** Its sender may not speak for the device that it names. */
  foreign?: boolean
}

/** What ends what a signal said, by the device's own word: no proof that all is well. `at` as of a signal. */
export type Clear = Sourced & { signal: SignalKind; at: number | undefined }

/** What a device says of itself. */
export type Status = Sourced & { online: boolean; firmware?: string }

/** A device that a gateway tells of (discovery, a birth certificate, a join). All but the name is as its format has it. */
export type Announced = Sourced & { source: string; model?: string; category?: string; place?: string }

/** What a codec needs to know for later messages of the same sender; the newest under a key counts. */
export type Learned = { key: string; value: string }

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

/** What was noticed about a message that was taken all the same; a stable name, and what exactly. */
export type Warning = { code: WarningCode; detail: string }

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
  clears: Clear[]
  motions: Motion[]
  statuses: Status[]
  answers: Answer[]
  announced: Announced[]
  learned: Learned[]
  refusals: Refusal[]
  warnings: Warning[]
}

/** What a codec may know besides topic and bytes. */
export type DecodeContext = {
  /** Epoch ms when the front door received the message: the time of readings that carry none. */
  receivedAt: number
  /** Whether the MQTT retain flag was set. Many publish so at all times, so it proves nothing alone. */
  retained?: boolean
  /** Minutes east of UTC in which devices that tell no zone are taken to tell the time (`VIGIL_ZONE`). */
  zoneMinutes?: number
  /** What an earlier message of the same sender taught under a key; undefined where nothing did. */
  learned?(key: string): string | undefined
}

export const nothingDecoded = (device?: string): Decoded => ({
  device,
  readings: [],
  signals: [],
  clears: [],
  motions: [],
  statuses: [],
  answers: [],
  announced: [],
  learned: [],
  refusals: [],
  warnings: [],
})
