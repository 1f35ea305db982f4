import type { Clause } from './clause.ts'
import { identity, keepAlive, protocol, will } from './connection.ts'
import { battery, delivery, messageRate, payload, topic } from './messages.ts'
import { clockClause, sequence } from './order.ts'
import { receipts, status } from './presence.ts'
import { backOff, refusal } from './return.ts'
import { certificate, tls } from './tls.ts'
import { signal, storeAndForward } from './trials.ts'

/** The list that a vendor passes or fails, in the order of the report. */
export const clauses: readonly Clause[] = [
  tls,
  certificate,
  protocol,
  identity,
  will,
  status,
  keepAlive,
  receipts,
  topic,
  payload,
  delivery,
  clockClause,
  sequence,
  battery,
  messageRate,
  signal,
  storeAndForward,
  backOff,
  refusal,
]
