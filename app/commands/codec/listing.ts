import type { Codec } from '../../../codecs/codec.ts'
import { codecs } from '../../../codecs/codecs.ts'
import type { Config } from '../../config.ts'
import { findMappings, mappingsFolder } from '../../mappings.ts'

/** Every format that is read, the operator's mappings first, as they are asked first. */
export async function listCodecs(config: Config, json: boolean): Promise<string[]> {
  const mapped = await findMappings(mappingsFolder(config.data))
  const all = [...mapped.flatMap(({ codec }) => codec ?? []), ...codecs]
  const wrong = mapped.flatMap(({ error }) => (error === undefined ? [] : [`wrong and not in use: ${error}`]))
  if (json) return all.map(({ name, title, topics, about }) => JSON.stringify({ name, title, topics, ...about }))
  return [...wrong, ...all.flatMap(told)]
}

const told = ({ name, title, topics, about }: Codec): string[] => [
  `${name}: ${title}`,
  `  topics  ${topics.join('  ')}`,
  `  device  ${about.device}`,
  `  urgent  ${about.urgent}`,
  `  repeat  ${about.repeat}`,
]
