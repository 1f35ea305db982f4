import { describe, expect, test } from 'vitest'
import { idPattern } from './ids.ts'
import { childId, deviceOfSource, isChildOf, type Speaker, sourceName } from './sources.ts'

describe('sourceName', () => {
  test.each(['0xA4C1381122334455', 'A4:C1:38:11:22:33:44:55', 'a4-c1-38-11-22-33-44-55', 'eui-a4c1381122334455'])(
    '%s is one device in all its spellings',
    (name) => {
      expect(sourceName(name)).toBe('a4c1381122334455')
    },
  )

  test('what may be an id stays as it is', () => {
    for (const name of ['bath-radar', '868120000000042', 'Hall.smoke:1']) expect(sourceName(name)).toBe(name)
  })

  test('two names that no id may be stay two, and are ids', () => {
    const names = ['Bed room/SOS', 'Bed room-SOS', 'Bed room SOS', '厨房', '客厅', 'x'.repeat(65), 'x'.repeat(66), '']
    const ids = names.map(sourceName)
    expect(new Set(ids).size).toBe(names.length)
    for (const id of ids) expect(id).toMatch(idPattern)
    expect(ids[0]).toMatch(/^Bed-room-SOS-[0-9a-f]{8}$/)
  })
})

test('a name as long as a payload is read in no time', () => {
  const rows = [`${'-'.repeat(262_144)}é`, `é${'-'.repeat(262_144)}x`, `${'a1:'.repeat(80_000)}é`]
  for (const row of rows) expect(sourceName(row)).toMatch(idPattern)
})

describe('childId', () => {
  test('is the gateway and what it calls the device', () => {
    expect(childId('hub', 'door')).toBe('hub:door')
    expect(isChildOf('hub', 'hub:door')).toBe(true)
    expect(isChildOf('hub', 'hub2:door')).toBe(false)
  })

  test('of long names too it is an id, and two stay two', () => {
    const [gateway, other] = ['g'.repeat(64), `${'g'.repeat(63)}h`]
    const ids = [gateway, other].flatMap((one) => ['s', 't'].map((end) => childId(one, 'x'.repeat(63) + end)))
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(idPattern)
    expect(isChildOf(gateway, ids[0]!)).toBe(true)
    expect(isChildOf(other, ids[0]!)).toBe(false)
  })
})

describe('deviceOfSource', () => {
  const known = new Set(['mat-1'])
  const has = (id: string): boolean => known.has(id)
  const account: Speaker = { device: undefined, isGateway: false, has }
  const watch: Speaker = { device: 'watch', isGateway: false, has: () => false }
  const hub: Speaker = { device: 'hub', isGateway: true, has }

  test.each<[string, Speaker, 'itself' | 'others', string | undefined, string | undefined]>([
    ['without a source it is the sender', watch, 'itself', undefined, 'watch'],
    ['an account has no device of its own', account, 'others', undefined, undefined],
    ['for an account the name is the id', account, 'others', 'mat-9', 'mat-9'],
    ['a device is itself, whatever it calls itself', watch, 'itself', 'my-name', 'watch'],
    ['what speaks for others makes children', watch, 'others', 'door', 'watch:door'],
    ['a gateway has children of its own', hub, 'itself', 'door', 'hub:door'],
    ['a registered child comes first', hub, 'others', 'mat-1', 'mat-1'],
    ['who is called by his own id is no child', hub, 'others', 'hub', 'hub'],
  ])('%s', (_why, speaker, speaks, source, device) => {
    expect(deviceOfSource(speaker, speaks, source)).toBe(device)
  })
})
