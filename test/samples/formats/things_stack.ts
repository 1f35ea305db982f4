import { reads, signals } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

/** What a payload formatter's own values claim, whatever the report maps. */
function claims({ entry }: Sample): Claim[] {
  const expected = (entry.expected_by_source ?? {}) as Record<string, unknown>
  const { eventType, humidity, temperature } = expected
  return [
    ...(eventType === 'SOS_MODE_START' ? signals('sos') : []),
    ...(typeof humidity === 'number' ? reads('humidity', humidity) : []),
    ...(typeof temperature === 'number' ? reads('temperature', temperature) : []),
    ...(expected.result === 'position' ? [positioned] : []),
  ]
}

export const positioned: Claim = {
  what: 'a position',
  holds: ({ readings }) => readings.some(({ metric }) => metric === 'latitude'),
  got: ({ readings }) => readings.map(({ metric }) => metric).join(', ') || 'no readings',
}

export const format: Format = {
  folder: 'tts-v3',
  claims,
  disagreements: {
    'env-abeeway-at3-066.json sos':
      'nothing in the message names the model (no version_ids, no formatter), and bytes are not guessed: it is a dead letter, to be replayed once the model is known',
  },
}
