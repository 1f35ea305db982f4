#!/usr/bin/env node
// `vigil` for whatever Node the machine has: where it is too old, the one that came with the packages takes over.
// Plain JavaScript for Node 18 and newer, because that one runs it first.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const needed = 24
const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const script = fileURLToPath(new URL('vigil.ts', import.meta.url))

function handOver() {
  const child = spawn(own, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${own} does not start (${error.message})`))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

function fail(what) {
  console.error(`vigil: ${what}: run npm ci in the folder of Vigil, which brings the right Node.`)
  process.exitCode = 1
}

if (Number(process.versions.node.split('.')[0]) >= needed) await import('./vigil.ts')
else if (existsSync(own)) handOver()
else fail(`it needs Node ${needed}, and this is ${process.versions.node}`)
