import { akmon } from './akmon/akmon.ts'
import { bthome } from './bthome/bthome.ts'
import { carelink } from './carelink/carelink.ts'
import { chirpstack } from './chirpstack/chirpstack.ts'
import type { Codec } from './codec.ts'
import { esphome } from './esphome/esphome.ts'
import { eview } from './eview/eview.ts'
import { fhir } from './fhir/fhir.ts'
import { fits } from './filters.ts'
import { g616 } from './g616/g616.ts'
import { gatt } from './gatt/gatt.ts'
import { gsmWatch } from './gsm_watch/gsm_watch.ts'
import { hikvision } from './hikvision/hikvision.ts'
import { homeAssistant } from './home_assistant/home_assistant.ts'
import { iqiangua } from './iqiangua/iqiangua.ts'
import { jjt } from './jjt/jjt.ts'
import { mattress } from './mattress/mattress.ts'
import { milesightVs373 } from './milesight_vs373/milesight_vs373.ts'
import { native } from './native/native.ts'
import { ome } from './ome/ome.ts'
import { openMhealth } from './open_mhealth/open_mhealth.ts'
import { owntracks } from './owntracks/owntracks.ts'
import { shelly } from './shelly/shelly.ts'
import { sparkplug } from './sparkplug/sparkplug.ts'
import { statestream } from './statestream/statestream.ts'
import { tasmota } from './tasmota/tasmota.ts'
import { theengs } from './theengs/theengs.ts'
import { thingsStack } from './things_stack/things_stack.ts'
import { thingsboard } from './thingsboard/thingsboard.ts'
import { traccar } from './traccar/traccar.ts'
import { trv } from './trv/trv.ts'
import { vayyarCare } from './vayyar_care/vayyar_care.ts'
import { watchPush } from './watch_push/watch_push.ts'
import { zigbee2mqtt } from './zigbee2mqtt/zigbee2mqtt.ts'

/** Every wire format that Vigil reads. The first one that fits takes a topic. */
export const codecs: readonly Codec[] = [
  // the one that most messages are
  native,
  gsmWatch,
  g616,
  eview,
  chirpstack,
  thingsStack,
  thingsboard,
  owntracks,
  traccar,
  trv,
  bthome,
  gatt,
  theengs,
  sparkplug,
  openMhealth,
  vayyarCare,
  fhir,
  jjt,
  iqiangua,
  akmon,
  ome,
  hikvision,
  mattress,
  watchPush,
  milesightVs373,
  carelink,
  tasmota,
  shelly,
  zigbee2mqtt,
  homeAssistant,
  statestream,
  esphome,
]

type Claim = { codec: Codec; filter: string }

/** Codecs by the first level of their filters, so that few are tried; those that begin with a wildcard are apart. */
type Claims = { byLevel: Map<string, Claim[]>; anywhere: Claim[] }

function claimsOf(list: readonly Codec[]): Claims {
  const all = list.flatMap((codec) => codec.topics.map((filter) => ({ codec, filter })))
  const isAnywhere = ({ filter }: Claim): boolean => filter.startsWith('+') || filter.startsWith('#')
  return {
    byLevel: Map.groupBy(
      all.filter((claim) => !isAnywhere(claim)),
      ({ filter }) => firstLevel(filter),
    ),
    anywhere: all.filter(isAnywhere),
  }
}

function firstLevel(topic: string): string {
  const slash = topic.indexOf('/')
  return slash < 0 ? topic : topic.slice(0, slash)
}

function claimant({ byLevel, anywhere }: Claims, topic: string): Codec | undefined {
  const isTaking = ({ codec, filter }: Claim): boolean => fits(filter, topic) && (codec.claims?.(topic) ?? true)
  return (byLevel.get(firstLevel(topic))?.find(isTaking) ?? anywhere.find(isTaking))?.codec
}

const builtIn = claimsOf(codecs)
let mapped = claimsOf([])

/**
 * Sets the codecs that the operator described himself (docs/Codec.md), in place of those before. They come first, so that he
 * may read a topic otherwise than Vigil would; Vigil's own topics stay its own.
 */
export function useMappings(list: readonly Codec[]): void {
  mapped = claimsOf(list)
}

/** The codec that takes a topic. Asked several times for every message, and Vigil's own are by far the most. */
export function codecOf(topic: string): Codec | undefined {
  if (topic.startsWith('vigil/')) return native.claims?.(topic) ? native : undefined
  return claimant(mapped, topic) ?? claimant(builtIn, topic)
}

/** The device that one of Vigil's own topics names, or undefined where it is none of these. */
export const deviceOf = (topic: string): string | undefined => codecOf(topic)?.device?.(topic)
