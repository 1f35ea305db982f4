import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vitest/node'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Every file that is in the repository or would be with the next commit, relative to its root. */
export function projectFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
  const deleted = new Set(
    execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0'),
  )
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && !deleted.has(file))
}

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

export const isCode = (file: string): boolean => /\.(ts|js)$/.test(file)
/** Tests and what only tests use: all of test/, and beside their rooms `name.test.ts` and `test_name.ts`. */
export const isTest = (file: string): boolean => /^test\/|\.test\.ts$|\/test_[^/]*\.ts$/.test(file)

type Node = { type: string; [field: string]: unknown }
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** Every node of the syntax tree of a source text. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  if (!isNode(value)) return
  yield value
  for (const field of Object.values(value)) if (typeof field === 'object') yield* nodesOf(field)
}

const parse = (file: string, text: string): Node[] => {
  // A program that is started by its name begins with `#!`, which is no JavaScript.
  const source = text.replace(/^#!.*/, '')
  return [...nodesOf(parseAst(source, { lang: file.endsWith('.ts') ? 'ts' : 'js' }))]
}

const textIn = (node: unknown): string | undefined =>
  isNode(node) && typeof node.value === 'string' ? node.value : undefined

/** What a source imports, in every form there is: `import`, `export … from`, `import()`, `import type`, `import('…').T`. */
export function importsOf(file: string, text: string): string[] {
  const found = parse(file, text).map(
    (node) => textIn(node.source) ?? (node.type === 'TSImportType' ? textIn(node.argument) : undefined),
  )
  return [...new Set(found.filter((specifier) => specifier !== undefined))]
}

/** A relative import as a path from the root; undefined for a package. */
export const resolved = (file: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined

const nameIn = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined

/** Where a source takes time or chance from the world instead of from what it is given. */
export function worldly(file: string, text: string): string[] {
  return parse(file, text).flatMap((node) => {
    const callee = isNode(node.callee) ? node.callee : undefined
    const called = nameIn(callee) ?? (callee ? `${nameIn(callee.object)}.${nameIn(callee.property)}` : '')
    if (node.type === 'NewExpression' && called === 'Date' && (node.arguments as unknown[]).length === 0)
      return ['new Date()']
    return node.type === 'CallExpression' && worldlyCalls.has(called) ? [called] : []
  })
}
const worldlyCalls = new Set(['Date', 'Date.now', 'Math.random', 'setTimeout', 'setInterval'])
