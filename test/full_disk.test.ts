import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDevice, deliver, type FleetDevice, registerHomes, storedReadings, streamReadings } from './fleet.ts'
import { needs } from './real_parts.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

const present = needs('tmpfs')
const from = Date.now() - 60_000
const megabyte = 1024 * 1024

let volume: string
let system: System
let devices: FleetDevice[]
const clients = new Map<string, MqttClient>()

const somethingElse = () => join(volume, 'something-else')

/** Takes all but `leave` bytes of the volume away. */
async function fillUpTo(leave: number): Promise<void> {
  const file = await open(somethingElse(), 'a')
  const block = Buffer.alloc(256 * 1024, 1)
  for (;;) {
    const { bavail, bsize } = await statfs(volume)
    const room = bavail * bsize - leave
    if (room <= 0) break
    await file.write(block.subarray(0, Math.min(block.length, room)))
  }
  await file.close()
}

describe.skipIf(!present)('a disk that runs full', () => {
  beforeAll(async () => {
    volume = mkdtempSync(join(tmpdir(), 'vigil-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', volume])
    system = await startSystem({}, join(volume, 'data'))
    devices = await registerHomes(system, 3, ['pendant'])
    for (const device of devices) clients.set(device.id, await connectDevice(system, device))
  }, 120_000)

  afterAll(async () => {
    for (const client of clients.values()) client.end(true)
    await system?.close()
    execFileSync('umount', ['-l', volume])
    rmSync(volume, { recursive: true })
  }, 60_000)

  const press = (n: number) =>
    deliver(clients.get(`home-${n}-pendant`)!, `vigil/v1/home-${n}-pendant/signals`, '{"signal":"sos"}')
  const homesWithTicket = async () => (await system.tickets()).map(({ home }) => home).sort()

  it('refuses telemetry first, hears every SOS, and loses nothing that it acknowledged', async () => {
    const streamers = new Map([['home-0-pendant', clients.get('home-0-pendant')!]])
    const stream = streamReadings(streamers, from)
    await stream.more(200)

    // Less is free than is kept for safety signals: telemetry waits unacknowledged, an SOS passes.
    await fillUpTo(6 * megabyte)
    await until('telemetry is refused', async () => {
      const metrics = await (await fetch(`${system.url}/metrics`)).text()
      return /vigil_broker_withheld_total\{[^}]*code="journal_full"[^}]*\} [1-9]/.test(metrics) || undefined
    })
    await press(1)
    await until('the SOS has its ticket', async () => (await homesWithTicket()).includes('home-1') || undefined)

    // Nothing at all is free: what is acknowledged now must still be true afterwards.
    await fillUpTo(0)
    const pressed = press(2)
    await rm(somethingElse())
    await pressed
    await stream.more(200)
    await stream.finish()
    await until('both have their tickets', async () => ((await homesWithTicket()).length === 2 ? true : undefined))
    expect(await homesWithTicket()).toEqual(['home-1', 'home-2'])

    await until('every acknowledged reading is stored', async () => {
      const stored = await storedReadings(system, devices[0]!, from).catch(() => new Map<number, number>())
      return stream.acknowledged.every(({ at, value }) => stored.get(at) === value) || undefined
    })
  }, 180_000)
})
