import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import type { DevicePlan, Traits } from '../devices/device.ts'
import { type DeviceKind, deviceModels } from '../devices/models.ts'
import type { HomePlan, ResidentPlan } from '../home/home.ts'
import { around, between, chance, pick, wholeBetween } from '../life/draw.ts'
import type { Opening, Room } from '../life/scene.ts'

/** Homes with invented people in them, as many as are wanted. */

const families = [
  '李 Li',
  '王 Wang',
  '张 Zhang',
  '刘 Liu',
  '陈 Chen',
  '杨 Yang',
  '赵 Zhao',
  '黄 Huang',
  '周 Zhou',
  '吴 Wu',
]
const women = ['桂英 Guiying', '秀兰 Xiulan', '玉兰 Yulan', '淑珍 Shuzhen', '凤英 Fengying', '桂兰 Guilan']
const men = ['建国 Jianguo', '德明 Deming', '志强 Zhiqiang', '国华 Guohua', '永福 Yongfu', '文海 Wenhai']
type Share = {
  kind: DeviceKind
  /** How many homes of a hundred have it. */
  of100: number
  room?: Room
  opening?: Opening
  /** Small sensors speak through a gateway where there is one. */
  small?: boolean
}

/** What homes have, and how many of a hundred: a guess at what is sold. */
const shares: readonly Share[] = [
  { kind: 'radar', of100: 30, room: 'bathroom' },
  { kind: 'radar', of100: 20, room: 'bedroom' },
  { kind: 'bed_mat', of100: 30, room: 'bedroom' },
  { kind: 'pull_cord', of100: 50, room: 'bathroom', small: true },
  { kind: 'pull_cord', of100: 15, room: 'bedroom', small: true },
  { kind: 'pir', of100: 60, room: 'living_room', small: true },
  { kind: 'pir', of100: 50, room: 'hall', small: true },
  { kind: 'pir', of100: 40, room: 'kitchen', small: true },
  { kind: 'door', of100: 70, room: 'hall', opening: 'front_door', small: true },
  { kind: 'door', of100: 20, room: 'kitchen', opening: 'fridge', small: true },
  { kind: 'smoke', of100: 80, room: 'kitchen', small: true },
  { kind: 'gas', of100: 50, room: 'kitchen' },
  { kind: 'stove_guard', of100: 15, room: 'kitchen' },
  { kind: 'water_leak', of100: 30, room: 'bathroom', small: true },
  { kind: 'water_meter', of100: 40 },
  { kind: 'bp_cuff', of100: 50 },
  { kind: 'oximeter', of100: 20 },
  { kind: 'thermometer', of100: 25 },
]

const LEAST = 4
const MOST = 14

const one = <T>(random: Random, from: readonly T[]): T => from[wholeBetween(random, 0, from.length - 1)]!

/** Devices differ: clocks are off by seconds and drift, batteries are not new, some firmware sends twice. */
function traitsOf(random: Random, kind: DeviceKind): Partial<Traits> {
  return {
    clockOffset: Math.round(around(random, 0, 700)),
    driftPpm: Math.round(around(random, 0, 15)),
    ...(deviceModels[kind].batteryDays < Infinity && { charge: wholeBetween(random, 35, 100) }),
    ...(chance(random, 0.03) && { duplicates: 0.05 }),
  }
}

const isWithoutMqtt: readonly DeviceKind[] = ['bp_cuff', 'oximeter', 'thermometer']

function wearables(home: string, residents: readonly ResidentPlan[], random: Random): DevicePlan[] {
  return residents.flatMap(({ id }, n) => {
    const suffix = n === 0 ? '' : `-${id}`
    const kinds = pick<DeviceKind[]>(random, [
      [45, ['watch']],
      [30, ['pendant']],
      [25, ['watch', 'pendant']],
    ])
    return kinds.map((kind) => ({ id: `${home}-${kind}${suffix}`, kind, wearer: id }))
  })
}

function fixtures(home: string, random: Random): DevicePlan[] {
  const gateway = chance(random, 0.35) ? `${home}-gateway` : undefined
  const here = shares.filter(({ of100 }) => chance(random, of100 / 100))
  const plans = here.map(
    ({ kind, room, opening, small }): DevicePlan => ({
      id: [home, kind, opening === 'fridge' ? opening : room].filter(Boolean).join('-'),
      kind,
      ...(room && { room }),
      ...(opening && { opening }),
      ...(small && gateway && { gateway }),
      ...(isWithoutMqtt.includes(kind) && chance(random, 0.5) && { transport: 'http' as const }),
    }),
  )
  return gateway ? [{ id: gateway, kind: 'gateway', room: 'hall' }, ...plans] : plans
}

/** At least `LEAST` and at most `MOST`: homes with too few get a motion sensor here and there. */
function devicesOf(home: string, residents: readonly ResidentPlan[], random: Random): DevicePlan[] {
  const own = [...wearables(home, residents, random), ...fixtures(home, random)].slice(0, MOST)
  for (const room of ['living_room', 'kitchen', 'hall', 'bedroom'] as const) {
    const id = `${home}-pir-${room}`
    if (own.length < LEAST && !own.some((device) => device.id === id)) own.push({ id, kind: 'pir', room })
  }
  return own.map((device) => ({ ...device, traits: traitsOf(random, device.kind) }))
}

function residentsOf(home: string, seed: number, random: Random): ResidentPlan[] {
  const lives = (id: string, names: readonly string[]): ResidentPlan => ({
    id,
    name: `${one(random, families)} ${one(random, names)}`,
    birthYear: wholeBetween(random, 1932, 1956),
    seed: seedOf(seed, home, id),
  })
  const first = chance(random, 0.65) ? women : men
  const both = chance(random, 0.3)
  return [lives('resident', first), ...(both ? [lives('partner', first === women ? men : women)] : [])]
}

/** Made-up home number `n` of a seed: one or two residents, 4 to 14 devices, somewhere in a town. The same everywhere. */
export function madeUpHome(seed: number, n: number): HomePlan {
  const random = seededRandom(seedOf(seed, 'household', n))
  const id = `sim-${seed}-${n}`
  const residents = residentsOf(id, seed, random)
  return {
    id,
    label: `home ${n}`,
    position: {
      lat: Number((39.65 + between(random, -0.03, 0.03)).toFixed(5)),
      lon: Number((106.8 + between(random, -0.04, 0.04)).toFixed(5)),
      accuracy_m: 15,
      datum: 'WGS84',
    },
    residents,
    devices: devicesOf(id, residents, random),
  }
}

/** Homes number `first` to `first + count - 1`. */
export const madeUpHomes = (seed: number, count: number, first = 0): HomePlan[] =>
  Array.from({ length: count }, (_, n) => madeUpHome(seed, first + n))
