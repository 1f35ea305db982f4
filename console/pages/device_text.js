// @ts-check
import { el } from '../parts/dom.js'
import { numberText } from '../words/format.js'
import { language, wordsOf } from '../words/words.js'
import { en, zh } from './people_words.js'
import { momentText } from './registry_parts.js'

/**
 * What a device last told of itself, in words: never by colour alone.
 * @typedef {import('../../domain/registry.ts').Device} Device
 */

/** Below this a battery is to be charged or changed. */
export const lowBattery = 20

const w = wordsOf({ en, zh })

/** @param {Device} device */
export const onlineText = ({ online }) =>
  el(
    'span',
    { class: `online ${online === true ? 'good' : online === false ? 'bad' : ''}` },
    w(online === true ? 'online' : online === false ? 'offline' : 'never_told'),
  )

/** @param {Device} device */
export const batteryText = ({ battery, battery_at }) =>
  battery === null
    ? '–'
    : el(
        'span',
        { class: battery < lowBattery ? 'battery low-battery' : 'battery', title: momentText(battery_at) },
        `${battery < lowBattery ? '▾ ' : ''}${numberText(Math.round(battery), language())} %`,
      )
