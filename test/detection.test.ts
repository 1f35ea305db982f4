import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { openOwnHouse } from '../app/commands/scenario/own_house.ts'
import { openFold } from '../bench/detection/fold.ts'
import { Ticket } from '../domain/ticket.ts'
import { deviceModels } from '../simulators/devices/models.ts'
import { play } from '../simulators/scenarios/playing/player.ts'
import { homeOf } from '../simulators/scenarios/reading/possible.ts'
import { readScenario } from '../simulators/scenarios/reading/read.ts'
import type { Scenario } from '../simulators/scenarios/reading/scenario.ts'

/** The bench of detection leaves out sockets, journal and processes: it must make the same tickets all the same. */

/** The dispatcher does what the bench's does: answers within the minute, closes after ten minutes without news. */
const morning = `name: A morning with something of everything
story: It is lived through twice, and the tickets are compared.
start: 08:00
homes:
  li:
    residents: [anna]
    devices:
      watch: {kind: watch, clock: +20 s, duplicates: 20 %}
      pendant: pendant
      radar: {kind: radar, room: bathroom}
      smoke: {kind: smoke, room: kitchen, gateway: hub}
      hub: gateway
  wang:
    residents: [bao, yun]
    devices:
      watch: {kind: watch, wearer: yun}
      cord: {kind: pull_cord, room: bathroom}
script:
  - at 08:10 in li: fall in bathroom, lies 20 min
  - after 40 s dispatcher acknowledges
  - at 08:14 in li: press pendant 3 times every 2 s
  - at 08:25 dispatcher closes as assistance
  - at 08:31 in li: press watch 2 times every 3 s
  - after 40 s dispatcher acknowledges
  - at 08:45 dispatcher closes as assistance
  - at 09:00 in li: pendant link lost for 20 min
  - at 09:02 in li: press pendant
  - at 09:20:40 dispatcher acknowledges
  - at 09:35 dispatcher closes as assistance
  - at 09:40 in wang: accidental press of cord
  - after 40 s dispatcher acknowledges
  - at 09:55 dispatcher closes as false alarm
  - at 10:00 in li: smoke in kitchen for 8 min
  - after 90 s dispatcher acknowledges
  - at 10:03 in wang: fall of yun in hall, lies 5 min
  - after 40 s dispatcher acknowledges
  - at 10:30 expect 6 tickets
`

function scenario(): Scenario {
  const read = readScenario(morning, { file: 'morning.yaml', models: deviceModels })
  if ('mistakes' in read) throw new Error(read.mistakes.map(({ text }) => text).join('\n'))
  return read.scenario
}

/** What a ticket is about, whatever Vigil called it and whenever it was answered. */
const gist = (tickets: readonly Ticket[]) =>
  tickets.map(({ kind, severity, home, evidence }) => ({
    kind,
    severity,
    home,
    evidence: evidence
      .map(({ device, signal, at, reason, doubts, repeats }) => ({ device, signal, at, reason, doubts, repeats }))
      .sort((a, b) => a.at.localeCompare(b.at) || a.device.localeCompare(b.device)),
  }))

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function played(story: Scenario): Promise<Ticket[]> {
  const { signal } = new AbortController()
  const { stage, close } = await openOwnHouse({ start: story.start, real: false, log: 'error', signal })
  closing.push(close)
  const lines: string[] = []
  const { passed } = await play(story, {
    stage,
    tell: ({ text }) => lines.push(text),
    password: 'for-this-test',
    signal,
  })
  expect(passed ? [] : lines).toEqual([])
  const headers = { authorization: `Bearer ${stage.adminToken}` }
  const page = await stage.during(
    fetch(`${stage.httpUrl}/api/v1/tickets`, { headers }).then((response) => response.json()),
  )
  return z
    .object({ items: z.array(Ticket) })
    .parse(page)
    .items.reverse()
}

async function folded(story: Scenario): Promise<Ticket[]> {
  const homes = [...story.homes.keys()].map((name) => ({ name, home: homeOf(story, name) }))
  for (const step of story.steps)
    if (step.does === 'happens') homes.find(({ name }) => name === step.home)?.home.script(step)
  const fold = await openFold([...story.homes.values()], story.start)
  closing.push(fold.close)
  await fold.take(homes.flatMap(({ home }) => home.step(story.end)).sort((a, b) => a.at - b.at))
  await fold.passUntil(story.end)
  return fold.tickets()
}

it('the bench of detection makes the tickets that a real Vigil makes', async () => {
  const story = scenario()
  const real = gist(await played(story))
  expect(real.map(({ kind }) => kind)).toEqual(['sos', 'sos', 'sos', 'sos', 'smoke', 'fall'])
  expect(real.flatMap(({ evidence }) => evidence).some(({ repeats }) => repeats > 0)).toBe(true)
  expect(gist(await folded(story))).toEqual(real)
})
