import type { Format } from '../sample.ts'

export const format: Format = {
  folder: 'cn-watch-webhook',
  messages: ({ bytes }) => [{ topic: 'push/watch_push', payload: bytes }],
  disagreements: {
    'al-sos.json at 2016-09-18T02:57:23.000Z':
      'before 2020 a clock is taken to be one that was never set; the SOS counts from its receipt',
    'ud2-buffered.json no signal': 'the SOS is kept as one of the past (`historical`), which rings nobody',
  },
}
