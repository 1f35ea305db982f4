import type { z } from 'zod'
import type { PlanInput } from '../../domain/dispatch.ts'
import type { AreaInput } from '../../domain/registry.ts'
import type { HomePlan } from '../home/home.ts'
import { type Household, type RegistryRecords, recordsOf } from '../registry/records.ts'

/** The demo's registry: people, addresses and telephone numbers are invented, the numbers cannot be dialled. */

/** City → district → street → community (市/区/街道/社区), parents first. */
const demoAreas: z.input<typeof AreaInput>[] = [
  { id: 'wuhai', name: 'Wuhai City 乌海市' },
  { id: 'haibowan', name: 'Haibowan District 海勃湾区', parent: 'wuhai' },
  { id: 'xinhua-street', name: 'Xinhua Street 新华街道', parent: 'haibowan' },
  { id: 'heping', name: 'Heping Community 和平社区', parent: 'xinhua-street' },
  { id: 'yulin', name: 'Yulin Community 榆林社区', parent: 'xinhua-street' },
]

const phone = (n: number): string => `000-0000-${String(n).padStart(4, '0')}`

/** The family first, then the neighbour, then the community's worker. */
const contactsOf = (n: number, name: string, relation: string): Household['contacts'] => [
  { key: 'family', name, relation, phone: phone(n * 10 + 1) },
  { key: 'neighbour', name: '邻居 Neighbour', relation: 'neighbour', phone: phone(n * 10 + 2) },
  { key: 'worker', name: '网格员 Community worker', relation: 'community worker', phone: phone(n * 10 + 3) },
]

/** Four people who live alone; what is in their homes is what such homes have. Every kind of device is in one of them. */
const households: readonly Household[] = [
  {
    plan: {
      id: 'home-li',
      label: 'home li',
      position: { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' },
      residents: [{ id: 'resident', name: '李桂英 Li Guiying', birthYear: 1941, seed: 11 }],
      devices: [
        { id: 'li-pendant', kind: 'pendant' },
        { id: 'li-watch', kind: 'watch' },
        { id: 'li-door', kind: 'door', room: 'hall', opening: 'front_door' },
        { id: 'li-water', kind: 'water_meter', traits: { clockOffset: -90_000, driftPpm: 25 } },
      ],
    },
    area: 'heping',
    address: '和平小区 3 栋 2 单元 301 · Heping Residence, building 3, entrance 2, flat 301',
    notes: 'The neighbour in 302 has a key. Lift out of order at times.',
    risks: { resident: 'High blood pressure; lives alone.' },
    contacts: contactsOf(0, '李伟 Li Wei', 'son'),
  },
  {
    plan: {
      id: 'home-wang',
      label: 'home wang',
      position: { lat: 39.6571, lon: 106.7989, accuracy_m: 15, datum: 'WGS84' },
      residents: [{ id: 'resident', name: '王建国 Wang Jianguo', birthYear: 1938, seed: 12 }],
      devices: [
        { id: 'wang-watch', kind: 'watch' },
        { id: 'wang-radar', kind: 'radar', room: 'bathroom' },
        { id: 'wang-bed', kind: 'bed_mat', room: 'bedroom' },
        { id: 'wang-cord', kind: 'pull_cord', room: 'bathroom' },
      ],
    },
    area: 'heping',
    address: '和平小区 7 栋 1 单元 102 · Heping Residence, building 7, entrance 1, flat 102',
    notes: 'Key box at the door, code with the community office.',
    risks: { resident: 'Fell twice last year; anticoagulant.' },
    contacts: contactsOf(1, '王芳 Wang Fang', 'daughter'),
  },
  {
    plan: {
      id: 'home-zhang',
      label: 'home zhang',
      position: { lat: 39.6512, lon: 106.8021, accuracy_m: 10, datum: 'WGS84' },
      residents: [{ id: 'resident', name: '张秀兰 Zhang Xiulan', birthYear: 1945, seed: 13 }],
      devices: [
        { id: 'zhang-pendant', kind: 'pendant' },
        { id: 'zhang-smoke', kind: 'smoke', room: 'kitchen' },
        { id: 'zhang-gas', kind: 'gas', room: 'kitchen' },
        { id: 'zhang-stove', kind: 'stove_guard', room: 'kitchen' },
        { id: 'zhang-cuff', kind: 'bp_cuff', transport: 'http' },
        { id: 'zhang-oximeter', kind: 'oximeter', transport: 'http' },
      ],
    },
    area: 'yulin',
    address: '榆林小区 12 栋 401 · Yulin Residence, building 12, flat 401',
    notes: 'A dog, friendly. Oxygen bottle in the bedroom.',
    risks: { resident: 'COPD; hard of hearing.' },
    contacts: contactsOf(2, '张敏 Zhang Min', 'granddaughter'),
  },
  {
    plan: {
      id: 'home-chen',
      label: 'home chen',
      position: { lat: 39.6498, lon: 106.7967, accuracy_m: 18, datum: 'WGS84' },
      residents: [{ id: 'resident', name: '陈德明 Chen Deming', birthYear: 1936, seed: 14 }],
      devices: [
        { id: 'chen-watch', kind: 'watch' },
        { id: 'chen-radar', kind: 'radar', room: 'living_room' },
        { id: 'chen-gateway', kind: 'gateway', room: 'hall' },
        { id: 'chen-pir', kind: 'pir', room: 'kitchen', gateway: 'chen-gateway' },
        { id: 'chen-leak', kind: 'water_leak', room: 'bathroom', gateway: 'chen-gateway' },
        { id: 'chen-thermometer', kind: 'thermometer' },
      ],
    },
    area: 'yulin',
    address: '榆林小区 5 栋 203 · Yulin Residence, building 5, flat 203',
    notes: 'Ring long; walks with a frame.',
    risks: { resident: 'Parkinson’s disease; unsteady at night.' },
    contacts: contactsOf(3, '陈静 Chen Jing', 'daughter-in-law'),
  },
]

export const demoHomes: readonly HomePlan[] = households.map(({ plan }) => plan)

/** The family first, all at once, then whoever is on duty further up, then the ambulance by telephone; and again. */
const demoPlan: z.input<typeof PlanInput> = {
  id: 'wuhai',
  name: '乌海预案 Wuhai',
  area: 'wuhai',
  severities: ['high', 'critical'],
  steps: [
    { after_s: 0, tell: [{ to: 'duty' }] },
    { after_s: 30, tell: [{ to: 'contacts', order: 'in_order', each_s: 30 }] },
    { after_s: 60, tell: [{ to: 'duty', role: 'supervisor' }] },
    { after_s: 60, tell: [{ to: 'emergency', number: '120' }] },
  ],
  repeat: { every_s: 120, from_step: 2 },
}

/** Everything to be registered for the demo. */
export const demoRecords: RegistryRecords = { ...recordsOf(demoAreas, households), plans: [demoPlan] }
