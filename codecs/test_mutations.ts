import type { Random } from '../domain/random.ts'

/** Frames broken at random, for the tests that break every codec. */

/** What is spliced in: the contract's words, and what has broken parsers before. */
const pieces = [
  '"signal":"sos"',
  '"signal":"sos",',
  '{"signal":"sos"}',
  '"signal":',
  '"sos"',
  'sos',
  'SOS',
  'fall',
  '"smoke":1',
  '"smoke":0',
  'smoke',
  '"readings":{',
  '"at":',
  '"x":',
  '"n":"gas",',
  '"v":',
  '"__proto__":',
  '"constructor":{"prototype":{}}',
  '__proto__',
  '"hasOwnProperty":1',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '=',
  '"',
  "'",
  '\\',
  '\\"',
  '\\u0073',
  '\\u212a',
  '\\t',
  '\\n',
  '\t',
  '\0',
  '\ufeff',
  '\u3000',
  '\u212a',
  '-',
  '0',
  '0.0',
  '1',
  '-0',
  '1e999',
  '-1e-999',
  '9007199254740993',
  '0.5',
  '0e5',
  'NaN',
  'Infinity',
  'null',
  'true',
  'false',
  'no ',
  ' off',
  '_',
  ' ',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  '{"a":{"a":{"a":{"a":',
  '手环',
  'é',
].map((piece) => Buffer.from(piece))

type Mutation = (frame: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer

export const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1))
export const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!
const splice = (frame: Buffer, at: number, removed: number, added: Buffer): Buffer =>
  Buffer.concat([frame.subarray(0, at), added, frame.subarray(at + removed)])
const nothing = Buffer.alloc(0)

const mutations: Mutation[] = [
  (frame, random) => splice(frame, upTo(random, frame.length), upTo(random, 6), nothing),
  (frame, random) => splice(frame, upTo(random, frame.length), 0, oneOf(random, pieces)),
  (frame, random) => splice(frame, upTo(random, frame.length), upTo(random, 8), oneOf(random, pieces)),
  (frame, random) => splice(frame, upTo(random, frame.length), 1, Buffer.from([upTo(random, 255)])),
  (frame, random) => frame.subarray(0, upTo(random, frame.length)),
  (frame, random) => frame.subarray(upTo(random, frame.length)),
  (frame, random) => splice(frame, upTo(random, frame.length), 0, frame.subarray(upTo(random, frame.length))),
  (frame, random, seeds) => splice(frame, upTo(random, frame.length), 0, oneOf(random, seeds)),
  (frame) => Buffer.concat([Buffer.from('['), frame, Buffer.from(','), frame, Buffer.from(']')]),
  (frame) => Buffer.from(frame.toString('latin1').replaceAll('":"', '" : "'), 'latin1'),
  (frame) => Buffer.from(frame.toString('latin1').toUpperCase(), 'latin1'),
  (frame, random) => Buffer.from(frame.toString('latin1').replaceAll(oneOf(random, ['"', ',', ':']), ''), 'latin1'),
  (frame) => Buffer.from(JSON.stringify(frame.toString('utf8'))),
  (frame) => Buffer.from(frame.toString('latin1'), 'utf16le'),
]

const quiet: Mutation[] = [
  (frame, random) => splice(frame, upTo(random, frame.length), upTo(random, 6), nothing),
  (frame, random) => splice(frame, upTo(random, frame.length), 1, Buffer.from([upTo(random, 255)])),
  (frame, random) => frame.subarray(0, upTo(random, frame.length)),
  (frame, random) => frame.subarray(upTo(random, frame.length)),
  (frame, random) => splice(frame, upTo(random, frame.length), 0, frame.subarray(upTo(random, frame.length))),
]

/** A frame after one to five mutations; `seeds` are spliced into it. */
export function broken(frame: Buffer, random: Random, seeds: readonly Buffer[]): Buffer {
  let result = frame
  for (let rounds = upTo(random, 4); rounds >= 0; rounds--) result = oneOf(random, mutations)(result, random, seeds)
  return result
}

/** A frame after one to five mutations that bring no words: bytes changed, removed, moved. */
export function brokenQuietly(frame: Buffer, random: Random): Buffer {
  let result = frame
  for (let rounds = upTo(random, 4); rounds >= 0; rounds--) result = oneOf(random, quiet)(result, random, [])
  return result
}

/** Bytes that mean nothing: of any value, or printable. */
export function noise(random: Random, most: number): Buffer {
  const isText = random() < 0.5
  return Buffer.from(
    Array.from({ length: upTo(random, most) }, () => (isText ? 0x20 + upTo(random, 94) : upTo(random, 255))),
  )
}
