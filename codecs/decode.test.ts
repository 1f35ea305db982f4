import { describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type Decoded, nothingDecoded } from '../domain/message.ts'
import { codecs, useMappings } from './codecs.ts'
import { decodeRecord } from './decode.ts'
import { sparkplugBytes } from './sparkplug/test_payload.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const bytes = (payload: string | Uint8Array) => (typeof payload === 'string' ? Buffer.from(payload) : payload)
const on = (topic: string, payload: string | Uint8Array, refused?: string): Decoded =>
  decodeRecord({ topic, payload: bytes(payload), receivedAt, refused })
const kinds = ({ signals }: Decoded): string[] => signals.map(({ signal }) => signal).sort()
const codes = ({ refusals }: Decoded): string[] => refusals.map(({ code }) => code)

const signalsTopic = 'vigil/v1/watch-1/signals'
const readingsTopic = 'vigil/v1/watch-1/readings'

describe('a broken message on a signals topic', () => {
  const utf16be = Buffer.from('{"signal":"sos"}', 'utf16le').swap16()
  test.each<[string, string | Uint8Array]>([
    ['truncated after the signal', '{"signal":"sos","at":'],
    ["truncated within the word's quotes", '{"at":1,"signal":"sos'],
    ['plain text', 'SOS'],
    ['plain text with a line end', 'sos\r\n'],
    ['text round it', 'button pressed: SOS from watch 7'],
    ['single quotes', "{'signal': 'sos'}"],
    ['no quotes', '{signal: sos, at: 1}'],
    ['a trailing comma', '{"signal":"sos",}'],
    ['a byte order mark and a flaw', '\ufeff{"signal":"sos",}'],
    ['UTF-16', Buffer.from('{"signal":"sos"}', 'utf16le')],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffSOS', 'utf16le')],
    ['UTF-16, big end first', utf16be],
    ['padding with NUL', Buffer.from('{"signal":"sos"}\0\0\0\0')],
    ['form fields', 'id=7&signal=sos&battery=80'.replaceAll('&', '; ')],
    ['escapes and a flaw', '{"\\u0073ignal":"\\u0053OS",}'],
    ['JSON within JSON', '{"data":"{\\"signal\\":\\"sos\\"}"}'],
    ['nested where it does not belong', '{"data":{"signal":"sos"}}'],
    ['a list of a signal', '{"signal":["sos"]}'],
    ['a key given twice', '{"signal":"sos","signal":"ok"}'],
    [
      'broken UTF-8',
      Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xff]), Buffer.from('","signal":"sos"}')]),
    ],
    ['an unknown version of itself', '{"v":2,"event":{"type":"SOS_PRESSED"}}'],
  ])('%s: the signal is heard', (_, payload) => {
    expect(kinds(on(signalsTopic, payload))).toEqual(['sos'])
  })

  test('what is only found at the second look is malformed and told', () => {
    const decoded = on(signalsTopic, '{"signal":"sos","at":')
    expect(decoded).toMatchObject({ device: 'watch-1', signals: [{ signal: 'sos', at: undefined, malformed: true }] })
    expect(codes(decoded)).toEqual(['payload_not_json'])
    expect(codes(on(signalsTopic, '{"signal":"fall","was":{"signal":"sos"}}'))).toEqual(['payload_invalid'])
  })

  test('what the codec has read is not made malformed, nor counted twice', () => {
    expect(on(signalsTopic, '{"signal":"sos","note":"signal: sos"}').signals).toEqual([
      { signal: 'sos', at: undefined },
    ])
  })

  test.each([
    ['another signal', '{"signal":"battery_low"}'],
    ['another signal and a word', '{"signal":"battery_low","button":"help"}'],
    ['all is well', '{"sos":false,"fall":0,"smoke":"none",}'],
    ['taken back', 'sos cancelled'],
    ['a word within a word', 'waterfalls and glucose'],
    ['nothing', ''],
    ['noise', Buffer.from([0xde, 0xad, 0xbe, 0xef])],
  ])('%s: no signal is invented', (_, payload) => {
    const decoded = on(signalsTopic, payload)
    expect(kinds(decoded)).toEqual([])
    expect(decoded.refusals.length).toBeGreaterThan(0)
  })
})

