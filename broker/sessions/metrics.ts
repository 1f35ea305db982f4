import { Counter, Gauge, Histogram } from 'prom-client'

export const sessionsHeld = new Gauge({
  name: 'vigil_broker_sessions',
  help: 'MQTT sessions that are kept, with or without a connection',
})
export const messagesQueued = new Gauge({
  name: 'vigil_broker_queued_messages',
  help: 'Messages that wait in sessions for their client or its acknowledgement',
})
export const bytesQueued = new Gauge({
  name: 'vigil_broker_queued_bytes',
  help: 'Memory that the waiting messages take',
})
export const queueDropped = new Counter({
  name: 'vigil_broker_queue_dropped_total',
  help: 'Waiting messages that made room for newer ones, by the limit that was reached: session, messages, bytes',
  labelNames: ['limit'] as const,
})
export const sessionsForgotten = new Counter({
  name: 'vigil_broker_sessions_forgotten_total',
  help: 'Sessions forgotten by reason: too_many (of one principal), unused, unregistered',
  labelNames: ['reason'] as const,
})
export const retainedHeld = new Gauge({
  name: 'vigil_broker_retained_messages',
  help: 'Retained messages, which are the last status of each device',
})
export const sessionCommitSeconds = new Histogram({
  name: 'vigil_broker_sessions_commit_seconds',
  help: 'From the beginning of a write of sessions until it is durable',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
})
export const sessionsUnwritten = new Counter({
  name: 'vigil_broker_sessions_unwritten_total',
  help: 'Writes of sessions that failed; what they held stays in memory and is tried again',
})
