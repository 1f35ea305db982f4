import { expect, test } from 'vitest'
import type { ErrorCode } from '../domain/errors.ts'
import { onBothEngines } from '../test/engines.ts'
import { createAbsence, deleteAbsence, listAbsences, updateAbsence } from './absences.ts'
import { createArea } from './areas.ts'
import { createHome, deleteHome } from './homes.ts'
import { createResident, deleteResident, updateResident } from './people.ts'
import type { Store } from './store.ts'

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)
const day = (n: number) => new Date(Date.UTC(2026, 11, n)).toISOString()

/** A home with a couple of which one is in hospital from the 1st to the 3rd, and all are on holiday from the 5th on. */
async function away(store: Store): Promise<void> {
  await store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: '乌海' })
    for (const home of ['h1', 'h2']) await createHome(tx, { id: home, area: 'city', address: home })
    await createResident(tx, { id: 'r1', home: 'h1', name: '李桂英' })
    const hospital = { id: 'a1', home: 'h1', resident: 'r1', from: day(1), to: day(3), reason: 'hospital' as const }
    await createAbsence(tx, hospital, 0)
    await createAbsence(tx, { id: 'a2', home: 'h1', from: day(5), reason: 'holiday' }, 0)
  })
}

onBothEngines((engine) => {
  test('absences are told newest first, of one home, and as they last at a moment', async () => {
    const store = await engine.open()
    await away(store)
    const at = async (iso: string) => ids(await listAbsences(store.db, { at: Date.parse(iso), most: 9 }))
    expect(ids(await listAbsences(store.db, { home: 'h1', most: 9 }))).toEqual(['a2', 'a1'])
    expect(ids(await listAbsences(store.db, { home: 'h2', most: 9 }))).toEqual([])
    const first = await listAbsences(store.db, { most: 1 })
    expect(ids(await listAbsences(store.db, { most: 1, after: first.next ?? '' }))).toEqual(['a1'])
    expect(await at(day(1))).toEqual(['a1'])
    expect(await at(day(3))).toEqual([])
    expect(await at(day(30))).toEqual(['a2'])
    await store.write((tx) => updateAbsence(tx, 'a2', { to: day(6) }))
    expect(await at(day(30))).toEqual([])
  })

  test('what does not hold together is refused', async () => {
    const store = await engine.open()
    await away(store)
    const make = (more: object) =>
      store.write((tx) => createAbsence(tx, { home: 'h1', reason: 'other', from: day(1), ...more }, 0))
    await expect(make({ to: day(1) })).rejects.toEqual(refusedWith('request_invalid'))
    await expect(make({ home: 'no' })).rejects.toEqual(refusedWith('reference_unknown'))
    await expect(make({ home: 'h2', resident: 'r1' })).rejects.toEqual(refusedWith('reference_unknown'))
    await expect(make({ id: 'a1' })).rejects.toEqual(refusedWith('id_taken'))
    const change = store.write((tx) => updateAbsence(tx, 'a1', { from: day(4) }))
    await expect(change).rejects.toEqual(refusedWith('request_invalid'))
    await expect(store.write((tx) => deleteAbsence(tx, 'no'))).rejects.toEqual(refusedWith('not_found'))
  })

  test('an absence moves with its resident, and goes with the resident and with the home', async () => {
    const store = await engine.open()
    await away(store)
    await store.write((tx) => updateResident(tx, 'r1', { home: 'h2' }))
    expect(ids(await listAbsences(store.db, { home: 'h2', most: 9 }))).toEqual(['a1'])
    await store.write((tx) => deleteResident(tx, 'r1'))
    await store.write((tx) => deleteHome(tx, 'h1'))
    expect(ids(await listAbsences(store.db, { most: 9 }))).toEqual([])
  })
})