describe('a message on another topic', () => {
  test.each<[string, string | Uint8Array]>([
    ['broken JSON with a claim', '{"signal":"sos","readings":{"spo2":'],
    ['the bare word', 'SOS'],
    ['UTF-16', Buffer.from('{"signal":"sos"}', 'utf16le')],
    ['a claim nested in a good message', '{"readings":{"spo2":97},"event":{"signal":"sos"}}'],
    ['broken JSON with a flag', '{"readings":{"sos":1'],
  ])('%s: the signal is heard', (_, payload) => {
    expect(kinds(on(readingsTopic, payload))).toEqual(['sos'])
  })

  test('a word somewhere is not enough there', () => {
    expect(kinds(on(readingsTopic, '{"readings":{"spo2":97},"note":"fall prevention course"}'))).toEqual([])
    expect(kinds(on(readingsTopic, 'no sos today'))).toEqual([])
  })

  test.each(['vigil/v1/watch-1/signal', 'watch-1/alarm', ''])(
    '%j, which no codec takes: refused, and heard',
    (topic) => {
      const decoded = on(topic, '{"signal":"sos","at":1}')
      expect(decoded).toMatchObject({ device: undefined, signals: [{ signal: 'sos', malformed: true }] })
      expect(codes(decoded)).toEqual(['topic_unknown'])
      expect(codes(on(topic, '{"readings":{"spo2":97}}'))).toEqual(['topic_unknown'])
    },
  )
})

describe('beyond the limits', () => {
  const filler = 'x'.repeat(limits.payloadBytes)
  test.each([
    ['payload_too_large', `{"filler":"${filler}","signal":"sos"}`],
    ['payload_too_large', `{"signal":"sos","filler":"${filler}"}`],
    ['payload_too_deep', `${'{"a":'.repeat(99)}{"signal":"sos"}${'}'.repeat(99)}`],
    ['batch_too_long', `[${'{},'.repeat(limits.batchEntries)}{"signal":"sos"}]`],
  ])('%s: refused, and heard', (code, payload) => {
    for (const topic of [signalsTopic, readingsTopic]) {
      const decoded = on(topic, payload)
      expect(codes(decoded)).toEqual([code])
      expect(kinds(decoded)).toEqual(['sos'])
      expect(decoded.readings).toEqual([])
    }
  })

  test('megabytes of one word make one signal', () => {
    const decoded = on(signalsTopic, 'sos fall '.repeat(limits.packetBytes / 9))
    expect(kinds(decoded)).toEqual(['fall', 'sos'])
  })
})

describe('a message that the front door refused', () => {
  test('its readings are not taken, its signals are, as they were read', () => {
    const payload = `{"at":${receivedAt},"signal":"sos","confidence":0.9,"readings":{"spo2":97}}`
    expect(on(signalsTopic, payload, 'topic_foreign')).toEqual({
      ...nothingDecoded('watch-1'),
      signals: [{ signal: 'sos', at: receivedAt, confidence: 0.9 }],
      refusals: [{ code: 'topic_foreign', detail: 'at the front door' }],
    })
  })

  test('nor its motion windows or status', () => {
    expect(on('vigil/v1/watch-1/status', '{"online":true}', 'topic_foreign').statuses).toEqual([])
    expect(on('vigil/v1/w/motion', '{"rate_hz":1,"x":[0],"y":[0],"z":[1]}', 'topic_foreign').motions).toEqual([])
  })

  test('a code from a newer version is kept in the detail', () => {
    expect(on(readingsTopic, '{}', 'constructor').refusals).toEqual([{ code: 'internal', detail: 'constructor' }])
  })
})

describe('a codec that breaks', () => {
  test('is refused with its name, and the signal is heard all the same', ({ onTestFinished }) => {
    const broken = {
      ...codecs[0]!,
      name: 'broken',
      topics: ['broken/#'],
      claims: () => true,
      device: () => 'watch-9',
      decode: (): Decoded => {
        throw new TypeError('no such field')
      },
    }
    useMappings([broken])
    onTestFinished(() => useMappings([]))
    const decoded = on('broken/1', '{"signal":"fall"}')
    expect(decoded).toMatchObject({ device: 'watch-9', signals: [{ signal: 'fall', malformed: true }] })
    expect(decoded.refusals).toEqual([{ code: 'codec_failed', detail: 'broken: no such field' }])
  })
})

test('names as long as a payload are not learned, and a model of that length is cut', () => {
  const long = 'x'.repeat(200_000)
  const birth = (name: string) =>
    decodeRecord({
      topic: 'spBv1.0/home/NBIRTH/hub',
      payload: sparkplugBytes([
        { name, alias: 1, datatype: 11, boolean: false },
        { name: 'Properties/Hardware Model', string: long },
      ]),
      receivedAt: 0,
    })
  expect(birth('SOS').learned).toHaveLength(1)
  expect(birth(long).learned).toEqual([])
  expect(birth(long).announced[0]?.model).toHaveLength(limits.toldChars)
})
