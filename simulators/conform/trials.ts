import type { Clock } from '../../domain/clock.ts'
import type { Bounds } from './bounds.ts'
import type { Part } from './clauses/clause.ts'
import { rhythm } from './clauses/trials.ts'
import type { Door } from './door.ts'
import { acceptedLines, inWords, isAccepted, type Line, type Seen, type Trial } from './seen.ts'

/** Who speaks to the person at the device, or to the simulated device in its place. */
export type Guide = {
  /** Tells what goes on. */
  say(text: string): void
  /** Asks for something to be done; resolves when the kit may look for it. */
  ask(what: 'connect' | 'signal' | 'measure', text: string): Promise<void>
}

export type Trials = {
  door: Door
  seen: Seen
  clock: Clock
  bounds: Bounds
  guide: Guide
  /** What the device does not have. */
  without: ReadonlySet<Part>
  signal: AbortSignal
}

/** How many reporting intervals a cut must hold, so that something is measured in it. */
const INTERVALS = 3

/**
 * Holds one trial after the other; what comes of them is in `seen`. Each begins with the device connected, and is left
 * out where it is not. Ends early when the signal aborts; never rejects for anything that the device does.
 */
export async function holdTrials(trials: Trials): Promise<void> {
  const { seen, clock, door, without } = trials
  await hold(trials, 'connect', connect)
  if (acceptedLines(seen).length > 0) {
    await hold(trials, 'watch', watch)
    if (!without.has('signal')) await hold(trials, 'signal', askForSignal)
    await hold(trials, 'cut', cutLink)
    await hold(trials, 'refuse', refuseConnections)
    if (seen.lines.some((line) => line.tls !== undefined)) await hold(trials, 'impostor', disguise)
    await hold(trials, 'end', (all) => all.clock.sleep(all.bounds.statusWithin, all.signal))
  }
  seen.endedAt = clock.now()
  door.cut()
}

async function hold(trials: Trials, trial: Trial, run: (trials: Trials) => Promise<void>): Promise<void> {
  const { seen, clock, signal } = trials
  if (signal.aborted || (trial !== 'connect' && !(await isConnected(trials)))) return
  const held = { trial, from: clock.now(), to: Number.POSITIVE_INFINITY }
  seen.trials.push(held)
  await run(trials)
  held.to = clock.now()
}

const openLine = ({ seen }: Trials): Line | undefined => seen.lines.findLast((line) => isAccepted(line) && !line.ended)

const isConnected = (trials: Trials): Promise<boolean> =>
  trials.door.until(() => openLine(trials) !== undefined, trials.bounds.returnWithin)

async function connect(trials: Trials): Promise<void> {
  const { door, seen, bounds, guide } = trials
  await guide.ask('connect', `Let the device connect now (waiting ${inWords(bounds.connectWithin)}).`)
  const told = new Set<string>()
  await door.until(() => {
    for (const hint of hints(seen)) if (!told.has(hint) && told.add(hint)) guide.say(hint)
    return openLine(trials) !== undefined
  }, bounds.connectWithin)
}

/** What keeps a device from coming in, told while there is time to mend it. */
function hints(seen: Seen): string[] {
  const refused = seen.lines.filter((line) => line.answer?.by === 'vigil' && line.answer.code !== 0)
  const shaken = seen.lines.filter(({ handshakeFailure }) => handshakeFailure !== undefined)
  const hungUp = seen.lines.filter((line) => line.secure && line.ended && !line.tls && !line.handshakeFailure)
  return [
    ...refused.map(
      (line) =>
        `Vigil refuses the device with code ${line.answer?.code}: user name ${line.hello?.userName}; is it registered, and is its token right?`,
    ),
    ...shaken.map((line) => `The TLS handshake fails: ${line.handshakeFailure?.trim()}`),
    ...(hungUp.length > 0 ? ['The device hangs up in the TLS handshake: does it trust the CA of the kit?'] : []),
    ...seen.disturbances,
  ]
}

async function watch({ clock, bounds, guide, signal }: Trials): Promise<void> {
  guide.say(`Looking on for ${inWords(bounds.watch)}.`)
  await clock.sleep(bounds.watch, signal)
}

async function askForSignal(trials: Trials): Promise<void> {
  const { door, seen, clock, bounds, guide, signal } = trials
  const held = new Set<number>()
  door.conduct.isWithheld = ({ decoded, line }) => {
    const isKept = decoded.signals.length > 0 && (held.has(line) || held.size < bounds.withheld)
    if (isKept) held.add(line)
    return isKept
  }
  await guide.ask('signal', `Press SOS now, once (waiting ${inWords(bounds.signalWithin)}).`)
  const cameOn = (line: Line | undefined) =>
    seen.messages.some(
      (message) => message.trial === 'signal' && message.decoded.signals.length > 0 && message.line === line?.number,
    )
  let came = await door.until(() => cameOn(openLine(trials)), bounds.signalWithin)
  if (!came) guide.say('No signal was seen.')
  for (let cuts = 0; came && cuts < bounds.withheld; cuts++) {
    guide.say('Signal seen. Its acknowledgement is withheld, and the line cut: it must come again.')
    await clock.sleep(bounds.withheldFor, signal)
    door.cut()
    came = (await isConnected(trials)) && (await door.until(() => cameOn(openLine(trials)), bounds.resendWithin))
  }
  door.conduct.isWithheld = () => false
  await clock.sleep(bounds.withheldFor, signal)
}

async function cutLink(trials: Trials): Promise<void> {
  const { door, seen, clock, bounds, guide, signal } = trials
  const length = Math.min(bounds.cutMost, Math.max(bounds.cut, INTERVALS * (rhythm(seen) ?? 0)))
  await guide.ask('measure', `The link is cut for ${inWords(length)}: let the device go on measuring.`)
  const cut = { from: clock.now(), to: Number.POSITIVE_INFINITY }
  seen.cut = cut
  door.conduct.link = 'cut'
  door.cut()
  await clock.sleep(length, signal)
  door.conduct.link = 'up'
  cut.to = clock.now()
  guide.say('The link is back.')
  if (await isConnected(trials)) await clock.sleep(bounds.recovery, signal)
}

async function refuseConnections(trials: Trials): Promise<void> {
  const { door, bounds, guide } = trials
  guide.say(`The next ${bounds.refusals} connections are refused with "server unavailable".`)
  door.conduct.refusals = bounds.refusals
  door.cut()
  await isConnected(trials)
  door.conduct.refusals = 0
}

/** Shows certificates that the device must not believe, one after the other. */
async function disguise(trials: Trials): Promise<void> {
  const { door, seen, bounds, guide } = trials
  for (const face of door.disguises.filter((name) => name !== 'own')) {
    guide.say(`The next connection meets a certificate that must not be believed (${face}).`)
    door.conduct.disguise = face
    door.cut()
    await door.until(() => seen.lines.some((line) => line.disguise === face && line.ended), bounds.returnWithin)
    door.conduct.disguise = 'own'
    await isConnected(trials)
  }
}
