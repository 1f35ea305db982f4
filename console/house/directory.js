// @ts-check

import { now } from '../parts/time.js'
import { CallError, call, everyItem } from './calls.js'

/**
 * What the registry says of homes, fetched when it is first looked at and again when it has grown old. Asking never waits:
 * it gives what is known now, and `whenLearnt` is called when there is more.
 * @typedef {{ fetchIt: () => Promise<any>, value?: any, error?: CallError, at: number, busy: boolean }} Known
 * @typedef {import('../../domain/registry.ts').Home} Home
 * @typedef {import('../../domain/registry.ts').Resident} Resident
 * @typedef {import('../../domain/registry.ts').Contact} Contact
 * @typedef {import('../../domain/registry.ts').Device} Device
 * @typedef {import('../../domain/absences.ts').Absence} Absence
 */

const freshMs = 60_000
const retryMs = 5_000
const callsAtOnce = 4
/** A home has a handful of each; an institution is worked with its first hundred. */
const most = 100

/** @type {Map<string, Known>} */
const known = new Map()
/** @type {string[]} */
const wanted = []
let busy = 0
let whenLearnt = () => {}

/** @param {() => void} fn */
export const onLearnt = (fn) => {
  whenLearnt = fn
}

/** Forgets everything: at logout, because the next operator may see less. */
export const forgetAll = () => known.clear()

/** @param {string} path @param {() => Promise<any>} [fetchIt] @returns {Known} */
function ask(path, fetchIt = () => call(path)) {
  const entry = known.get(path) ?? { fetchIt, at: 0, busy: false }
  known.set(path, entry)
  const keepMs = entry.error ? retryMs : freshMs
  if (!entry.busy && now() - entry.at > keepMs) {
    entry.busy = true
    wanted.push(path)
    work()
  }
  return entry
}

function work() {
  while (busy < callsAtOnce) {
    const path = wanted.shift()
    if (path === undefined) return
    busy++
    void learn(path)
  }
}

/** @param {string} path */
async function learn(path) {
  const entry = known.get(path)
  if (entry) {
    const before = JSON.stringify([entry.value, entry.error?.code])
    try {
      entry.value = await entry.fetchIt()
      entry.error = undefined
    } catch (error) {
      entry.error = error instanceof CallError ? error : new CallError('internal')
    }
    entry.at = now()
    entry.busy = false
    if (JSON.stringify([entry.value, entry.error?.code]) !== before) whenLearnt()
  }
  busy--
  work()
}

/** @param {string} id @returns {{ home: Home | undefined, error: CallError | undefined }} */
export function homeOf(id) {
  const { value, error } = ask(`/homes/${encodeURIComponent(id)}`)
  return { home: value, error }
}

/** @param {'residents' | 'contacts' | 'devices'} noun @param {string} home @returns {any[] | undefined} */
const listOf = (noun, home) => ask(`/${noun}?home=${encodeURIComponent(home)}&limit=${most}`).value?.items

/** @param {string} home @returns {Resident[] | undefined} undefined while unknown */
export const residentsOf = (home) => listOf('residents', home)

/** In the order in which they are to be called. @param {string} home @returns {Contact[] | undefined} */
export const contactsOf = (home) => listOf('contacts', home)?.toSorted((a, b) => a.position - b.position)

/** @param {string} home @returns {Device[] | undefined} */
export const devicesOf = (home) => listOf('devices', home)

/** All absences of now in one call a minute, by home: an alarm must not wait for a call of its own to know who is away. */
const absencesNow = async () =>
  Object.groupBy(/** @type {Absence[]} */ (await everyItem('/absences?at=now&limit=1000')), ({ home }) => home)

/** Who is away now. @param {string} home @returns {Absence[]} none while unknown */
export const absencesOf = (home) => ask('absences', absencesNow).value?.[home] ?? []

/** What is known of absences is old: somebody has just noted one here. */
export const forgetAbsences = () => void known.delete('absences')
