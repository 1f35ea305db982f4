import { describe, expect, test } from 'vitest'
import { alarm, data, status } from '../../codecs/eview/frames.ts'
import { limits } from '../../domain/limits.ts'
import { seededRandom } from '../../domain/random.ts'
import { eview } from './eview.ts'
import type { Protocol } from './protocol.ts'
import { trv } from './trv.ts'
import { watch } from './watch.ts'

const now = Date.UTC(2026, 10, 22, 8, 15, 31)

/** What comes of chunks, one after the other; broken pieces begin with `?`. */
function fed(protocol: Protocol, chunks: readonly (string | Buffer)[]): { pieces: string[]; rest: string } {
  let rest: Buffer = Buffer.alloc(0)
  const pieces: string[] = []
  for (const chunk of chunks) {
    const split = protocol.split(Buffer.concat([rest, Buffer.from(chunk as string)]))
    rest = split.rest
    pieces.push(...split.pieces.map(({ bytes, isFrame }) => `${isFrame ? '' : '?'}${bytes.toString('latin1')}`))
  }
  return { pieces, rest: rest.toString('latin1') }
}

const lk = '[3G*8800551234*0002*LK]'
const sos = '[3G*8800551234*0034*AL,221126,081520,V,0,N,0,E,0,0,0,0,80,62,0,0,00010000]'
const binary = data(status(), alarm(2 ** 12))
const sentence = 'IWAP49,71#'
const text = '!5,17,V,50;'

describe.each([
  ['watch', watch, [lk, sos, lk]],
  ['trv', trv, [sentence, 'IWAP00861234500012345#', sentence]],
  ['eview', eview, [binary.toString('latin1'), text, binary.toString('latin1')]],
] as const)('%s', (_, protocol, frames) => {
  const whole = Buffer.from(frames.join(''), 'latin1')

  test('several frames in one packet', () => {
    expect(fed(protocol, [whole])).toEqual({ pieces: [...frames], rest: '' })
  })

  test('frames cut anywhere', () => {
    for (let at = 1; at < whole.length; at++)
      expect(fed(protocol, [whole.subarray(0, at), whole.subarray(at)]), String(at)).toEqual({
        pieces: [...frames],
        rest: '',
      })
    expect(
      fed(
        protocol,
        [...whole].map((byte) => Buffer.from([byte])),
      ),
    ).toEqual({ pieces: [...frames], rest: '' })
  })

  test('rubbish before and between is a piece of its own, and the frames stand', () => {
    const found = fed(
      protocol,
      [`GET / HTTP/1.0\r\n${frames[0]}`, Buffer.from(`xyz${frames[1]}\r\n${frames[2]}`, 'latin1')].map((one) =>
        Buffer.from(one as string, 'latin1'),
      ),
    )
    expect(found.pieces.filter((one) => !one.startsWith('?')).map((one) => one.trim())).toEqual([...frames])
    expect(found.pieces.filter((one) => one.startsWith('?')).length).toBeGreaterThan(0)
  })

  test('no bytes are lost and none invented, whatever comes', () => {
    const random = seededRandom(7)
    const letters = ['[', ']', '#', ';', '!', '\xab', '*', '3G*1*0004*', 'IWAP49,', '\0', ' ', 'x', ...frames]
    for (let round = 0; round < 500; round++) {
      const chunks = Array.from({ length: 12 }, () =>
        Buffer.from(letters[Math.floor(random() * letters.length)]!, 'latin1'),
      )
      const { pieces, rest } = fed(protocol, chunks)
      const out = pieces.map((one) => one.replace(/^\?/, '')).join('') + rest
      const blank = /[\0-\x20]/g
      expect(out.replaceAll('?', '').replaceAll(blank, '')).toBe(
        Buffer.concat(chunks).toString('latin1').replaceAll('?', '').replaceAll(blank, ''),
      )
    }
  })
})

