import type { DecodeContext, Decoded, Signal } from '../../domain/message.ts'
import { addClear, addSignal, refuse, shown } from '../build.ts'
import { dayMs, epochOf, trusted } from '../times.ts'
import { asBoolean, asNumber } from '../values.ts'

/**
 * What the states of a fall's flow mean: the radar first suspects (`fall_detected`), then is sure and calls. `confidence` of
 * a suspicion is ours: the maker gives none for it; it says "may be taken back within a minute".
 */
const fallStates: Record<string, { confidence: number } | 'over'> = {
  fall_suspected: { confidence: 0.5 },
  fall_detected: { confidence: 0.5 },
  fall_confirmed: { confidence: 1 },
  calling: { confidence: 1 },
  on_call: { confidence: 1 },
  finished: 'over',
  fall_exit: 'over',
  canceled: 'over',
  cancelled: 'over',
}

/** A fall of the maker's types 5 and 8: `{status, timestamp, statusUpdateTimestamp, isSimulated, isLearning, isSilent}`. */
export function takeFall(decoded: Decoded, payload: Record<string, unknown>, context: DecodeContext): void {
  const { status } = payload
  const state = stateOf(status)
  const began = trusted(decoded, epochOf(asNumber(payload.timestamp)), context)
  if (state === undefined) refuse(decoded, 'payload_invalid', `status: ${shown(status)}`)
  else if (state === 'over') {
    const ended = trusted(decoded, epochOf(asNumber(payload.statusUpdateTimestamp)), context)
    addClear(decoded, { signal: 'fall', at: ended ?? began })
  } else {
    const confidence = Math.min(
      state.confidence,
      levelOf(payload.confidenceLevel),
      asBoolean(payload.isLearning) ? 0.5 : 1,
    )
    // All messages of one flow carry the same `timestamp`; it is over after minutes, but a network may hold them back.
    // A confirmation is news after a suspicion, and so has a key of its own.
    const id = `flow:${String(payload.timestamp).slice(0, 32)}:${state.confidence < 1 ? 'suspected' : 'confirmed'}`
    const key = began === undefined ? {} : { key: { id, withinMs: dayMs } }
    addSignal(decoded, { signal: 'fall', at: began, confidence, ...flagsOf(payload), ...key })
  }
}

const stateOf = (status: unknown) => {
  const word = typeof status === 'string' ? status.trim().toLowerCase() : ''
  return Object.hasOwn(fallStates, word) ? fallStates[word] : undefined
}

/** `confidenceLevel` of the sensitive falls, in %. */
function levelOf(value: unknown): number {
  const level = asNumber(value)
  return level !== undefined && level > 0 && level <= 100 ? level / 100 : 1
}

const flagsOf = (payload: Record<string, unknown>): Pick<Signal, 'test' | 'learning' | 'silent'> => ({
  ...(asBoolean(payload.isSimulated) && { test: true }),
  ...(asBoolean(payload.isLearning) && { learning: true }),
  ...(asBoolean(payload.isSilent) && { silent: true }),
})

const words = Object.keys(fallStates).filter((word) => fallStates[word] !== 'over')
const claim = new RegExp(`status"\\s{0,8}:\\s{0,8}"(${words.join('|')})"`)
const says = (text: string, flag: string): boolean => new RegExp(`"${flag}"\\s{0,8}:\\s{0,8}"?(?:true|1)`).test(text)

/** A fall in text that could not be read whole (lower case), with its flags as far as they are there. */
export function salvageFall(decoded: Decoded, text: string): void {
  const word = claim.exec(text)?.[1]
  const state = word === undefined ? undefined : stateOf(word)
  if (state === undefined || state === 'over') return
  addSignal(decoded, {
    signal: 'fall',
    at: undefined,
    confidence: state.confidence,
    malformed: true,
    ...(says(text, 'issimulated') && { test: true }),
    ...(says(text, 'islearning') && { learning: true }),
    ...(says(text, 'issilent') && { silent: true }),
  })
}
