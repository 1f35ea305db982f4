import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { codes, receivedAt, values } from '../test_decode.ts'
import { fields, kilograms } from './fields.ts'
import { theengs } from './theengs.ts'

const topic = 'home/hall/BTtoMQTT/7CC6B6112233'
const decode = (record: unknown, on = topic): Decoded =>
  theengs.decode(on, Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)), { receivedAt })
const warned = ({ warnings }: Decoded): string[] => warnings.map(({ code }) => code)
const urgent = (record: unknown): boolean => theengs.urgent(topic, Buffer.from(JSON.stringify(record)))

describe('the table of fields', () => {
  test('every field has a metric, gives up on nonsense, and what it yields to is a field', () => {
    for (const [name, { metric, read, unless }] of Object.entries(fields)) {
      expect(isMetric(metric), name).toBe(true)
      expect(read({}), name).toBeUndefined()
      expect(read('nonsense'), name).toBeUndefined()
      if (unless) expect(Object.keys(fields), name).toContain(unless)
    }
    expect(kilograms.get('kg')).toBe(1)
  })
})

describe('values', () => {
  test.each([
    [{ tempc: 21.5, tempf: 70.7 }, [['temperature', 21.5]]],
    [{ tempf: 98.6 }, [['temperature', 37]]],
    [{ bpm: 71, act_bpm: 72 }, [['heart_rate', 71]]],
    [{ act_bpm: 0 }, []],
    [{ open: true }, [['door_open', 1]]],
    [{ contact: 'closed' }, [['door_open', 0]]],
    [{ contact: 'timeout' }, [['door_open', 1]]],
    [{ contact: true }, []],
    [{ contact: 'constructor' }, []],
    [{ batt: '80.5' }, [['battery', 80.5]]],
    [{ hum: null }, []],
    [{ pressure: 54 }, []],
    [
      { rssi: -60, motion: 'ON' },
      [
        ['rssi', -60],
        ['motion', 1],
      ],
    ],
  ])('%j -> %j', (record, expected) => expect(values(decode(record))).toEqual(expected))

  test.each([
    [{ weight: 70, unit: 'kg' }, [['weight', 70]], []],
    [{ weight: 154.3, unit: 'lb' }, [['weight', 69.989303]], ['unit_converted']],
    [{ weight: 140, unit: 'jin' }, [['weight', 70]], ['unit_converted']],
    [{ weight: 9, unit: 'kg', weighing_mode: 'object' }, [], ['no_reading']],
    [{ weight: 123.9 }, [], ['unit_unknown']],
    [{ weight: 123.9, unit: 'constructor' }, [], ['unit_unknown']],
  ])('what stands on a scale: %j', (record, expected, warnings) => {
    const decoded = decode(record)
    expect([values(decoded), warned(decoded)]).toEqual([expected, warnings])
  })
})

describe('buttons', () => {
  test.each([
    [1, 'single', 1],
    [2, 'double', 2],
    [3, 'triple', 3],
    [4, 'long', 4],
    [9, 'long', 4],
  ])('button %i is a press, %s', (button, press, value) => {
    const decoded = decode({ button, packet: 29 })
    const key = { id: 'packet:29:button', withinMs: 10_000 }
    expect(decoded.signals).toEqual([{ signal: 'sos', at: undefined, press, key }])
    expect(values(decoded)).toEqual([['button', value]])
    expect(urgent({ button })).toBe(true)
  })

  test('of four buttons the one that was pressed', () =>
    expect(decode({ packet: 3, button1: 0, button2: 2 }).signals).toMatchObject([
      { press: 'double', key: { id: 'packet:3:button2' } },
    ]))

  test.each([[0], [-1], ['x']])('button %j is no press', (button) => expect(decode({ button }).signals).toEqual([]))

  test('a press in a message that was cut is heard', () => {
    const decoded = decode('{"id":"7C:C6:B6:11:22:33","button": 1, "ba')
    expect(decoded.signals).toMatchObject([{ signal: 'sos', press: 'single', malformed: true }])
    expect(codes(decoded)).toEqual(['payload_not_json'])
  })
})

