import { Counter, Gauge } from 'prom-client'

export const connections = new Gauge({
  name: 'vigil_gsm_connections',
  help: 'TCP connections of watches and pendants that are open now',
  labelNames: ['protocol'] as const,
})
export const pieces = new Counter({
  name: 'vigil_gsm_frames_total',
  help: 'Frames received, by what became of them: durable, withheld (left unanswered, so that they come again)',
  labelNames: ['protocol', 'result'] as const,
})
export const broken = new Counter({
  name: 'vigil_gsm_broken_total',
  help: 'Pieces that could not be framed; they are published all the same and end as dead letters',
  labelNames: ['protocol'] as const,
})
export const cut = new Counter({
  name: 'vigil_gsm_connections_cut_total',
  help: 'Connections that the gateway ended, by reason: idle, rubbish, flood, unread, no_room',
  labelNames: ['protocol', 'reason'] as const,
})
export const lineUp = new Gauge({
  name: 'vigil_gsm_line_up',
  help: 'Whether the gateway is connected to Vigil, by lane: 1 or 0',
  labelNames: ['lane'] as const,
})
