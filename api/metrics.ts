import { Counter, Gauge, Histogram } from 'prom-client'

/** What the api counts, on prom-client's default register. Labels take their values from routes and codes, never from callers. */
export const requests = new Counter({
  name: 'vigil_api_requests_total',
  help: 'Requests answered',
  labelNames: ['method', 'route', 'status'] as const,
})

export const requestSeconds = new Histogram({
  name: 'vigil_api_request_seconds',
  help: 'Time from request to answer; live event streams are not counted',
  labelNames: ['route'] as const,
  buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
})

export const problems = new Counter({
  name: 'vigil_api_problems_total',
  help: 'Requests that failed, by the stable code',
  labelNames: ['code'] as const,
})

export const subscribers = new Gauge({
  name: 'vigil_api_event_subscribers',
  help: 'Live event streams that are open',
  labelNames: ['transport'] as const,
})

export const eventsSent = new Counter({
  name: 'vigil_api_events_sent_total',
  help: 'Live events sent, over all streams',
})

export const streamsCut = new Counter({
  name: 'vigil_api_event_streams_cut_total',
  help: 'Live event streams that the api ended, by reason',
  labelNames: ['reason'] as const,
})

export const watchers = new Gauge({
  name: 'vigil_api_message_watchers',
  help: "Monitors of devices' messages that are open",
})

export const messagesMissed = new Counter({
  name: 'vigil_api_messages_missed_total',
  help: 'Messages that monitors left out, because they came faster than they were taken or could not be decoded',
})

export const commandsQueued = new Counter({
  name: 'vigil_commands_queued_total',
  help: 'Commands queued for devices, by kind',
  labelNames: ['kind'] as const,
})

type Undelivered = { waiting: number; expired: number }
const undelivered = new Set<() => Promise<Undelivered>>()

/** Lets what is not delivered be counted when metrics are read, since commands expire with nobody doing anything. */
export function watchUndelivered(ask: () => Promise<Undelivered>): () => void {
  undelivered.add(ask)
  return () => void undelivered.delete(ask)
}

export const commandsUndelivered = new Gauge({
  name: 'vigil_commands_undelivered',
  help: 'Commands that no device has acknowledged, by state: waiting, or expired within the time that they are kept',
  labelNames: ['state'] as const,
  async collect() {
    for (const ask of undelivered) {
      // While the store is away the other metrics are wanted all the more.
      const counts = await ask().catch(() => ({}))
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
    }
  },
})

export const forwarded = new Counter({
  name: 'vigil_api_forwarded_total',
  help: 'Requests passed on to the front door, by its answer; unreachable where it gave none',
  labelNames: ['status'] as const,
})

export const lateRequests = new Counter({
  name: 'vigil_api_late_requests_total',
  help: 'Requests that did not arrive whole in time, and whose connections were cut',
})

export const bodiesCut = new Counter({
  name: 'vigil_api_bodies_cut_total',
  help: 'Requests cut because the bodies of all took too much memory, and theirs the most',
})

export const linesCut = new Counter({
  name: 'vigil_api_connections_cut_total',
  help: 'HTTP connections cut because there were too many, of one address or of all',
})
