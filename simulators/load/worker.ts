import { systemClock } from '../../domain/clock.ts'
import { openFleet } from '../links/fleet.ts'
import { madeUpHomes } from '../world/made_up.ts'
import type { FromWorker, Share, ToWorker } from './messages.ts'
import { openShare, type ShareAtWork } from './share.ts'

/** A process of the load: its share of the homes with a connection for each device. Started by workers.ts, which it obeys. */

const TALLY_EVERY = 500

const say = (message: FromWorker): void => void (process.connected && process.send?.(message))

let tokens: Record<string, string> = {}
const asking = new Map<string, (token: string | undefined) => void>()
let work: ShareAtWork | undefined

/** The kept token; for one that was refused the load is asked for another. */
async function tokenOf(device: string, refused: boolean): Promise<string> {
  if (refused) {
    const fresh = await new Promise<string | undefined>((resolve) => {
      asking.set(device, resolve)
      say({ said: 'needs_token', device })
    })
    if (fresh !== undefined) tokens[device] = fresh
  }
  return tokens[device] ?? ''
}

function tellTally(): void {
  if (work) say({ said: 'tally', tally: work.tally() })
  systemClock.after(TALLY_EVERY, tellTally)
}

function open(share: Share): void {
  tokens = share.tokens
  const homes = madeUpHomes(share.seed, share.count, share.first)
  work = openShare({ share, homes, open: openFleet, token: tokenOf, say, clock: systemClock })
  tellTally()
}

async function obey(message: ToWorker): Promise<void> {
  switch (message.do) {
    case 'open':
      return open(message.share)
    case 'script':
      return work?.script(message.emergencies)
    case 'storm':
      return work?.storm()
    case 'rest':
      await work?.rest(message.withinMs)
      if (work) say({ said: 'rested', tally: work.tally() })
      return
    case 'token':
      asking.get(message.device)?.(message.token)
      return void asking.delete(message.device)
    case 'close':
      await work?.close()
      return process.disconnect()
  }
}

process.title = 'vigil simulate load'
process.on('message', (message: ToWorker) => {
  obey(message).catch((error: Error) => say({ said: 'failed', why: error.message }))
})
// Ctrl-C, a closed terminal and a service manager's stop reach the whole group; the load says when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// The load is gone: so is this.
process.on('disconnect', () => process.exit())
