import { expect, test } from 'vitest'
import { onBothEngines } from '../test/engines.ts'
import { registerDevice } from './devices.ts'
import { speakerOf } from './speakers.ts'
import type { Store } from './store.ts'
import { createVendor } from './vendors.ts'

/** `acme` has a hub with a mat; `other` has a watch, and nobody's is a button. */
async function fleet(store: Store): Promise<void> {
  await store.write(async (tx) => {
    for (const id of ['acme', 'other']) await createVendor(tx, { id, name: id }, 0)
    await registerDevice(tx, { id: 'hub', vendor: 'acme' }, 0)
    await registerDevice(tx, { id: 'mat', vendor: 'acme', gateway: 'hub' }, 0)
    await registerDevice(tx, { id: 'watch', vendor: 'other' }, 0)
    await registerDevice(tx, { id: 'button' }, 0)
  })
}

onBothEngines((engine) => {
  test('who may speak for which device', async () => {
    const store = await engine.open()
    await fleet(store)
    const all = ['hub', 'mat', 'watch', 'button', 'nobody']
    const asked = async (sender: string | undefined) => {
      const { device, isGateway, has } = await speakerOf(store.db, sender, new Set(all))
      return { device, isGateway, has: all.filter(has) }
    }
    const nobody = { device: undefined, isGateway: false }
    expect(await asked(undefined)).toEqual({ ...nobody, has: all })
    expect(await asked('admin')).toEqual({ ...nobody, has: all })
    expect(await asked('vendor/acme')).toEqual({ ...nobody, has: ['hub', 'mat'] })
    expect(await asked('vendor/unheard-of')).toEqual({ ...nobody, has: [] })
    expect(await asked('integration/city')).toEqual({ ...nobody, has: [] })
    expect(await asked('hub')).toEqual({ device: 'hub', isGateway: true, has: ['mat'] })
    expect(await asked('watch')).toEqual({ device: 'watch', isGateway: false, has: [] })
    expect(await asked('unregistered')).toEqual({ device: 'unregistered', isGateway: false, has: [] })
  })

  test('a gateway is one also where none of its devices is asked for, and of more names than one query takes', async () => {
    const store = await engine.open()
    await fleet(store)
    expect((await speakerOf(store.db, 'hub', new Set())).isGateway).toBe(true)
    const many = [...Array.from({ length: 1_500 }, (_, i) => `none-${i}`), 'mat']
    expect((await speakerOf(store.db, 'hub', new Set(many))).has('mat')).toBe(true)
  })
})
