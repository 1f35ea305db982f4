import { systemClock } from '../../../domain/clock.ts'
import { seededRandom, seedOf } from '../../../domain/random.ts'
import type { LiveEvent } from '../../../domain/ticket.ts'
import { followEvents } from '../../api/live_events.ts'
import type { SimulatedHome } from '../../home/home.ts'
import { openFleet } from '../../links/fleet.ts'
import { recordsOf } from '../../registry/records.ts'
import { openTokenBook, register } from '../../registry/register.ts'
import { callingIn } from '../judging/judge.ts'
import { createVerdicts } from '../judging/verdicts.ts'
import { homeOf } from '../reading/possible.ts'
import type { Scenario } from '../reading/scenario.ts'
import { stamp, type Tone, ticketLine } from '../timeline.ts'
import { areaOfRuns, type Naming, namingWith } from './naming.ts'
import { createDispatcher } from './operator.ts'
import { createSaid } from './said.ts'
import { createSeen } from './seen.ts'
import { look, type Play, type PlayOptions } from './under_way.ts'

/** Registers the homes, follows the live events and connects the devices. `close` ends that. */
export async function open(scenario: Scenario, options: PlayOptions): Promise<{ run: Play; close(): Promise<void> }> {
  const { stage } = options
  const naming = namingWith(stage.prefix)
  const show = stamp(scenario)
  const say = (tone: Tone, text: string, at = stage.now()) => options.tell({ tone, text: `  ${show(at)}  ${text}` })
  const noted = {
    scenario,
    naming,
    seen: createSeen(scenario, naming),
    said: createSaid(),
    verdicts: createVerdicts(),
    called: callingIn(scenario),
    say,
    homes: homesOf(scenario),
    dispatcher: createDispatcher(stage, options.password),
    counts: { messages: 0, facts: 0 },
    cut: new Set<string>(),
    returning: [],
  }
  const tokens = await stage.during(registered(scenario, naming, options))
  let run: Play | undefined
  const onEvent = (event: LiveEvent) => run && takeEvent(run, event)
  const { httpUrl, adminToken: token, clock } = stage
  const following = await stage.during(followEvents({ httpUrl, token, clock, onEvent }))
  const fleet = openFleet({
    mqttUrl: stage.mqttUrl,
    httpUrl,
    homes: [...scenario.homes.values()].map(naming.plan),
    token: tokens.tokenOf,
    onReceipt: (device, _home, receipt) =>
      noted.seen.receipt({ at: stage.now(), device: naming.back(device.id), receipt }),
    onState: () => {},
    clock: stage.wire,
    random: seededRandom(seedOf(scenario.seed, 'fleet')),
    signal: options.signal,
    trueToSent: stage.toSent,
  })
  run = { ...options, ...noted, fleet, cursor: following.cursor }
  return {
    run,
    async close() {
      await stage.during(fleet.close())
      await stage.during(following.close())
    },
  }
}

/** The homes with the whole script in them. Throws where something in it cannot happen. */
function homesOf(scenario: Scenario): SimulatedHome[] {
  const living = new Map([...scenario.homes.keys()].map((name) => [name, homeOf(scenario, name)]))
  for (const step of scenario.steps)
    if (step.does === 'happens') living.get(step.home)?.script({ at: step.at, event: step.event })
  return [...living.values()]
}

async function registered(scenario: Scenario, naming: Naming, { stage, signal }: PlayOptions) {
  const area = naming.out(areaOfRuns)
  const options = { httpUrl: stage.httpUrl, adminToken: stage.adminToken, clock: systemClock, signal }
  const records = recordsOf(
    [{ id: area, name: 'Scenarios' }],
    [...scenario.homes.values()].map((home) => ({ plan: naming.plan(home), area })),
  )
  return openTokenBook(options, await register(options, records))
}

/**
 * An event may decide what is expected: in real time nobody looks before the next message else. What was over before it
 * came is decided without it.
 */
function takeEvent(run: Play, event: LiveEvent): void {
  const at = run.stage.now()
  look(run, 'before')
  const taken = run.seen.event(event, at)
  const line = taken && ticketLine(event, taken.seen, taken.isNew, run.called)
  if (line) run.say('ticket', line, at)
  if (taken) look(run, 'before')
}
