import type { DecodeContext, Decoded } from '../../domain/message.ts'
import { refuse, warn } from '../build.ts'
import type { SparkplugMetric } from './payload.ts'
import { signedBy } from './payload.ts'

/** Numbers in place of names: a birth tells them, and what follows may send nothing else (Sparkplug 3.0, 6.4.6). */

/** Unique within a node and all of its devices. */
const keyOf = (node: string, alias: number): string => `sparkplug:${node}:${alias}`

/** Teaches the names of a birth. The value: datatype, unit and name, one line each, the name last since it may hold anything. */
export function learnAliases(decoded: Decoded, node: string, metrics: SparkplugMetric[]): void {
  for (const { alias, name, datatype = 0, unit = '' } of metrics) {
    if (alias === undefined || name === undefined || name === '') continue
    decoded.learned.push({ key: keyOf(node, alias), value: `${datatype}\n${unit.replaceAll('\n', ' ')}\n${name}` })
  }
}

export type Named = SparkplugMetric & { name: string }

/** Gives metrics their names. Those whose birth was not heard are refused, so that they can be replayed after it. */
export function namedOf(
  decoded: Decoded,
  node: string,
  metrics: SparkplugMetric[],
  { learned }: DecodeContext,
): Named[] {
  const nameless: number[] = []
  const found = metrics.flatMap((metric): Named[] => {
    const { name, alias } = metric
    if (name !== undefined && name !== '') return [{ ...metric, name }]
    const taught = alias === undefined ? undefined : learned?.(keyOf(node, alias))
    if (taught === undefined) nameless.push(alias ?? -1)
    return taught === undefined ? [] : [withName(metric, taught)]
  })
  if (nameless.length > 0) {
    warn(decoded, 'birth_missing', `${nameless.length} of ${metrics.length} metrics`)
    refuse(decoded, 'birth_missing', `alias ${nameless.slice(0, 5).join(', ')} of node ${node.slice(0, 100)}`)
  }
  return found
}

function withName(metric: SparkplugMetric, taught: string): Named {
  const [type = '', unit = '', ...rest] = taught.split('\n')
  const datatype = metric.datatype ?? Number(type)
  const { value } = metric
  // A signed number without its type was read as an unsigned one.
  const isRaw = metric.datatype === undefined && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  return {
    ...metric,
    name: rest.join('\n'),
    datatype,
    unit: metric.unit ?? unit,
    ...(isRaw ? { value: signedBy(datatype, BigInt(value)) } : {}),
  }
}
