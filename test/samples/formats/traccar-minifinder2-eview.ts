import { shared } from '../mapping.ts'
import type { Format, Sample } from '../sample.ts'

/** Traccar's vectors of Eview's binary protocol. Its test asserts little of them: that they are read, and a dog collar's barks. */

const imeiIn = (bytes: Buffer): string => /\d{15}/.exec(bytes.toString('latin1'))?.[0] ?? '861234500012345'

export const format: Format = {
  folder: 'traccar-minifinder2-eview',
  messages: ({ bytes }: Sample) => [{ topic: `gsm/eview/${imeiIn(bytes)}`, payload: bytes }],
  claims: () => shared.ignore!(true),
}
