// Runs before `npm start` and `npm test`: installs the packages where they are missing or older than package-lock.json.
// Plain JavaScript for Node 18 and newer without packages, because it is there before any of them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const withDev = process.argv.includes('--dev')
const neededNode = 24
/** npm has been seen to wait for ever for a large package that it had received; the next attempt then succeeds. */
const npmLimitMs = 300_000
const attempts = 3

/** Why the packages must be installed, or undefined where all are there as package-lock.json names them. */
function whyInstall() {
  const wanted = readJson(join(root, 'package-lock.json'))
  if (!wanted) return fail('package-lock.json is missing or broken: take it from the repository again.')
  // npm's own note of what it installed; it is written last, so an interrupted installation has none.
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))
  if (!installed) return 'they are not installed yet'
  for (const [path, { version, optional, peer, dev }] of Object.entries(wanted.packages)) {
    if (path === '' || optional || peer || (dev && !withDev)) continue
    if (installed.packages[path]?.version !== version) return 'package-lock.json asks for others than are installed'
  }
  return undefined
}

function install(why) {
  console.log(`Vigil installs its packages with npm ci, because ${why}; this takes about half a minute.`)
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(withDev ? ['--include=dev'] : [])]
  for (let attempt = 1; ; attempt++) {
    const { status, error } = run('npm', args)
    if (status === 0) return
    if (error?.code !== 'ETIMEDOUT' || attempt === attempts) return giveUp(error)
    console.log('npm has not finished after five minutes; starting it again.')
  }
}

function giveUp(error) {
  if (error?.code === 'ETIMEDOUT') fail('npm does not finish: run npm ci by hand, it goes on from what it has.')
  if (error) fail(`npm does not start (${error.message}): install npm 9 or newer.`)
  fail(
    'The packages could not be installed; npm said why above. Without a network: run npm ci on a machine that has one, and copy its folder node_modules here.',
  )
}

/**
 * Makes sure that the right Node came with the packages. npm may be told not to run the packages' install scripts; the
 * one of the package `node`, which puts the program in its place, is then run here.
 */
function ensureNode() {
  if (majorOf(ownNode()) >= neededNode) return
  run('npm', ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'])
  if (majorOf(ownNode()) >= neededNode) return
  if (majorOf(process.version) >= neededNode) return
  fail(
    `Vigil needs Node ${neededNode}, this is ${process.version}, and the package that brings it could not be installed: install Node ${neededNode}.`,
  )
}

const ownNode = () =>
  spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--version'], { encoding: 'utf8', shell: onWindows }).stdout ??
  ''
const majorOf = (version) => Number(/^v(\d+)\./.exec(version)?.[1] ?? 0)
const onWindows = process.platform === 'win32'

function run(program, args) {
  const stdio = ['ignore', 'inherit', 'inherit']
  return spawnSync(program, args, { cwd: root, stdio, shell: onWindows, env: outside(), timeout: npmLimitMs })
}

/** The environment without node_modules/.bin on the path: npm ci removes that folder, and must not run from in it. */
function outside() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.endsWith(join('node_modules', '.bin')))
  return { ...process.env, PATH: path.join(delimiter) }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function fail(sentence) {
  console.error(`vigil: ${sentence}`)
  process.exit(1)
}

const why = whyInstall()
if (why) install(why)
ensureNode()
