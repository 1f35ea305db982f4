import { expect, test } from 'vitest'
import type { ErrorCode } from '../domain/errors.ts'
import { idPattern } from '../domain/ids.ts'
import { onBothEngines } from '../test/engines.ts'
import { createArea, deleteArea, getArea, listAreas, pathOfArea, updateArea } from './areas.ts'
import { noteSightings } from './device_states.ts'
import {
  createDevice,
  deleteDevice,
  deviceByToken,
  getDevice,
  listDevices,
  placeOfDevice,
  rotateToken,
  updateDevice,
} from './devices.ts'
import { appendEvent, readEvents } from './events.ts'
import { createHome, deleteHome, getHome, listHomes, pathOfHome, updateHome } from './homes.ts'
import {
  createContact,
  createResident,
  deleteContact,
  deleteResident,
  getResident,
  listContacts,
  listResidents,
  updateContact,
  updateResident,
} from './people.ts'
import type { Store, Tx } from './store.ts'
import { insertTicket, updateTicket } from './ticket_rows.ts'
import { listTickets, readTicket, rowOf } from './tickets.ts'

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const all = { most: 99 }

/** /city/east/ and /city/west/, each with a home that has a watch, a resident and a contact. */
async function town(store: Store): Promise<void> {
  await store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: 'Wuhai' })
    for (const side of ['east', 'west']) {
      await createArea(tx, { id: side, name: side, parent: 'city' })
      await createHome(tx, { id: `home-${side}`, area: side, address: `1 ${side} road` })
      await createResident(tx, { id: `res-${side}`, home: `home-${side}`, name: 'Li' })
      await createContact(tx, { id: `con-${side}`, home: `home-${side}`, name: 'Wang', phone: '1', position: 1 })
      await createDevice(tx, { id: `watch-${side}`, home: `home-${side}` }, 0)
    }
  })
}
function openTicket(tx: Tx, id: string, side: string, sharedWith: string[] = []) {
  const times = { opened_at: 1, updated_at: 1, first_at: 1, last_at: 1 }
  const where = { home: `home-${side}`, area: side, area_path: `/city/${side}/`, episode: `home:home-${side}` }
  const what = { state: 'open', kind: 'sos', severity: 'critical', device: null, doubts: [] } as const
  return insertTicket(tx, { id, ...what, doubts: [], ...where, ...times, shared_with: sharedWith })
}
const pathsOf = async (store: Store, ids: string[]) => Promise.all(ids.map((id) => pathOfArea(store.db, id)))
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)

