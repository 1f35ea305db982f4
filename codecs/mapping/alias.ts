import type { Codec } from '../codec.ts'
import type { Alias } from './schema.ts'

/** A known codec under other topics: they are read as if their `base` were what it usually is (`as`). */
export function aliasOf(codec: Codec, { name, title, topics, base, as }: Alias): Codec {
  const usual = (topic: string): string => (topic.startsWith(base) ? as + topic.slice(base.length) : topic)
  const { claims, source } = codec
  return {
    ...codec,
    name,
    title: title ?? `${codec.title}, under ${base}`,
    topics,
    ...(claims && { claims: (topic: string) => claims(usual(topic)) }),
    ...(source && { source: (topic: string) => source(usual(topic)) }),
    urgent: (topic, payload) => codec.urgent(usual(topic), payload),
    decode: (topic, payload, context) => codec.decode(usual(topic), payload, context),
  }
}
