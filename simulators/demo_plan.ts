import type { z } from 'zod'
import type { AreaInput, ContactInput, DeviceInput, HomeInput, ResidentInput } from '../domain/registry.ts'
import { deviceModels } from './devices/models.ts'
import type { DevicePlan, HomePlan } from './home.ts'

/** The demo registry: people, addresses and telephone numbers are invented, the numbers cannot be dialled. */

/** City → district → street → community (市/区/街道/社区), parents first. */
export const demoAreas: z.input<typeof AreaInput>[] = [
  { id: 'wuhai', name: 'Wuhai City 乌海市' },
  { id: 'haibowan', name: 'Haibowan District 海勃湾区', parent: 'wuhai' },
  { id: 'xinhua-street', name: 'Xinhua Street 新华街道', parent: 'haibowan' },
  { id: 'heping', name: 'Heping Community 和平社区', parent: 'xinhua-street' },
  { id: 'yulin', name: 'Yulin Community 榆林社区', parent: 'xinhua-street' },
]

type Household = {
  plan: HomePlan
  area: string
  address: string
  notes: string
  resident: { name: string; birthYear: number; risks: string }
  family: { name: string; relation: string }
}

const households: Household[] = [
  {
    plan: {
      id: 'home-li',
      label: 'home li',
      position: { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' },
      devices: [
        { id: 'li-watch', kind: 'watch' },
        { id: 'li-pendant', kind: 'pendant' },
        { id: 'li-door', kind: 'door' },
      ],
    },
    area: 'heping',
    address: '和平小区 3 栋 2 单元 301 · Heping Residence, building 3, entrance 2, flat 301',
    notes: 'The neighbour in 302 has a key. Lift out of order at times.',
    resident: { name: '李桂英 Li Guiying', birthYear: 1941, risks: 'High blood pressure; lives alone.' },
    family: { name: '李伟 Li Wei', relation: 'son' },
  },
  {
    plan: {
      id: 'home-wang',
      label: 'home wang',
      position: { lat: 39.6571, lon: 106.7989, accuracy_m: 15, datum: 'WGS84' },
      devices: [
        { id: 'wang-watch', kind: 'watch' },
        { id: 'wang-radar', kind: 'radar', room: 'bathroom' },
        { id: 'wang-bed', kind: 'bed_mat', room: 'bedroom' },
      ],
    },
    area: 'heping',
    address: '和平小区 7 栋 1 单元 102 · Heping Residence, building 7, entrance 1, flat 102',
    notes: 'Key box at the door, code with the community office.',
    resident: { name: '王建国 Wang Jianguo', birthYear: 1938, risks: 'Fell twice last year; anticoagulant.' },
    family: { name: '王芳 Wang Fang', relation: 'daughter' },
  },
  {
    plan: {
      id: 'home-zhang',
      label: 'home zhang',
      position: { lat: 39.6512, lon: 106.8021, accuracy_m: 10, datum: 'WGS84' },
      devices: [
        { id: 'zhang-pendant', kind: 'pendant' },
        { id: 'zhang-smoke', kind: 'smoke', room: 'kitchen' },
        { id: 'zhang-cuff', kind: 'bp_cuff' },
      ],
    },
    area: 'yulin',
    address: '榆林小区 12 栋 401 · Yulin Residence, building 12, flat 401',
    notes: 'A dog, friendly. Oxygen bottle in the bedroom.',
    resident: { name: '张秀兰 Zhang Xiulan', birthYear: 1945, risks: 'COPD; hard of hearing.' },
    family: { name: '张敏 Zhang Min', relation: 'granddaughter' },
  },
  {
    plan: {
      id: 'home-chen',
      label: 'home chen',
      position: { lat: 39.6498, lon: 106.7967, accuracy_m: 18, datum: 'WGS84' },
      devices: [
        { id: 'chen-watch', kind: 'watch' },
        { id: 'chen-radar', kind: 'radar', room: 'living_room' },
        { id: 'chen-pir', kind: 'pir', room: 'kitchen' },
      ],
    },
    area: 'yulin',
    address: '榆林小区 5 栋 203 · Yulin Residence, building 5, flat 203',
    notes: 'Ring long; walks with a frame.',
    resident: { name: '陈德明 Chen Deming', birthYear: 1936, risks: 'Parkinson’s disease; unsteady at night.' },
    family: { name: '陈静 Chen Jing', relation: 'daughter-in-law' },
  },
]

export const demoHomes: readonly HomePlan[] = households.map(({ plan }) => plan)

const phone = (n: number): string => `000-0000-${String(n).padStart(4, '0')}`

function contactsOf({ plan, family }: Household, n: number): z.input<typeof ContactInput>[] {
  const home = plan.id
  return [
    { id: `${home}-family`, home, ...family, phone: phone(n * 10 + 1), position: 1 },
    {
      id: `${home}-neighbour`,
      home,
      name: '邻居 Neighbour',
      relation: 'neighbour',
      phone: phone(n * 10 + 2),
      position: 2,
    },
    {
      id: `${home}-worker`,
      home,
      name: '网格员 Community worker',
      relation: 'community worker',
      phone: phone(n * 10 + 3),
      position: 3,
    },
  ]
}

function deviceInput(home: string, { id, kind, room }: DevicePlan): z.input<typeof DeviceInput> & { id: string } {
  const { model, category } = deviceModels[kind]
  return { id, home, model, category, place: room ?? 'worn or carried' }
}

export type DemoRegistry = {
  areas: z.input<typeof AreaInput>[]
  homes: z.input<typeof HomeInput>[]
  residents: z.input<typeof ResidentInput>[]
  contacts: z.input<typeof ContactInput>[]
  devices: (z.input<typeof DeviceInput> & { id: string })[]
}

/** Everything to be registered, as the API takes it; within each list the order is the one to create it in. */
export const demoRegistry: DemoRegistry = {
  areas: demoAreas,
  homes: households.map(({ plan, area, address, notes }) => ({
    id: plan.id,
    area,
    address,
    notes,
    lat: plan.position.lat,
    lon: plan.position.lon,
  })),
  residents: households.map(({ plan, resident }) => ({
    id: `${plan.id}-resident`,
    home: plan.id,
    name: resident.name,
    birth_year: resident.birthYear,
    risks: resident.risks,
  })),
  contacts: households.flatMap(contactsOf),
  devices: demoHomes.flatMap(({ id, devices }) => devices.map((device) => deviceInput(id, device))),
}