describe('raw service data', () => {
  test.each(['0xfcd2', 'fcd2', 'FCD2', '0000fcd2-0000-1000-8000-00805f9b34fb'])(
    'of BTHome under %s is read',
    (uuid) => {
      const record = { rssi: -60, servicedatauuid: uuid, servicedata: '4000070163' + '3a02' }
      expect(decode(record).signals).toMatchObject([{ press: 'double', key: { id: 'packet:7:2' } }])
      expect(values(decode(record))).toEqual([
        ['battery', 99],
        ['button', 2],
        ['rssi', -60],
      ])
      expect(urgent(record)).toBe(true)
    },
  )

  test.each([
    ['0xfe95', '443a01'],
    ['0xfcd2', 'drfg'],
    ['0xfcd2', '443'],
  ])('%s %s is not, and costs nothing else', (servicedatauuid, servicedata) => {
    const decoded = decode({ rssi: -60, servicedatauuid, servicedata })
    expect([values(decoded), decoded.signals, codes(decoded)]).toEqual([[['rssi', -60]], [], []])
  })

  test('the decoded press beside the raw one is not counted twice', () =>
    expect(decode({ button: 1, servicedatauuid: 'fcd2', servicedata: '443a01' }).signals).toHaveLength(1))

  test('what is encrypted is refused, by either', () => {
    expect(codes(decode({ encr: 2, cipher: 'aabb', ctr: '01000000' }))).toEqual(['payload_encrypted'])
    expect(codes(decode({ servicedatauuid: 'fcd2', servicedata: '41aabbcc0100000011223344' }))).toEqual([
      'payload_encrypted',
    ])
  })
})

describe('hazards', () => {
  test('smoke is a state until it ends', () => {
    expect(decode({ smoke: true }).signals).toEqual([{ signal: 'smoke', at: undefined, level: true }])
    expect(decode({ smoke: false })).toMatchObject({ signals: [], clears: [{ signal: 'smoke' }] })
    expect([urgent({ smoke: false }), urgent({ tempc: 20 })]).toEqual([true, false])
  })
})

describe('whose it is', () => {
  test('the topic names the device, in any spelling of its address', () => {
    expect(theengs.source?.(topic)).toBe('7cc6b6112233')
    expect(theengs.source?.('home/hall/BTtoMQTT/7c:c6:b6:11:22:33')).toBe('7cc6b6112233')
    expect(theengs.source?.('home/hall/BTtoMQTT/undecoded')).toBeUndefined()
    expect(theengs.source?.('home/hall/LWT')).toBe('hall')
  })

  test('where it does not, the id does', () => {
    const decoded = decode({ id: '7C:C6:B6:11:22:33', button: 1, rssi: -50 }, 'home/hall/BTtoMQTT/undecoded')
    expect([...decoded.readings, ...decoded.signals].map(({ source }) => source)).toEqual(
      Array.from({ length: 3 }, () => '7cc6b6112233'),
    )
    expect(codes(decode({ rssi: -50 }, 'home/hall/BTtoMQTT/undecoded'))).toEqual(['payload_invalid'])
  })

  test('where they differ the topic counts', () => {
    const decoded = decode({ id: 'AA:AA:AA:AA:AA:AA', tempc: 20 })
    expect([decoded.readings[0]?.source, warned(decoded)]).toEqual([undefined, ['identity_conflict']])
  })

  test.each([
    { id: '5A:11:22:33:44:55', mac_type: 1 },
    { id: '3A:11:22:33:44:55', mac_type: 1 },
    { id: 'C7:11:22:33:44:55', type: 'RMAC' },
    { id: 'C7:11:22:33:44:55', prmac: true },
  ])('an address that changes names nobody, and nothing is stored: %j', (who) => {
    const decoded = decode({ ...who, rssi: -60, tempc: 20 }, 'home/hall/BTtoMQTT/undecoded')
    expect([decoded.readings, warned(decoded), codes(decoded)]).toEqual([[], ['identity_random'], []])
  })

  test.each(['C7', 'D0', 'EE', 'FF'])('a random static address stays: %s', (byte) =>
    expect(
      decode({ id: `${byte}:11:22:33:44:55`, mac_type: 1, rssi: -60 }, 'home/a/BTtoMQTT/undecoded').readings,
    ).toHaveLength(1),
  )
})

describe('the gateway', () => {
  test('its will and its report are of itself', () => {
    expect(decode('offline', 'home/hall/LWT').statuses).toEqual([{ online: false }])
    expect(decode({ version: 'v1.8' }, 'home/hall/SYStoMQTT').statuses).toEqual([{ online: true, firmware: 'v1.8' }])
    expect(codes(decode('perhaps', 'home/hall/LWT'))).toEqual(['payload_invalid'])
  })

  test('a tracker that is no longer heard is offline', () =>
    expect(decode({ id: '7C:C6:B6:11:22:33', state: 'offline' }).statuses).toEqual([{ online: false }]))

  test('a list is no advertisement', () => expect(codes(decode([1]))).toEqual(['payload_invalid']))
})
