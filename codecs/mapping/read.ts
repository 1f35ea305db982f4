import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Codec } from '../codec.ts'
import { codecs } from '../codecs.ts'
import { aliasOf } from './alias.ts'
import { codecOfMapping } from './mapping.ts'
import { Alias, Mapping } from './schema.ts'

/** What is wrong in a mapping file, each with its line, counted from 1. */
export class MappingError extends Error {}

/** The codec that a mapping file describes. Throws MappingError, with the file and the line of the first mistakes. */
export function readMapping(file: string, text: string): Codec {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
  const [broken] = document.errors
  if (broken) throw new MappingError(`${file}, line ${lineAt(broken.pos[0])}: ${broken.message}`)
  // An alias (`*anchor`) may be expanded a hundred times; more is somebody who tries to fill the memory.
  const content: unknown = document.toJS({ maxAliasCount: 100 })
  const isAlias = typeof content === 'object' && content !== null && 'like' in content
  const parsed = (isAlias ? Alias : Mapping).safeParse(content)
  if (!parsed.success) {
    const told = parsed.error.issues.slice(0, 5).map((issue) => {
      const { path, message } = deepest(issue)
      return `${file}, line ${lineAt(offsetOf(document, path))}: ${path.join('.') || 'the file'} ${message}`
    })
    throw new MappingError(told.join('\n'))
  }
  return builtFrom(file, parsed.data)
}

function builtFrom(file: string, data: Alias | Mapping): Codec {
  if (codecs.some(({ name }) => name === data.name))
    throw new MappingError(`${file}: ${data.name} is the name of one of Vigil's own codecs; take another`)
  if (!('like' in data)) return codecOfMapping(data)
  const known = codecs.find(({ name, device }) => name === data.like && !device)
  if (!known) throw new MappingError(`${file}: like: ${data.like} is no codec; vigil codec list shows them`)
  return aliasOf(known, data)
}

type Issue = { path: PropertyKey[]; message: string }

/** Of a union the branch that came furthest says best what is wrong. */
function deepest(issue: z.core.$ZodIssue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const all = issue.errors.flat().map(deepest)
  const best = all.sort((a, b) => b.path.length - a.path.length)[0]
  return best ? { path: [...issue.path, ...best.path], message: best.message } : issue
}

/** Where a value stands, or the nearest that is there around it. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}
