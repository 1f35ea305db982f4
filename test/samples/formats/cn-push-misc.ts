import type { Format } from '../sample.ts'

/** Whose push a file is, by the beginning of its name. */
const codecOf = (id: string): string => id.slice(0, id.search(/[-.]/))

export const format: Format = {
  folder: 'cn-push-misc',
  left: ({ id }) => (id.includes('code-table') ? 'no message but a table of codes; codecs/akmon/codes.ts' : undefined),
  messages: ({ id, bytes }) => [{ topic: `push/${codecOf(id)}/device-1`, payload: bytes }],
}