describe('a watch', () => {
  test('is framed by brackets where its length is wrong, and by its length where a name has brackets', () => {
    const wrong = lk.replace('0002', '0102')
    expect(fed(watch, [wrong + lk]).pieces).toEqual([wrong, lk])
    const bracketed = '[3G*1*000a*UD,A],B[,1]'
    expect(fed(watch, [bracketed + lk]).pieces[0]).toBe(bracketed)
  })

  test('that was cut off is broken, and what follows stands', () => {
    expect(fed(watch, [sos.slice(0, 30) + lk]).pieces).toEqual([`?${sos.slice(0, 30)}`, lk])
  })

  test.each([
    [lk, lk],
    [sos, '[3G*8800551234*0002*AL]'],
    ['[3G*1*0006*AL_LTE]', '[3G*1*0002*AL]'],
    ['[ZJ*014111001350304*0033*0003*TKQ]', '[ZJ*014111001350304*0033*0003*TKQ]'],
    ['[3G*1*0004*INIT]', '[3G*1*0006*INIT,1]'],
    ['[3G*1*0008*heart,71]', undefined],
    ['[3G*1*0002*UD]', undefined],
  ])('%s is answered %s', (frame, wanted) => {
    expect(watch.answerTo(Buffer.from(frame), now)?.toString()).toBe(wanted)
  })
})

describe('TRV and IW', () => {
  test.each([
    ['IWAP00861234500012345#', 'IWBP00,20261122081531,0#'],
    ['TRVAP00861234500012345#', 'TRVBP00#'],
    ['TRVYP14260101A#', 'TRVZP14#'],
    ['IWAP10261122A#', 'IWBP10#'],
    ['TRVAP14,x#', 'TRVBP14,0.000,0.000#'],
    ['IWAP49,71#', 'IWBP49#'],
    // Answers to commands of ours.
    ['IWAP12,080835,+49#', undefined],
    ['IWAPXL,080835#', undefined],
  ])('%s is answered %s', (frame, wanted) => {
    expect(trv.answerTo(Buffer.from(frame), now)?.toString()).toBe(wanted)
  })

  test('only the log-in names it', () => {
    expect(trv.idOf(Buffer.from('IWAP00861234500012345,x#'))).toBe('861234500012345')
    expect(trv.idOf(Buffer.from(sentence))).toBeUndefined()
  })
})

describe('Eview', () => {
  test('is answered with its own number, and only where it asks and is whole', () => {
    expect(eview.answerTo(binary, now)?.toString('hex')).toBe('ab00030008c707007f0100')
    const silent = Buffer.from(binary)
    silent[1] = 0
    expect(eview.answerTo(silent, now)).toBeUndefined()
    const spoilt = Buffer.from(binary)
    spoilt[20]! ^= 1
    expect(eview.answerTo(spoilt, now)).toBeUndefined()
    expect(eview.answerTo(Buffer.from(text), now)).toBeUndefined()
  })

  test('with a length that cannot be waited for, or a wrong sum, is found again', () => {
    const endless = Buffer.from([0xab, 0x10, 0xff, 0xff, 0, 0, 0, 0])
    expect(limits.gsmFrameBytes).toBeLessThan(0xffff)
    const { pieces } = fed(eview, [Buffer.concat([endless, binary])])
    expect(pieces.at(-1)).toBe(binary.toString('latin1'))
    const short = Buffer.from(binary)
    short[2]! -= 9
    expect(fed(eview, [Buffer.concat([short, binary])]).pieces.at(-1)).toBe(binary.toString('latin1'))
  })

  test('is named by its IMEI, in both protocols', () => {
    expect(eview.idOf(binary)).toBe('861234500012345')
    expect(eview.idOf(Buffer.from('!1,861234500012345,V1,100;'))).toBe('861234500012345')
    expect(eview.idOf(Buffer.from(text))).toBeUndefined()
  })
})
