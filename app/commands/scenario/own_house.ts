import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock, type VirtualClock, virtualClock } from '../../../domain/clock.ts'
import { newSecret } from '../../../domain/random.ts'
import { type Stage, Stuck } from '../../../simulators/scenarios/playing/stage.ts'
import type { Part } from '../../../simulators/scenarios/reading/scenario.ts'
import { openAlerts, openApi } from '../../alerts_api.ts'
import { openBroker } from '../../broker.ts'
import type { Config, LogLevel } from '../../config.ts'
import type { House, Room } from '../../house.ts'
import { openIngest } from '../../ingest.ts'
import { createLog } from '../../log.ts'
import { type Claim, claim } from '../../runtime.ts'
import { openWorkWatch, type WorkWatch } from './work_watch.ts'

export type OwnHouse = { stage: Stage; close(): Promise<void> }

export type OwnHouseOptions = {
  /** What its clock shows first, epoch ms. */
  start: number
  /** At the pace of life instead of as fast as possible. */
  real: boolean
  log: LogLevel
  /** Ends the waiting for the real time to pass. */
  signal: AbortSignal
}

type RoomName = Exclude<Part, 'system'>
const rooms: Record<RoomName, (house: House) => Promise<Room>> = {
  broker: openBroker,
  ingest: openIngest,
  alerts: openAlerts,
  api: openApi,
}
const roomsOf = (part: Part): RoomName[] => (part === 'system' ? (Object.keys(rooms) as RoomName[]) : [part])

/**
 * A Vigil of a run's own: all rooms in this process, in a data folder that is removed at the end, on a clock that the
 * run moves. Devices and programs reach it as they reach any Vigil, by MQTT and HTTP on loopback.
 */
