import { expect, test } from 'vitest'
import { onBothEngines } from '../test/engines.ts'
import { createArea } from './areas.ts'
import { noteSightings } from './device_states.ts'
import { createDevice, listDevices } from './devices.ts'
import { createHome, listHomes } from './homes.ts'
import { createContact, createResident, listContacts, listResidents } from './people.ts'
import type { Store } from './store.ts'

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)

/** Two streets of two homes; only their names tell them apart. */
async function town(store: Store): Promise<void> {
  await store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: '乌海' })
    for (const side of ['east', 'west']) await createArea(tx, { id: side, name: side, parent: 'city' })
    await createHome(tx, { id: 'h1', area: 'east', address: 'Heping Road 3-2-301' })
    await createHome(tx, { id: 'h2', area: 'west', address: '和平路 100%_纸坊' })
    await createResident(tx, { id: 'r1', home: 'h1', name: '李桂英', phone: '138 0473-1111' })
    await createResident(tx, { id: 'r2', home: 'h2', name: 'Li Guiying' })
    await createContact(tx, {
      id: 'c1',
      home: 'h2',
      name: 'Wang Fang',
      relation: 'Daughter',
      phone: '139-22',
      position: 1,
    })
    await createDevice(tx, { id: 'watch-1', home: 'h1', model: 'Vigil W2', place: '卧室' }, 0)
    await createDevice(tx, { id: 'mat-2', home: 'h2', model: 'Sleepmat' }, 0)
    await createDevice(tx, { id: 'spare-3', model: 'Vigil W2' }, 0)
  })
}

onBothEngines((engine) => {
  test('words are found anywhere in what names a thing, whatever their case, and all of them must be', async () => {
    const store = await engine.open()
    await town(store)
    const residents = async (q: string) => ids(await listResidents(store.db, { q, most: 9 }))
    const homes = async (q: string) => ids(await listHomes(store.db, { q, most: 9 }))
    const devices = async (q: string) => ids(await listDevices(store.db, { q, most: 9 }))
    expect(await residents('桂英')).toEqual(['r1'])
    expect(await residents('guiYING li')).toEqual(['r2'])
    expect(await residents('li 桂')).toEqual([])
    expect(await residents('0473111')).toEqual(['r1'])
    expect(await homes('ROAD heping')).toEqual(['h1'])
    expect(await homes('和平')).toEqual(['h2'])
    expect(ids(await listContacts(store.db, { q: 'daughter 13922', most: 9 }))).toEqual(['c1'])
    expect(await devices('w2')).toEqual(['spare-3', 'watch-1'])
    expect(await devices('卧室')).toEqual(['watch-1'])
    expect(ids(await listDevices(store.db, { q: 'w2', most: 1, after: 'spare-3' }))).toEqual(['watch-1'])
  })

  test('signs that mean something to the database mean themselves, and a bound bounds what is found', async () => {
    const store = await engine.open()
    await town(store)
    const homes = async (q: string, areaPath?: string) =>
      ids(await listHomes(store.db, { q, most: 9, ...(areaPath && { areaPath }) }))
    expect(await homes('100%_')).toEqual(['h2'])
    expect(await homes('3%301')).toEqual([])
    expect(await homes('3_2')).toEqual([])
    expect(await homes("' or 1=1 --")).toEqual([])
    expect(await homes('h', '/city/west/')).toEqual(['h2'])
    expect(await homes('heping', '/city/west/')).toEqual([])
  })

  test('devices are narrowed by what they last told', async () => {
    const store = await engine.open()
    await town(store)
    const battery = (percent: number, at: number) => ({ battery: { percent, at } })
    await store.write((tx) =>
      noteSightings(tx, [
        { device: 'watch-1', lastSeenAt: 5, online: true, ...battery(12, 5) },
        { device: 'mat-2', lastSeenAt: 5, online: false, ...battery(80, 5) },
      ]),
    )
    const devices = async (by: object) => ids(await listDevices(store.db, { most: 9, ...by }))
    expect(await devices({ online: true })).toEqual(['watch-1'])
    expect(await devices({ online: false })).toEqual(['mat-2', 'spare-3'])
    expect(await devices({ battery_below: 20 })).toEqual(['watch-1'])
    expect(await devices({ placed: false })).toEqual(['spare-3'])
    expect(await devices({ placed: true, online: false })).toEqual(['mat-2'])
  })

  test('the battery is the newest by its own time, however late the others come', async () => {
    const store = await engine.open()
    await town(store)
    const told = async (percent: number, at: number) => {
      await store.write((tx) => noteSightings(tx, [{ device: 'watch-1', lastSeenAt: 9, battery: { percent, at } }]))
      return (await listDevices(store.db, { most: 1, q: 'watch-1' })).items[0]
    }
    expect(await told(50, 2_000)).toMatchObject({ battery: 50, battery_at: '1970-01-01T00:00:02.000Z' })
    expect(await told(90, 1_000)).toMatchObject({ battery: 50 })
    expect(await told(49, 3_000)).toMatchObject({ battery: 49 })
    await store.write((tx) => noteSightings(tx, [{ device: 'watch-1', lastSeenAt: 10 }]))
    expect((await listDevices(store.db, { most: 1, q: 'watch-1' })).items[0]).toMatchObject({ battery: 49 })
  })
})
