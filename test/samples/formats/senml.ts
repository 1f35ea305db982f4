import type { Format, Sample } from '../sample.ts'

/** RFC 8428's own examples speak of metrics that are none of ours; what counts is that a pack is read, and when. */
export const format: Format = {
  folder: 'senml',
  messages: ({ bytes }) => [{ topic: 'vigil/v1/device/readings', payload: bytes }],
  left: ({ id }: Sample) => (id.endsWith('.resolved.json') ? 'the resolved form of another sample' : undefined),
}
