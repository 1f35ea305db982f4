import { systemClock } from '../../../domain/clock.ts'
import { newId } from '../../../domain/random.ts'
import { areaOfRuns } from '../../../simulators/scenarios/playing/naming.ts'
import type { Stage } from '../../../simulators/scenarios/playing/stage.ts'
import type { Scenario } from '../../../simulators/scenarios/reading/scenario.ts'
import type { Config } from '../../config.ts'
import { Fault } from '../../fault.ts'
import { knownAdminToken } from '../../secrets.ts'
import { addressesOf } from '../addresses.ts'

export type RunningOptions = { url?: string; mqtt?: string; fast?: boolean }

/** What is registered for one run is removed in this order. */
export type Registered = { kind: 'devices' | 'residents' | 'homes' | 'areas' | 'operators'; id: string }[]

/** A Vigil that runs already, for one run: names of the run's own, and the pace of life. */
export async function openRunning(config: Config, options: RunningOptions, start: number, signal: AbortSignal) {
  const { url: http, mqtt } = options
  const { mqttUrl, httpUrl } = await addressesOf(config, { mqtt, http })
  let shift = systemClock.now() - start
  const now = () => systemClock.now() - shift
  const stage: Stage = {
    mqttUrl,
    httpUrl,
    adminToken: await knownAdminToken(config),
    prefix: `${newId('s').slice(0, 8).toLowerCase()}-`,
    now,
    until: (at) => systemClock.sleep(Math.max(0, at - now()), signal),
    during: (work) => work,
    worked: async () => {},
    nextTimer: async () => undefined,
    grain: 250,
    wire: systemClock,
    clock: systemClock,
    toSent: (at) => at + shift,
    ...(options.fast && {
      pass(to: number) {
        shift -= to - now()
      },
    }),
  }
  return stage
}

/** Refuses what can only be done to a Vigil of the run's own. */
export function refuseParts({ file, steps }: Scenario): void {
  const step = steps.find(({ does }) => does === 'system')
  if (step)
    throw new Fault(
      `${file}:${step.line}:${step.column}: "${step.text}" needs a Vigil of the run's own: leave out --url and --running.`,
    )
}

/**
 * Removes what a run registered; its tickets stay. Gives what could not be removed.
 */
export async function removeRegistered(stage: Stage, scenario: Scenario): Promise<string[]> {
  const left: string[] = []
  for (const { kind, id } of registeredFor(stage, scenario)) {
    const answer = await fetch(new URL(`/api/v1/${kind}/${encodeURIComponent(id)}`, stage.httpUrl), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${stage.adminToken}` },
    }).catch(() => undefined)
    if (!answer?.ok && answer?.status !== 404) left.push(id)
  }
  return left
}

function registeredFor({ prefix }: Stage, { homes }: Scenario): Registered {
  const plans = [...homes.values()]
  return [
    ...plans.flatMap(({ devices }) => devices.map(({ id }) => ({ kind: 'devices' as const, id }))),
    ...plans.flatMap((home) =>
      home.residents.map(({ id }) => ({ kind: 'residents' as const, id: `${home.id}-${id}` })),
    ),
    ...plans.map(({ id }) => ({ kind: 'homes' as const, id })),
    { kind: 'areas' as const, id: areaOfRuns },
    { kind: 'operators' as const, id: 'dispatcher' },
  ].map(({ kind, id }) => ({ kind, id: `${prefix}${id}` }))
}
