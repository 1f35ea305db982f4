import { parseWatchFrame, watchAnswer } from '../../codecs/gsm_watch/frame.ts'
import { addBroken, type Piece, type Protocol, type Split } from './protocol.ts'

/** `[3G*…]`: framed by its brackets, since the length is wrong in one frame of five; where the length fits it counts first. */

const open = 0x5b
const close = 0x5d
const header = /^\[[A-Za-z0-9]{2}\*[A-Za-z0-9]{1,32}\*(?:[0-9A-Za-z]{1,8}\*)?([0-9A-Fa-f]{1,8})\*/
const headerBytes = 64

/** What each type is answered; the others wait for nothing. Alarms are answered `AL`, whatever follows these letters. */
const answers: Readonly<Record<string, string>> = {
  LK: 'LK',
  TKQ: 'TKQ',
  TKQ2: 'TKQ2',
  INIT: 'INIT,1',
  JXTK: 'JXTKR,1',
}

export const watch: Protocol = {
  name: 'watch',
  split,
  idOf: (frame) => parseWatchFrame(frame)?.id,
  answerTo(frame) {
    const parsed = parseWatchFrame(frame)
    const content = parsed?.type.startsWith('AL') ? 'AL' : parsed && answers[parsed.type]
    return parsed && content ? Buffer.from(watchAnswer(parsed, content)) : undefined
  },
}

function split(bytes: Buffer): Split {
  const pieces: Piece[] = []
  let at = 0
  for (;;) {
    const start = bytes.indexOf(open, at)
    if (start < 0) {
      addBroken(pieces, bytes.subarray(at))
      return { pieces, rest: bytes.subarray(bytes.length) }
    }
    addBroken(pieces, bytes.subarray(at, start))
    const end = endByLength(bytes, start) ?? endByBrackets(bytes, start)
    if (end === undefined) return { pieces, rest: bytes.subarray(start) }
    const piece = bytes.subarray(start, end)
    pieces.push({ bytes: piece, isFrame: piece.at(-1) === close })
    at = end
  }
}

const headerAt = (bytes: Buffer, at: number): RegExpExecArray | null =>
  header.exec(bytes.toString('latin1', at, at + headerBytes))

function endByLength(bytes: Buffer, start: number): number | undefined {
  const found = headerAt(bytes, start)
  if (!found) return undefined
  const last = start + found[0].length + Number.parseInt(found[1]!, 16)
  return bytes[last] === close ? last + 1 : undefined
}

/** Where its bracket is closed, or the next frame begins: then this one was cut off. A name of a Wi-Fi may have brackets. */
function endByBrackets(bytes: Buffer, start: number): number | undefined {
  let depth = 0
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === open) {
      if (i > start && headerAt(bytes, i)) return i
      depth++
    } else if (bytes[i] === close && --depth === 0) return i + 1
  }
  return undefined
}
