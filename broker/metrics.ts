import { Counter, Gauge, Histogram } from 'prom-client'

export const connections = new Gauge({
  name: 'vigil_broker_connections',
  help: 'MQTT connections that are authenticated now',
})
export const connects = new Counter({
  name: 'vigil_broker_connects_total',
  help: 'Connection attempts by result: accepted, unauthenticated, failed, no_room, protocol_unsupported, client_id_missing',
  labelNames: ['result'] as const,
})
export const toldByMemory = new Counter({
  name: 'vigil_broker_told_by_memory_total',
  help: 'Credentials that were judged by memory, because the registry did not answer',
})
export const admitted = new Counter({
  name: 'vigil_broker_messages_total',
  help: 'Messages journalled, by lane, way in, and refusal code (none where accepted)',
  labelNames: ['lane', 'via', 'refused'] as const,
})
export const withheld = new Counter({
  name: 'vigil_broker_withheld_total',
  help: 'Messages that could not be journalled and were therefore not acknowledged, by lane and code',
  labelNames: ['lane', 'code'] as const,
})
export const ackSeconds = new Histogram({
  name: 'vigil_broker_journal_seconds',
  help: 'From the arrival of a message to its durable append',
  labelNames: ['lane'] as const,
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
})
export const cut = new Counter({
  name: 'vigil_broker_cut_total',
  help: 'Connections cut by the broker, by reason',
  labelNames: ['reason'] as const,
})
export const slowed = new Counter({
  name: 'vigil_broker_slowed_total',
  help: 'Times that a connection began to be read more slowly than it sends, by whose quota: device, vendor, integration, address',
  labelNames: ['by'] as const,
})
export const outboxWorked = new Counter({
  name: 'vigil_broker_outbox_total',
  help: 'Outbox rows that the broker worked, by channel',
  labelNames: ['channel'] as const,
})
export const commandsSent = new Counter({
  name: 'vigil_commands_sent_total',
  help: 'Commands sent, again or for the first time, by whose connection took them: device, gateway, vendor',
  labelNames: ['to'] as const,
})
export const commandsDelivered = new Counter({
  name: 'vigil_commands_delivered_total',
  help: 'Commands that the device, or who speaks for it, acknowledged',
})
export const trimmed = new Counter({
  name: 'vigil_broker_trimmed_total',
  help: 'Journal records removed by age or size, by lane',
  labelNames: ['lane'] as const,
})
export const refusals = new Counter({
  name: 'vigil_broker_refusals_total',
  help: 'What the front door said no to: connect, subscribe, publish, by code',
  labelNames: ['what', 'code'] as const,
})
export const ticketEventsFed = new Counter({
  name: 'vigil_broker_ticket_events_total',
  help: 'Live events of tickets that were handed on to the topics of their areas',
})
