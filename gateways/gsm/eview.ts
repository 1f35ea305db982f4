import {
  type EviewRecord,
  eviewFrame,
  eviewHeaderBytes,
  eviewRecord,
  eviewStart,
  eviewTypes,
  parseEviewFrame,
} from '../../codecs/eview/frame.ts'
import { limits } from '../../domain/limits.ts'
import { addBroken, type Piece, type Protocol, type Split } from './protocol.ts'

/** Eview's two protocols on one port: binary frames begin with `AB`, sentences with `!` and end with `;`. */

const mark = 0x21
const semicolon = 0x3b
const lineEnd = 0x0a
const keys = { place: 0x11, time: 0x12 } as const

export const eview: Protocol = {
  name: 'eview',
  split,
  idOf: (frame) => parseEviewFrame(frame)?.imei ?? /^!1,(\d{10,16})(?:,|;|$)/.exec(frame.toString('latin1'))?.[1],
  answerTo(frame, now) {
    const parsed = parseEviewFrame(frame)
    if (!parsed?.isWhole || !parsed.wantsAnswer) return undefined
    const asked = parsed.type === eviewTypes.services ? parsed.records.flatMap((one) => serviceFor(one, now)) : []
    if (asked.length > 0) return eviewFrame(eviewTypes.services, parsed.number, asked)
    return eviewFrame(eviewTypes.response, parsed.number, [eviewRecord(0, Buffer.alloc(0))])
  },
}

/** Asked for the time it is told; asked where it is, that nobody knows. */
function serviceFor({ key }: EviewRecord, now: number): Buffer[] {
  if (key === keys.place) return [eviewRecord(keys.place, Buffer.alloc(9))]
  if (key !== keys.time) return []
  const seconds = Buffer.alloc(4)
  seconds.writeUInt32LE(Math.floor(now / 1_000))
  return [eviewRecord(keys.time, seconds)]
}

function split(bytes: Buffer): Split {
  const pieces: Piece[] = []
  let at = 0
  while (at < bytes.length) {
    const start = startFrom(bytes, at)
    addBroken(pieces, bytes.subarray(at, start))
    if (start === bytes.length) break
    const end = bytes[start] === eviewStart ? endOfBinary(bytes, start) : endOfText(bytes, start)
    if (end === undefined) return { pieces, rest: bytes.subarray(start) }
    const piece = bytes.subarray(start, end)
    pieces.push({ bytes: piece, isFrame: piece[0] === mark || parseEviewFrame(piece)?.isWhole === true })
    at = end
  }
  return { pieces, rest: bytes.subarray(bytes.length) }
}

/** Where the next frame may begin, from `at` on; the length of all where none does. */
function startFrom(bytes: Buffer, at: number): number {
  const found = bytes.subarray(at).findIndex((byte) => byte === eviewStart || byte === mark)
  return found < 0 ? bytes.length : at + found
}

/** By its length, where the next frame begins there or nothing came yet; else at the next byte that may begin one. */
function endOfBinary(bytes: Buffer, start: number): number | undefined {
  if (bytes.length - start < eviewHeaderBytes) return undefined
  const length = bytes.readUInt16LE(start + 2)
  const end = start + eviewHeaderBytes + length
  if (length === 0 || length > limits.gsmFrameBytes) return startFrom(bytes, start + 1)
  if (end > bytes.length) return undefined
  const isWhole = parseEviewFrame(bytes.subarray(start, end))?.isWhole
  return isWhole || end === bytes.length || startFrom(bytes, end) === end ? end : startFrom(bytes, start + 1)
}

function endOfText(bytes: Buffer, start: number): number | undefined {
  const found = bytes.subarray(start).findIndex((byte) => byte === semicolon || byte === lineEnd)
  return found < 0 ? undefined : start + found + 1
}
