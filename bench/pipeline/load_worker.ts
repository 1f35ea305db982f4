import { performance } from 'node:perf_hooks'
import { addressFor } from '../../simulators/load/addresses.ts'
import { Latencies } from '../../simulators/load/latencies.ts'
import { eventTime, type FromWorker, type LoadPlan, type ToWorker, type WorkerResult } from './load_messages.ts'
import { readingsEncoder } from './packets.ts'
import { Publisher } from './publisher.ts'
import { type Pace, runAtPace } from './schedule.ts'

/** A process of the load: many devices, one socket each. Started by load.ts, which it obeys by IPC. */

/** Handshakes under way at one time: a storm, but one that fits a listen backlog. */
const CONNECTING = 200
const PROGRESS_EVERY = 500
/** How long to wait for the last acknowledgements, ms. */
const ANSWERS_WITHIN = 30_000

const latencies = new Latencies()
let publishers: Publisher[] = []
let lost = 0

const say = (message: FromWorker): void => void process.send?.(message)

function makePublishers({ port, identities, firstIndex, window, times }: LoadPlan): Publisher[] {
  const sourceAddress = addressFor(`mqtt://127.0.0.1:${port}`, firstIndex)
  return identities.map(({ device, token }, n) => {
    const options = {
      device,
      token,
      port,
      localAddress: sourceAddress?.(n),
      window,
      encoder: readingsEncoder(device, (seq) => eventTime(times, seq)),
      onLost: () => {
        lost += 1
      },
    }
    return new Publisher(options, latencies)
  })
}

async function connectAll(plan: LoadPlan): Promise<void> {
  publishers = makePublishers(plan)
  const start = performance.now()
  let next = 0
  const connectNext = async () => {
    for (;;) {
      const publisher = publishers[next++]
      if (!publisher) return
      await publisher.connect()
    }
  }
  await Promise.all(Array.from({ length: CONNECTING }, connectNext))
  say({ said: 'connected', seconds: (performance.now() - start) / 1_000 })
}

const total = (of: (publisher: Publisher) => number): number => publishers.reduce((sum, p) => sum + of(p), 0)
const unanswered = (): number => total(({ sent, acked }) => sent - acked)

/** What a broken connection left unanswered is not waited for. */
async function untilAnswered(): Promise<void> {
  const latest = performance.now() + ANSWERS_WITHIN
  const owed = () => publishers.some(({ sent, acked, isOpen }) => isOpen && sent > acked)
  while (owed() && performance.now() < latest) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function resultOf(busy: number): WorkerResult {
  return {
    sent: total(({ sent }) => sent),
    acknowledged: Object.fromEntries(publishers.map(({ device, acknowledged }) => [device, acknowledged])),
    strange: total(({ strange }) => strange),
    lost,
    latencies: latencies.toCounts(),
    busy,
    unanswered: unanswered(),
  }
}

async function run(pace: Pace): Promise<void> {
  const before = performance.eventLoopUtilization()
  const progress = setInterval(() => {
    say({ said: 'progress', sent: total(({ sent }) => sent), acked: total(({ acked }) => acked) })
  }, PROGRESS_EVERY)
  await runAtPace(publishers, pace)
  const { utilization } = performance.eventLoopUtilization(before)
  await untilAnswered()
  clearInterval(progress)
  say({ said: 'result', result: resultOf(utilization) })
}

function close(): void {
  for (const publisher of publishers) publisher.close()
  process.disconnect()
}

async function obey(message: ToWorker): Promise<void> {
  switch (message.do) {
    case 'connect':
      return connectAll(message.plan)
    case 'run':
      return run(message.pace)
    case 'close':
      return close()
  }
}

process.on('message', (message: ToWorker) => {
  obey(message).catch((error: Error) => say({ said: 'failed', why: error.message }))
})
// The bench is gone: so is the load.
process.on('disconnect', () => process.exit())
