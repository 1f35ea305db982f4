import type { SignalKind } from '../../domain/signals.ts'

/** `alarmType` of Ome's radars, as far as it is public: what is not here becomes a dead letter. */
export const alarms: Record<string, SignalKind> = { 14: 'fall' }
