import { imeiOfLogin, isTrvAnswer, parseTrvFrame } from '../../codecs/trv/frame.ts'
import { addBroken, type Piece, type Protocol, type Split } from './protocol.ts'

/** `IWAP10…#`: each sentence ends with a hash. */

const hash = 0x23
const begins = /(?:TRV|IW)[A-Z]P[0-9A-Z]{2}/g

/** Answers to commands of ours, or what the watch does not wait for. */
const unanswered = new Set(['AP12', 'AP33', 'AP34', 'AP40', 'AP76', 'AP77', 'AP84', 'AP85', 'AP86', 'AP87'])

export const trv: Protocol = {
  name: 'trv',
  split,
  idOf(frame) {
    const parsed = parseTrvFrame(frame)
    return parsed && imeiOfLogin(parsed)
  },
  answerTo(frame, now) {
    const parsed = parseTrvFrame(frame)
    if (!parsed || unanswered.has(parsed.type) || isTrvAnswer(parsed)) return undefined
    const { maker, type } = parsed
    // AP is answered BP, and YP by ZP: the next letter.
    const answer = `${maker}${String.fromCharCode(type.charCodeAt(0) + 1)}${type.slice(1)}`
    return Buffer.from(`${answer}${contentOf(maker, type, now)}#`)
  },
}

/** The log-in of IW is answered with the time in UTC and the zone 0; TRV's AP14 with the place that is not known. */
function contentOf(maker: string, type: string, now: number): string {
  if (maker === 'IW' && type === 'AP00') return `,${new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14)},0`
  return maker === 'TRV' && type === 'AP14' ? ',0.000,0.000' : ''
}

function split(bytes: Buffer): Split {
  const pieces: Piece[] = []
  let at = 0
  for (let end = bytes.indexOf(hash, at); end >= 0; end = bytes.indexOf(hash, at)) {
    addSentence(pieces, bytes.subarray(at, end + 1))
    at = end + 1
  }
  return { pieces, rest: bytes.subarray(at) }
}

/** What stands before the last beginning of a sentence was cut off, or is none. */
function addSentence(pieces: Piece[], bytes: Buffer): void {
  const start = [...bytes.toString('latin1').matchAll(begins)].at(-1)?.index
  addBroken(pieces, bytes.subarray(0, start ?? bytes.length))
  if (start !== undefined) pieces.push({ bytes: bytes.subarray(start), isFrame: true })
}
