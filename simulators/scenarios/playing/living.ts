import { systemClock } from '../../../domain/clock.ts'
import type { Output } from '../../home/home.ts'
import { inWords } from '../reading/times.ts'
import { batchesOf, isUrgent } from './batches.ts'
import { Stuck } from './stage.ts'
import { devicesIn, look, type Play, strideMs } from './under_way.ts'

/** While something is expected soon quiet messages wait for each other no longer than this, ms. */
const tenseGrainMs = 60_000
/** While devices find their way back to a Vigil that was away, ms. */
const recoveringMs = 250
/** What sockets are given between two looks, ms of real time. */
const breathMs = 1
/** A connection that is being made is waited for this long before time goes on, ms of real time. */
const handshakeMs = 2_000
/** What is not acknowledged over a line that holds by then never will be, ms of real time. */
const acknowledgedWithinMs = 60_000
/** How long devices may take to get in, and Vigil and they to get rid of what they have, ms. */
const patienceMs = 5 * 60_000

/** All devices must be in before anything happens, as they are in a home where nothing has happened yet. */
export async function begin(run: Play): Promise<void> {
  const { stage, scenario, fleet } = run
  const devices = devicesIn(scenario)
  if (!(await recover(run, () => fleet.connected() === devices)))
    throw new Stuck(`only ${fleet.connected()} of ${devices} devices could connect`)
  await live(run, stage.now())
}

/** Lives on to an instant, sending what devices say on the way when they say it. */
export async function live(run: Play, to: number): Promise<void> {
  const { stage, homes } = run
  const outputs = homes.flatMap((home) => home.step(Math.max(to, run.scenario.start))).sort((a, b) => a.at - b.at)
  const isTense = run.verdicts.next(stage.now()) - stage.now() < strideMs
  const grain = isTense ? Math.min(stage.grain, tenseGrainMs) : stage.grain
  for (const batch of batchesOf(pruned(run, outputs, to), grain)) {
    const at = Math.max(stage.now(), batch.at)
    await recoverUntil(run, at)
    for (const output of batch.outputs) carry(run, output)
    if (batch.urgent) await settle(run)
    else await acknowledged(run)
  }
  await recoverUntil(run, to)
  await settle(run)
}

/** Where waiting costs time: passes over the quiet part of a stretch, and leaves out what is said in it. */
function pruned(run: Play, outputs: readonly Output[], to: number): readonly Output[] {
  const { stage, verdicts, scenario, seen } = run
  const isAwaited = verdicts.isTense(scenario.end) || seen.tickets.some(({ ticket }) => ticket.state === 'open')
  if (!stage.pass || isAwaited) return outputs
  const matters = outputs.find(isUrgent)?.at ?? to
  const from = stage.now()
  const resume = matters - awakeMs
  if (resume - from < awakeMs) return outputs
  run.say('quiet', `nothing happens: ${inWords(resume - from)} passed over`)
  stage.pass(resume)
  return outputs.filter((output) => output.at > resume || output.what === 'fact')
}

/** Before something happens the home lives at its pace for so long. */
const awakeMs = 5_000

function carry(run: Play, output: Output): void {
  const { naming, fleet, cut, counts } = run
  const renamed = naming.output(output)
  if (renamed.what === 'fact') {
    counts.facts += 1
    const at = run.stage.toSent(renamed.fact.at)
    run.onFact?.({ ...renamed.fact, at, until: run.stage.toSent(renamed.fact.until) })
    return
  }
  if (renamed.what === 'link') {
    if (renamed.up) cut.delete(renamed.device.id)
    else cut.add(renamed.device.id)
  } else counts.messages += 1
  if (output.what === 'message' && output.message.kind === 'signals') {
    const test = output.message.payload.test === true ? ', a test' : ''
    run.say('device', `${run.called(output.device.id)}: ${String(output.message.payload.signal)}${test}`)
  }
  run.said.note(renamed, run.stage.toSent)
  fleet.carry(renamed)
}

/** Whether devices that have a line are not in, or have something that is not acknowledged. */
const isRecovering = ({ fleet, cut, scenario }: Play): boolean => fleet.connected() < devicesIn(scenario) - cut.size

/** Moves on to an instant; in small steps while devices find their way back. */
async function recoverUntil(run: Play, at: number): Promise<void> {
  const { stage } = run
  while (isRecovering(run) && stage.now() < at) {
    await stage.until(Math.min(at, stage.now() + recoveringMs))
    await shakenHands(run)
    run.signal.throwIfAborted()
    await settle(run)
  }
  await stage.until(at)
  run.signal.throwIfAborted()
}

/** Waits until all that was sent has been acknowledged and worked, as far as that is possible now, and looks at it. */
async function settle(run: Play): Promise<void> {
  await acknowledged(run)
  await run.stage.worked(run.cursor)
  // A receipt that has left may still be on the wire.
  await run.stage.during(systemClock.sleep(breathMs))
  look(run, 'before')
}

/** Waits until all that was sent is acknowledged, or a device is without its line. */
async function acknowledged(run: Play): Promise<void> {
  const { stage, fleet, signal } = run
  let isSettled = false
  const done = () => {
    isSettled = true
  }
  fleet.settled(signal).then(done, done)
  await Promise.resolve()
  const since = systemClock.now()
  while (!isSettled && !isRecovering(run)) {
    await stage.during(systemClock.sleep(breathMs))
    if (systemClock.now() - since > acknowledgedWithinMs)
      throw new Stuck(`Vigil did not acknowledge ${fleet.waiting()} of the messages that it was sent`)
  }
}

/** Time stands still while devices are at the door, so that a busy machine makes no difference. */
async function shakenHands({ stage, fleet }: Play): Promise<void> {
  const since = systemClock.now()
  do await stage.during(systemClock.sleep(breathMs))
  while (fleet.dialling() > 0 && systemClock.now() - since < handshakeMs)
}

/** Lets time go on until something is so, or patience is over. */
async function recover(run: Play, isSo: () => boolean): Promise<boolean> {
  const { stage } = run
  const latest = stage.now() + patienceMs
  while (!isSo() && stage.now() < latest) {
    await stage.until(stage.now() + recoveringMs)
    await shakenHands(run)
    run.signal.throwIfAborted()
    await stage.worked(run.cursor)
  }
  return isSo()
}

/** Lets everything that is on its way arrive. */
export async function calmDown(run: Play): Promise<void> {
  await recover(run, () => !isRecovering(run))
  await settle(run)
}
