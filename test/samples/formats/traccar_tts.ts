import type { Format } from '../sample.ts'
import { positioned } from './things_stack.ts'

export const format: Format = {
  folder: 'traccar-tts-http',
  messages: ({ bytes }) => [{ topic: 'push/things_stack/up', payload: bytes }],
  claims: ({ entry }) =>
    (entry.expected as { result?: string } | undefined)?.result === 'position' ? [positioned] : [],
}