onBothEngines((engine) => {
  test('areas are listed each after the one above it, and bounded by a path', async () => {
    const store = await engine.open()
    await town(store)
    await store.write((tx) => createArea(tx, { id: 'a-yard', name: 'yard', parent: 'east' }))
    expect(ids(await listAreas(store.db, all))).toEqual(['city', 'east', 'a-yard', 'west'])
    expect(ids(await listAreas(store.db, { ...all, areaPath: '/city/east/' }))).toEqual(['east', 'a-yard'])
    const first = await listAreas(store.db, { most: 3 })
    expect(ids(await listAreas(store.db, { most: 3, after: first.next! }))).toEqual(['west'])
    expect(await getArea(store.db, 'east')).toEqual({ id: 'east', name: 'east', parent: 'city' })
  })

  test('moving an area moves all below it, and nothing whose name only begins alike', async () => {
    const store = await engine.open()
    await town(store)
    await store.write(async (tx) => {
      await createArea(tx, { id: 'east-2', name: 'x', parent: 'city' })
      await createArea(tx, { id: 'yard', name: 'x', parent: 'east' })
      await updateArea(tx, 'east', { parent: 'west' }, 0)
    })
    const paths = await pathsOf(store, ['east', 'yard', 'east-2', 'west'])
    expect(paths).toEqual(['/city/west/east/', '/city/west/east/yard/', '/city/east-2/', '/city/west/'])
    expect(ids(await listHomes(store.db, { ...all, areaPath: '/city/west/' }))).toEqual(['home-east', 'home-west'])
    await store.write((tx) => updateArea(tx, 'east', { parent: null, name: 'East' }, 0))
    expect(await pathsOf(store, ['east', 'yard'])).toEqual(['/east/', '/east/yard/'])
    expect(await getArea(store.db, 'east')).toEqual({ id: 'east', name: 'East', parent: null })
  })

  test('whoever saw a ticket or event before an area moved, sees it after', async () => {
    const store = await engine.open()
    await town(store)
    await store.write(async (tx) => {
      await openTicket(tx, 't-1', 'east')
      await openTicket(tx, 't-2', 'west', ['/city/east/'])
      const ticket = (await readTicket(tx, 't-1'))!
      await appendEvent(tx, {
        type: 'ticket.opened',
        at: 1,
        ticket,
        areaPath: '/city/east/',
        sharedWith: ['/city/east/'],
      })
      await updateArea(tx, 'east', { parent: 'west' }, 0)
    })
    expect(ids(await listTickets(store.db, { ...all, areaPath: '/city/west/east/' }))).toEqual(['t-2', 't-1'])
    expect(await rowOf(store.db, 't-2')).toMatchObject({ area_path: '/city/west/' })
    const [event] = await readEvents(store.db, 0, 1)
    expect(event).toMatchObject({ area_path: '/city/west/east/', shared_with: ['/city/west/east/'] })
  })

  test('an area cannot come below itself, nor the tree grow without end', async () => {
    const store = await engine.open()
    await town(store)
    const below = store.write((tx) => updateArea(tx, 'city', { parent: 'east' }, 0))
    await expect(below).rejects.toEqual(refusedWith('request_invalid'))
    const itself = store.write((tx) => updateArea(tx, 'city', { parent: 'city' }, 0))
    await expect(itself).rejects.toEqual(refusedWith('request_invalid'))
    await store.write(async (tx) => {
      for (let level = 2; level <= 11; level++)
        await createArea(tx, { id: `l${level}`, name: 'x', parent: level === 2 ? null : `l${level - 1}` })
    })
    await store.write((tx) => updateArea(tx, 'l2', { parent: 'city' }, 0))
    const twelve = store.write((tx) => updateArea(tx, 'l2', { parent: 'east' }, 0))
    await expect(twelve).resolves.toBeDefined()
    await expect(store.write((tx) => createArea(tx, { name: 'x', parent: 'l11' }))).rejects.toEqual(
      refusedWith('request_invalid'),
    )
    await store.write((tx) => createArea(tx, { id: 'yard', name: 'x', parent: 'west' }))
    const tooDeep = store.write((tx) => updateArea(tx, 'l2', { parent: 'yard' }, 0))
    await expect(tooDeep).rejects.toEqual(refusedWith('request_invalid'))
  })

  test('an id is made where none is given, and a taken one is refused', async () => {
    const store = await engine.open()
    await town(store)
    const { device } = await store.write((tx) => createDevice(tx, {}, 0))
    expect(device.id).toMatch(/^device-/)
    expect(device.id).toMatch(idPattern)
    const taken = [
      (tx: Tx) => createArea(tx, { id: 'city', name: 'x' }),
      (tx: Tx) => createHome(tx, { id: 'home-east', area: 'east', address: 'x' }),
      (tx: Tx) => createResident(tx, { id: 'res-east', home: 'home-east', name: 'x' }),
      (tx: Tx) => createDevice(tx, { id: 'watch-east' }, 0),
      (tx: Tx) => createContact(tx, { id: 'con-east', home: 'home-east', name: 'x', phone: '1', position: 1 }),
    ]
    for (const create of taken) await expect(store.write<unknown>(create)).rejects.toEqual(refusedWith('id_taken'))
  })

  test('what a record refers to must exist, when it is made and when it is changed', async () => {
    const store = await engine.open()
    await town(store)
    const dangling = [
      (tx: Tx) => createArea(tx, { name: 'x', parent: 'no' }),
      (tx: Tx) => createHome(tx, { area: 'no', address: 'x' }),
      (tx: Tx) => createResident(tx, { home: 'no', name: 'x' }),
      (tx: Tx) => createDevice(tx, { home: 'no' }, 0),
      (tx: Tx) => createContact(tx, { home: 'no', name: 'x', phone: '1', position: 1 }),
      (tx: Tx) => updateArea(tx, 'east', { parent: 'no' }, 0),
      (tx: Tx) => updateHome(tx, 'home-east', { area: 'no' }),
      (tx: Tx) => updateResident(tx, 'res-east', { home: 'no' }),
      (tx: Tx) => updateDevice(tx, 'watch-east', { home: 'no' }, 0),
      (tx: Tx) => updateContact(tx, 'con-east', { home: 'no' }),
    ]
    for (const change of dangling)
      await expect(store.write<unknown>(change)).rejects.toEqual(refusedWith('reference_unknown'))
  })

  test('what is not there cannot be changed or removed', async () => {
    const store = await engine.open()
    const absent = [
      (tx: Tx) => updateArea(tx, 'no', {}, 0),
      (tx: Tx) => updateHome(tx, 'no', {}),
      (tx: Tx) => updateResident(tx, 'no', {}),
      (tx: Tx) => updateDevice(tx, 'no', {}, 0),
      (tx: Tx) => updateContact(tx, 'no', {}),
      (tx: Tx) => rotateToken(tx, 'no', 0),
      (tx: Tx) => deleteArea(tx, 'no'),
      (tx: Tx) => deleteHome(tx, 'no'),
      (tx: Tx) => deleteResident(tx, 'no'),
      (tx: Tx) => deleteDevice(tx, 'no', 0),
      (tx: Tx) => deleteContact(tx, 'no'),
    ]
    for (const change of absent) await expect(store.write<unknown>(change)).rejects.toEqual(refusedWith('not_found'))
  })

  test('a home goes only when nobody lives there, nothing hangs there and no ticket is open', async () => {
    const store = await engine.open()
    await town(store)
    await store.write((tx) => openTicket(tx, 't-1', 'east'))
    const steps: ((tx: Tx) => Promise<void>)[] = [
      (tx) => deleteResident(tx, 'res-east'),
      (tx) => deleteDevice(tx, 'watch-east', 0),
      (tx) => deleteContact(tx, 'con-east'),
      (tx) => updateTicket(tx, 't-1', { state: 'closed' }),
    ]
    for (const step of steps) {
      const removing = store.write((tx) => deleteHome(tx, 'home-east'))
      await expect(removing).rejects.toEqual(refusedWith('still_referenced'))
      await store.write(step)
    }
    const area = store.write((tx) => deleteArea(tx, 'east'))
    await expect(area).rejects.toEqual(refusedWith('still_referenced'))
    await store.write(async (tx) => {
      await deleteHome(tx, 'home-east')
      await deleteArea(tx, 'east')
    })
    expect([await getHome(store.db, 'home-east'), await getArea(store.db, 'east')]).toEqual([undefined, undefined])
    const parent = store.write((tx) => deleteArea(tx, 'city'))
    await expect(parent).rejects.toEqual(refusedWith('still_referenced'))
  })

  test('lists are bounded by area, filtered by home, and paged', async () => {
    const store = await engine.open()
    await town(store)
    await store.write((tx) => createDevice(tx, { id: 'loose' }, 0))
    const west = { ...all, areaPath: '/city/west/' }
    expect(ids(await listHomes(store.db, west))).toEqual(['home-west'])
    expect(ids(await listResidents(store.db, west))).toEqual(['res-west'])
    expect(ids(await listDevices(store.db, west))).toEqual(['watch-west'])
    expect(ids(await listContacts(store.db, west))).toEqual(['con-west'])
    expect(ids(await listResidents(store.db, { ...all, home: 'home-east' }))).toEqual(['res-east'])
    expect(ids(await listDevices(store.db, { ...all, home: 'home-east' }))).toEqual(['watch-east'])
    const first = await listDevices(store.db, { most: 2 })
    const second = await listDevices(store.db, { most: 2, after: first.next! })
    expect([ids(first), ids(second), second.next]).toEqual([['loose', 'watch-east'], ['watch-west'], null])
  })

  test('contacts come in the order in which they are called, also over pages', async () => {
    const store = await engine.open()
    await town(store)
    await store.write(async (tx) => {
      for (const [id, position] of Object.entries({ clinic: 12, neighbour: 2, daughter: 1 }))
        await createContact(tx, { id, home: 'home-east', name: id, phone: '1', position })
    })
    const page = { most: 2, home: 'home-east' }
    const first = await listContacts(store.db, page)
    const second = await listContacts(store.db, { ...page, after: first.next! })
    expect([ids(first), ids(second)]).toEqual([
      ['con-east', 'daughter'],
      ['neighbour', 'clinic'],
    ])
  })

  test('a contact without a position is called after the others of its home', async () => {
    const store = await engine.open()
    await town(store)
    const made = await store.write(async (tx) => {
      await createContact(tx, { home: 'home-east', name: 'clinic', phone: '1', position: 12 })
      return [
        await createContact(tx, { home: 'home-east', name: 'neighbour', phone: '1' }),
        await createContact(tx, { home: 'home-west', name: 'son', phone: '1' }),
      ]
    })
    expect(made.map(({ position }) => position)).toEqual([13, 2])
  })

  test('a change touches only what it names; null clears', async () => {
    const store = await engine.open()
    await town(store)
    const floor_plan = { rooms: [{ name: 'room', x: 0, y: 0, w: 4, h: 5.5 }] }
    const home = await store.write(async (tx) => {
      await updateHome(tx, 'home-east', { lat: 39.5, lon: 106.8, notes: 'key under the mat', floor_plan })
      return updateHome(tx, 'home-east', { notes: null, area: 'west', lat: undefined })
    })
    const where = { id: 'home-east', area: 'west', address: '1 east road', lat: 39.5, lon: 106.8 }
    const expected = { ...where, notes: null, floor_plan }
    expect(home).toEqual(expected)
    expect(await getHome(store.db, 'home-east')).toEqual(expected)
    expect((await listHomes(store.db, all)).items.map((one) => one.floor_plan)).toEqual([floor_plan, null])
    expect(await pathOfHome(store.db, 'home-east')).toBe('/city/west/')
    await store.write((tx) => updateResident(tx, 'res-east', { birth_year: 1938 }))
    expect(await getResident(store.db, 'res-east')).toMatchObject({ name: 'Li', birth_year: 1938, phone: null })
  })

  test('a device is known by its token, which is kept only as a hash, until it gets a new one', async () => {
    const store = await engine.open()
    await town(store)
    const { token } = await store.write((tx) => createDevice(tx, { id: 'cord-1', home: 'home-east' }, 0))
    expect(await deviceByToken(store.db, 'cord-1', token, 0)).toMatchObject({ id: 'cord-1', home: 'home-east' })
    expect(await deviceByToken(store.db, 'watch-east', token, 0)).toBeUndefined()
    expect(await deviceByToken(store.db, 'no', token, 0)).toBeUndefined()
    expect(await deviceByToken(store.db, 'cord-1', '', 0)).toBeUndefined()
    expect(JSON.stringify(await store.db.selectFrom('credentials').selectAll().execute())).not.toContain(token)
    const { token: newer } = await store.write((tx) => rotateToken(tx, 'cord-1', 0))
    expect(await deviceByToken(store.db, 'cord-1', token, 0)).toBeUndefined()
    expect(await deviceByToken(store.db, 'cord-1', newer, 0)).toBeDefined()
  })

  test('a device is found where its home is', async () => {
    const store = await engine.open()
    await town(store)
    await store.write((tx) => createDevice(tx, { id: 'loose' }, 0))
    const where = { home: 'home-east', area: 'east', area_path: '/city/east/', sos_press: null, vendor: null }
    expect(await placeOfDevice(store.db, 'watch-east')).toEqual(where)
    expect(await placeOfDevice(store.db, 'loose')).toEqual({
      home: null,
      area: null,
      area_path: null,
      vendor: null,
      sos_press: null,
    })
    expect(await placeOfDevice(store.db, 'no')).toBeUndefined()
  })

  test('what was last known of a device stays newest, keeps what is not said again, and needs a registered device', async () => {
    const store = await engine.open()
    await town(store)
    await store.write((tx) =>
      noteSightings(tx, [
        { device: 'watch-east', lastSeenAt: 5_000, online: true, firmware: '1.2' },
        { device: 'watch-east', lastSeenAt: 7_000 },
        { device: 'ghost', lastSeenAt: 5_000 },
      ]),
    )
    const seen = { last_seen_at: '1970-01-01T00:00:07.000Z', online: true, firmware: '1.2' }
    expect(await getDevice(store.db, 'watch-east')).toMatchObject(seen)
    await store.write((tx) => noteSightings(tx, [{ device: 'watch-east', lastSeenAt: 6_000, online: false }]))
    expect(await getDevice(store.db, 'watch-east')).toMatchObject({ ...seen, online: false })
    expect(await store.db.selectFrom('device_states').select('device').execute()).toEqual([{ device: 'watch-east' }])
    expect(await getDevice(store.db, 'watch-west')).toMatchObject({ last_seen_at: null, online: null, firmware: null })
  })
})
