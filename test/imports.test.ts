import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importsOf, isCode, isTest, projectFiles, resolved, textOf, worldly } from './sources.ts'

/** The rooms from below to above; a room imports itself and what lies below it, never its neighbour. */
const floors = [['domain'], ['codecs'], ['journal', 'store'], ['broker', 'ingest', 'alerts'], ['api'], ['app']]
/** They know the vocabulary and the public contract, nothing of the inside. */
const outsiders = ['simulators', 'console', 'gateways']
/** They look at everything, and nothing but themselves looks at them. */
const observers = ['bench', 'test']

const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room))

function mayImport(from: string, to: string): boolean {
  if (from === to || observers.includes(from)) return true
  if (outsiders.includes(from)) return to === 'domain' || (from === 'gateways' && to === 'codecs')
  if (outsiders.includes(to)) return from === 'app'
  return floorOf(to) >= 0 && floorOf(to) < floorOf(from)
}

/** What a source imports against the rules of DESIGN.md; a test may use the helpers in test/ besides. */
function trespasses(file: string, text: string): string[] {
  const room = file.split('/')[0] ?? ''
  const targets = importsOf(file, text).map((specifier) => resolved(file, specifier)?.split('/')[0])
  const rooms = targets.filter((target) => target !== undefined && !(isTest(file) && target === 'test'))
  return rooms.filter((target) => !mayImport(room, target ?? '')).map((target) => `${file} imports ${target}`)
}

const inRooms = projectFiles().filter((file) => isCode(file) && file.includes('/'))
const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> }

describe('the rooms', () => {
  it('import downwards only', () => {
    expect(inRooms.length).toBeGreaterThan(50)
    expect(inRooms.flatMap((file) => trespasses(file, textOf(file)))).toEqual([])
  })

  it.each([
    ['broker/a.ts', `import { x } from '../alerts/start.ts'`],
    ['broker/a.ts', `import type { X } from '../api/start.ts'`],
    ['codecs/a.ts', `export * from '../store/store.ts'`],
    ['store/a.ts', `const j = await import('../journal/open.ts')`],
    ['domain/a.ts', `type C = import('../codecs/codec.ts').Codec`],
    ['simulators/a.ts', `import '../broker/start.ts'`],
    ['console/a.js', `import '../api/start.ts'`],
    ['alerts/a.ts', `import '../simulators/demo.ts'`],
    ['gateways/gsm/a.ts', `import '../../store/store.ts'`],
    ['simulators/a.ts', `import '../codecs/codecs.ts'`],
    ['app/a.ts', `import '../bench/run.ts'`],
    ['app/a.ts', `import '../test/system.ts'`],
  ])('would be caught: %s with %s', (file, text) => {
    expect(trespasses(file, text)).toHaveLength(1)
  })

  it('use only packages that are installed with them, tests and benches aside', () => {
    const foreign = inRooms
      .filter((file) => !isTest(file) && !file.startsWith('bench/'))
      .flatMap((file) => importsOf(file, textOf(file)).map((specifier) => ({ file, specifier })))
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter(({ specifier }) => !Object.keys(dependencies).some((name) => `${specifier}/`.startsWith(`${name}/`)))
    expect(foreign).toEqual([])
  })
})

/** Where the real clock and real chance are at home. */
const worldlyPlaces = ['domain/', 'console/', 'bench/']

describe('time and chance', () => {
  it('come from domain/ and nowhere else', () => {
    const bound = inRooms.filter((file) => !isTest(file) && !worldlyPlaces.some((place) => file.startsWith(place)))
    expect(bound.flatMap((file) => worldly(file, textOf(file)).map((what) => `${file}: ${what}`))).toEqual([])
  })

  it.each(['Date.now()', 'new Date()', 'setTimeout(f, 5)', 'setInterval(f, 5)', 'Math.random()'])(
    'would be caught: %s',
    (text) => {
      expect(worldly('alerts/a.ts', text)).toHaveLength(1)
      expect(worldly('alerts/a.ts', `// ${text}`)).toEqual([])
    },
  )

  it('leave alone what only computes', () => {
    expect(worldly('alerts/a.ts', 'new Date(5); Date.UTC(2026, 0); clock.after(5, f)')).toEqual([])
  })
})

/** Hosts put together here, so that this file does not name what it looks for. */
const registries = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['registry', 'npmmirror', 'com'],
].map((parts) => parts.join('.'))

/** Folders of somebody's machine: this clone's own, hidden ones of this user, and everybody's homes. */
const root = fileURLToPath(new URL('..', import.meta.url))
const machinePaths = [
  // A clone in a folder right under the root, such as /src, is named like parts of many honest paths.
  ...(root.split('/').length > 3 ? [pathStart(root)] : []),
  pathStart(`${homedir()}/.`),
  /(?<![\w./-])\/(home|Users)\/[a-z][\w-]*\//,
]
function pathStart(path: string): RegExp {
  return new RegExp(`(?<![\\w./-])${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)
}

function namesOfMachines(text: string): string[] {
  const paths = machinePaths.map((pattern) => pattern.exec(text)?.[0])
  return [...registries.filter((host) => text.includes(host)), ...paths.filter((path) => path !== undefined)]
}

describe('what is in the repository', () => {
  it('names no machine and no package registry', () => {
    const texts = projectFiles().filter((file) => !/\.(png|ico|woff2|mp3|ogg|wav|gz|br|bin)$/.test(file))
    expect(texts.flatMap((file) => namesOfMachines(textOf(file)).map((name) => `${file}: ${name}`))).toEqual([])
  })

  it('would be caught where it did', () => {
    expect(namesOfMachines(`see https://${registries[0]}/x`)).toEqual([registries[0]])
    expect(namesOfMachines(`"path": "${homedir()}/.cache"`)).toEqual([`${homedir()}/.`])
    expect(namesOfMachines(`cd /${'home'}/lin/vigil`)).toEqual([`/${'home'}/lin/`])
    expect(namesOfMachines('node_modules/a/src/home/lin/x and ../home/lin/x')).toEqual([])
  })

  it('installs from whatever registry the machine is set to', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, object> }
    expect(Object.keys(packages).filter((path) => 'resolved' in (packages[path] ?? {}))).toEqual([])
  })
})
