import { Counter, Histogram } from 'prom-client'

export const writeSeconds = new Histogram({
  name: 'vigil_store_write_seconds',
  help: 'From the call of a write to its durable end, waiting for other writers included',
  buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20],
})

export const retries = new Counter({
  name: 'vigil_store_retries_total',
  help: 'Transactions begun again after a passing failure, by the code of the engine',
  labelNames: ['code'] as const,
})
