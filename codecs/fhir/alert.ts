import type { Decoded } from '../../domain/message.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { addClear, addSignal, isRecord, refuse, shown, whose } from '../build.ts'
import type { Row } from '../pushes.ts'
import { instantOf, trusted } from '../times.ts'
import { namedIn } from '../words.ts'
import type { Bundle } from './observation.ts'
import { codingsOf, sourceOf } from './references.ts'

/**
 * DeviceAlert, of the ballot of R6 (maturity 0 to 2): no codes are fixed for what it is about, so that its words are looked
 * at. It is a state until its `status` is completed or its condition absent.
 */
export function takeAlert(decoded: Decoded, alert: Row, { names, context }: Bundle): void {
  if (alert.status === 'entered-in-error') return
  const condition = isRecord(alert.condition) ? alert.condition : {}
  const timing = isRecord(condition.timing) ? condition.timing : {}
  const at = trusted(decoded, instantOf(timing.start) ?? instantOf(condition.timing), context)
  const source = sourceOf(alert.source, names) ?? sourceOf(alert.device, names)
  const [signal] = kindsOf(alert)
  if (!signal) refuse(decoded, 'payload_invalid', `type: ${shown(textOf(alert.type))}`)
  else if (alert.status === 'completed' || condition.presence === false)
    addClear(decoded, { signal, at: undefined, ...whose(source) })
  else addSignal(decoded, { signal, at, level: true, ...whose(source) })
}

/** An alert without a word that is known, but with limits, is of a vital sign. */
function kindsOf(alert: Row): SignalKind[] {
  const found = namedIn([alert.type, alert.code, alert.label].map(textOf).join(' ').slice(0, 500))
  const hasLimit = isRecord(alert.condition) && alert.condition.limit !== undefined
  return found.length === 0 && hasLimit ? ['vital_sign'] : found
}

const textOf = (concept: unknown): string => {
  if (typeof concept === 'string') return concept
  if (!isRecord(concept)) return ''
  const display = codingsOf(concept).map(({ code }) => code)
  return [typeof concept.text === 'string' ? concept.text : '', ...display].join(' ')
}
