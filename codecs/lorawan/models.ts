import { abeeway } from './abeeway.ts'
import { browan, browanDoor, browanLeak, browanMotion, pressedPendant } from './browan.ts'
import { contact, lgt92, trackerD } from './dragino.ts'
import type { Decoder } from './facts.ts'
import { milesight, milesightChannels } from './milesight.ts'
import { netvoxR312a } from './netvox.ts'

/**
 * A LoRaWAN model. `names`: what is in the name of its device profile, in lower case and without blanks and signs. `object`: where
 * an object of the network server's codec has these keys and came on this port, it can only be this model's.
 */
export type Model = {
  vendor: string
  model: string
  names: readonly string[]
  decode: Decoder
  object?: { port: number; keys: readonly string[] }
}

const tabs = (model: string, port: number, of: Parameters<typeof browan>[1]): Model => ({
  vendor: 'Browan',
  model,
  names: [model.toLowerCase()],
  decode: browan(port, of),
  object: { port, keys: ['status', 'battery'] },
})

const milesightModel = (model: string, names: readonly string[], channels: Parameters<typeof milesight>[0]): Model => ({
  vendor: 'Milesight',
  model,
  names,
  decode: milesight(channels),
})

export const models: readonly Model[] = [
  milesightModel('WS101', ['ws101'], milesightChannels.ws101),
  milesightModel('WS301', ['ws301'], milesightChannels.ws301),
  milesightModel('WS202', ['ws202'], milesightChannels.ws202),
  milesightModel('VS370', ['vs370'], milesightChannels.vs370),
  milesightModel('VS373', ['vs373'], milesightChannels.vs373),
  milesightModel('EM300-MCS', ['em300mcs'], milesightChannels.em300Mcs),
  milesightModel('EM300-MLD/SLD/ZLD', ['em300mld', 'em300sld', 'em300zld'], milesightChannels.em300Leak),
  milesightModel('EM300-TH', ['em300th'], milesightChannels.em300Th),
  milesightModel('GS101', ['gs101'], milesightChannels.gs101),
  tabs('TBPB100', 147, pressedPendant),
  tabs('TBMS100', 102, browanMotion),
  tabs('TBDW100', 100, browanDoor),
  tabs('TBWL100', 106, browanLeak),
  { vendor: 'Dragino', model: 'TrackerD', names: ['trackerd'], decode: trackerD },
  { vendor: 'Dragino', model: 'LGT-92', names: ['lgt92'], decode: lgt92 },
  { vendor: 'Dragino', model: 'LDS02/LWL02', names: ['lds02', 'lwl02'], decode: contact },
  { vendor: 'Abeeway', model: 'AT2/AT3', names: ['abeeway', 'assettracker2', 'assettracker3'], decode: abeeway },
  { vendor: 'Netvox', model: 'R312A', names: ['r312a'], decode: netvoxR312a },
]

const hintChars = 128
const plain = (hint: string): string =>
  hint
    .slice(0, hintChars)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')

/** The model that the first telling hint names; hints come in the order of their trustworthiness. */
export function modelOf(hints: readonly unknown[]): Model | undefined {
  for (const hint of hints) {
    if (typeof hint !== 'string') continue
    const name = plain(hint)
    const found = models.find(({ names }) => names.some((one) => name.includes(one)))
    if (found) return found
  }
  return undefined
}

/** The model whose object it must be, by its keys and its port. */
export const modelOfObject = (object: Record<string, unknown>, port: number | undefined): Model | undefined =>
  models.find((model) => model.object?.port === port && model.object?.keys.every((key) => Object.hasOwn(object, key)))