export async function openOwnHouse(options: OwnHouseOptions): Promise<OwnHouse> {
  const data = await mkdtemp(join(await scratchFolder(), 'vigil-scenario-'))
  const virtual = options.real ? undefined : virtualClock(options.start)
  const clock = virtual ?? shiftedClock(options.start)
  const adminToken = newSecret()
  const config: Config = { ...emptyConfig, data, adminToken, log: options.log }
  const closing = new AbortController()
  const log = createLog({ process: 'scenario', level: options.log })
  const building = createRooms({ config, clock, log, adminToken, signal: closing.signal })
  const pump = virtual ? createPump(virtual) : undefined
  const during = pump ? pump.during : <T>(work: Promise<T>) => work
  await during(building.start('system'))
  const watch = await during(openWorkWatch({ data, clock, log, isUp: building.isUp }))
  const { mqttPort, httpPort } = config
  const shared = { adminToken, prefix: '', clock, toSent: (at: number) => at, parts: building, during }
  const addresses = { mqttUrl: `mqtt://127.0.0.1:${mqttPort}`, httpUrl: `http://127.0.0.1:${httpPort}` }
  return {
    stage: { ...shared, ...addresses, ...(pump ? pump.pace(watch) : realPace(clock, options.signal)) },
    async close() {
      closing.abort()
      await during(building.stop('system'))
      await during(watch.close())
      await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
}

/** A folder in memory where this machine has a large one: what is thrown away anyway need not wait for a disk. */
async function scratchFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(memoryFolder).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize >= memoryBytes ? memoryFolder : tmpdir()
}
const memoryFolder = '/dev/shm'
const memoryBytes = 1024 ** 3

const emptyConfig: Config = {
  mqttPort: 0,
  httpPort: 0,
  mqttsPort: undefined,
  httpsPort: undefined,
  tls: undefined,
  tlsNames: [],
  host: '127.0.0.1',
  data: '',
  databaseUrl: undefined,
  influx: undefined,
  clockFile: undefined,
  gsm: { ports: {}, mqttUrl: undefined, user: undefined, token: undefined, ca: undefined },
  adminToken: undefined,
  publicUrl: undefined,
  switchUrl: undefined,
  oidc: undefined,
  map: undefined,
  zone: 'UTC',
  lockAfterMs: 0,
  demo: false,
  log: 'silent',
}

/** The system's clock, set so that it shows `start` now. */
function shiftedClock(start: number): Clock {
  const shift = start - systemClock.now()
  return { ...systemClock, now: () => systemClock.now() + shift }
}

/** The rooms, each stopped and started as a process would be, on the ports that it had before. */
function createRooms(house: House) {
  const { config } = house
  const open = new Map<RoomName, { room: Room; place: Claim }>()

  async function startRoom(name: RoomName): Promise<void> {
    const place = await claim(config.data, name)
    const room = await rooms[name](house)
    await place.publish(config.host, room.ports)
    config.mqttPort = room.ports.mqtt ?? config.mqttPort
    config.httpPort = room.ports.http ?? config.httpPort
    open.set(name, { room, place })
  }
  async function stopRoom(name: RoomName): Promise<void> {
    const found = open.get(name)
    open.delete(name)
    await found?.room.close()
    await found?.place.release()
  }
  return {
    isUp: (name: RoomName) => open.has(name),
    /** One after another: the front door makes what the others open. */
    async start(part: Part): Promise<void> {
      for (const name of roomsOf(part)) if (!open.has(name)) await startRoom(name)
    },
    async stop(part: Part): Promise<void> {
      for (const name of roomsOf(part).reverse()) await stopRoom(name)
    },
  }
}

type Pace = Pick<Stage, 'now' | 'until' | 'worked' | 'nextTimer' | 'grain' | 'wire'>

const realPace = (clock: Clock, signal: AbortSignal): Pace => ({
  now: clock.now,
  until: (at) => clock.sleep(Math.max(0, at - clock.now()), signal),
  worked: async () => {},
  nextTimer: async () => undefined,
  grain: 250,
  wire: systemClock,
})

/** Pauses of Vigil's own loops up to this are cut short while it works: those of a batch, of the outbox, of live events. */
const hurryMs = 250
/** Now and then also the longer ones: the look at the timers, a second try. */
const longHurryMs = 1_000
const longEvery = 10
/** Between two turns the sockets and the disk get this long, and more where something takes its time. */
const breathMs = 1
const longBreathMs = 5
/** What is not worked by then never will be: a fault of Vigil's own. Real time. */
const workedWithinMs = 60_000
/** What the other side does not answer in this long is not waited for. Real time. */
const stuckMs = 3_000

/** Moves a virtual clock: fast over what is quiet, and not at all while there is work. */
function createPump(clock: VirtualClock) {
  const wire = virtualClock(clock.now())
  const turn = async (n: number) => {
    await clock.hurry(n % longEvery === 0 ? longHurryMs : hurryMs)
    await systemClock.sleep(n > longEvery ? longBreathMs : breathMs)
  }

  async function during<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const done = () => {
      isDone = true
    }
    work.then(done, done)
    const since = systemClock.now()
    for (let n = 1; !isDone; n++) {
      await turn(n)
      if (systemClock.now() - since > stuckMs) await wire.hurry(stuckMs * 2)
    }
    return work
  }

  async function until(at: number): Promise<void> {
    const ms = at - clock.now()
    if (ms <= 0) return
    await clock.leap(ms)
    await wire.leap(ms)
  }

  const pace = (watch: WorkWatch): Pace => ({
    now: clock.now,
    until,
    async worked(cursor) {
      const since = systemClock.now()
      for (let n = 1; !(await watch.isWorked(cursor())); n++) {
        await turn(n)
        if (systemClock.now() - since > workedWithinMs)
          throw new Stuck(`Vigil did not work what it was sent: ${await watch.waitsFor(cursor())}`)
      }
    },
    nextTimer: watch.nextTimer,
    grain: 5 * 60_000,
    wire: { now: systemClock.now, after: wire.after, sleep: wire.sleep },
  })
  return { during, pace }
}
