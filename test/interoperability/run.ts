import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { openOpenHouse } from './open_house.ts'
import { type Road, roads, throughRoad } from './roads.ts'

/** `npm run interop -- <folder>`: Eclipse's interoperability suite for MQTT 3.1.1 against Vigil's broker. */

type Verdict = { test: string; passed: boolean; why: string }

/** A filter that nobody may subscribe to, for the suite's test that a subscription can be refused. */
const refusedFilter = '$share/anybody/#'
const driver = fileURLToPath(new URL('run_suite.py', import.meta.url))

/** Runs the suite against a port of this machine; gives a verdict for each of its tests. */
async function runSuite(suite: string, port: number): Promise<Verdict[]> {
  const child = spawn('python3', [driver, suite, '127.0.0.1', `${port}`, refusedFilter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const verdicts: Verdict[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const verdict = JSON.parse(line) as Verdict
    verdicts.push(verdict)
    console.log(`${verdict.passed ? 'pass' : 'FAIL'}  ${verdict.test}${verdict.why ? `: ${verdict.why}` : ''}`)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the suite ended with ${code}`)
  return verdicts
}

async function main(folder: string, { over }: { over: Road[] }): Promise<void> {
  const suite = join(folder, 'interoperability', 'client_test.py')
  await access(suite).catch(() => {
    throw new Error(`there is no ${suite}: give the folder of a checkout of eclipse/paho.mqtt.testing`)
  })
  const house = await openOpenHouse()
  let failed = 0
  for (const road of over) {
    console.log(`\nover ${road}`)
    const way = await throughRoad(road, house)
    const verdicts = await runSuite(suite, way.port)
    way.close()
    failed += verdicts.filter(({ passed }) => !passed).length
    console.log(`${verdicts.length} tests, ${verdicts.filter(({ passed }) => passed).length} passed`)
  }
  await house.close()
  if (failed > 0) process.exitCode = 1
}

await new Command('interop')
  .description("Runs Eclipse's interoperability/client_test.py against Vigil's broker; needs python3.")
  .argument('<folder>', 'a checkout of eclipse/paho.mqtt.testing')
  .option('--over <road...>', `on which roads: ${roads.join(', ')}`, [...roads])
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(`interop: ${error.message}`)
    process.exit(1)
  })
