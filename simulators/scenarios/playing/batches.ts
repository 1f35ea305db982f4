import { signals } from '../../../domain/signals.ts'
import type { Message } from '../../devices/device.ts'
import type { Output } from '../../home/home.ts'

/** Outputs that leave together, at the instant of the last of them (epoch ms). `urgent`: Vigil may act on it. */
export type Batch = { at: number; urgent: boolean; outputs: Output[] }

export const isUrgent = (output: Output): boolean =>
  output.what === 'link' ||
  (output.what === 'message' && (output.message.kind !== 'readings' || saysHazard(output.message)))

/** A reading such as `smoke: 1` is a signal too for Vigil. */
function saysHazard({ payload }: Message): boolean {
  const values = (payload.readings ?? {}) as Record<string, unknown>
  return Object.keys(signals).some((signal) => Number(values[signal]) > 0)
}

/** Quiet messages may wait for each other by `grain` ms; whatever may matter leaves at its instant. */
export function batchesOf(outputs: readonly Output[], grain: number): Batch[] {
  const batches: Batch[] = []
  let from = 0
  for (const output of outputs) {
    const last = batches.at(-1)
    const urgent = isUrgent(output)
    const joins = last && urgent === last.urgent && output.at - from <= (urgent ? 0 : grain)
    if (joins) last.outputs.push(output)
    else {
      batches.push({ at: output.at, urgent, outputs: [output] })
      from = output.at
    }
    batches.at(-1)!.at = output.at
  }
  return batches
}
