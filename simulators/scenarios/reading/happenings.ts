import type { HomePlan } from '../../home/home.ts'
import type { Incident, Trouble } from '../../home/script.ts'
import { rooms } from '../../life/scene.ts'
import { offsetOf } from './homes.ts'
import { instead, nearest } from './mistake.ts'
import { buttonIn, calledIn, cancellableIn, deviceIn, type Names, personOf, roomIn } from './names.ts'
import { parts } from './scenario.ts'
import { untilIn } from './times.ts'
import { countIn, durationIn, percentIn, type Words } from './words.ts'

type Happening = Incident | Trouble
/** Where and when a sentence is read: the home that it is about, and its instant (epoch ms). */
export type Scene = { home: HomePlan; names: Names; at: number }

/** Somebody who fell and of whom nothing else is said is up again after this. */
const liesFor = 10 * 60_000
/** A long lie is one of more than an hour (Wild, Nayak & Isaacs, BMJ 1981); this one is two. */
const longLie = 2 * 3_600_000

/** What may begin a sentence about a home: the word, and the reader of what follows it. */
const openers: Record<string, (words: Words, scene: Scene) => Happening> = {
  fall: (words, scene) => fallIn('fall', words, scene),
  slide: (words, scene) => fallIn('slide', words, scene),
  press: (words, scene) => pressIn('press', words, scene),
  'accidental press': (words, scene) => pressIn('accidental_press', words, scene),
  'cancel on': (words, scene) => ({ what: 'cancel', device: cancellableIn(words, scene.home, scene.names.models) }),
  smoke: (words) => hazardIn('smoke', words),
  gas: (words) => hazardIn('gas', words),
  'carbon monoxide': (words) => hazardIn('carbon_monoxide', words),
  'water leak': (words) => hazardIn('leak', words),
  'stove forgotten': (words) => ({ what: 'forgotten_stove', lasts: lastingIn(words) }),
  wandering: (words, scene) => ({ what: 'wandering', ...who(words, scene), lasts: lastingIn(words) }),
  illness: (words, scene) => ({ what: 'illness', ...who(words, scene), lasts: lastingIn(words) }),
  absence: (words, scene) => ({ what: 'absence', ...who(words, scene), lasts: lastingIn(words) }),
  visit: (words) => ({ what: 'visit', lasts: lastingIn(words) }),
}

/** What a resident, named or the only one, does. */
const deeds: Record<string, (words: Words, at: number) => Incident> = {
  'stays in bed until': (words, at) => ({ what: 'stays_in_bed', lasts: untilIn(words, at) - at }),
  'sits down hard': () => ({ what: 'jolt', impact: 'sits_hard' }),
  claps: () => ({ what: 'jolt', impact: 'claps' }),
}

/** What a device does or suffers. */
const troubles: Record<string, (words: Words, device: string) => Trouble> = {
  'taken off': (words, device) => ({ what: 'taken_off', device, lasts: lastingIn(words) }),
  'link lost': (words, device) => ({ what: 'link_lost', device, lasts: lastingIn(words) }),
  reboots: (_, device) => ({ what: 'reboot', device }),
  battery: (words, device) => ({ what: 'battery', device, percent: percentIn(words) }),
  clock: (words, device) => ({ what: 'clock', device, offset: clockOffsetIn(words) }),
  'sends twice': (words, device) => ({ what: 'sends_twice', device, lasts: lastingIn(words) }),
}

const firstWords = (table: object): string[] => Object.keys(table).map((phrase) => phrase.split(' ')[0] ?? '')

/** What happens in a home: `fall in bathroom, long lie`, `anna claps`, `watch link lost for 20 min`. */
export function happeningIn(words: Words, scene: Scene): Happening {
  if (firstWords(troubles).includes(words.peek(1) ?? '')) return troubleIn(words, scene)
  const named = scene.home.residents.find(({ id }) => id === words.peek())
  if (named && firstWords(deeds).includes(words.peek(1) ?? '')) words.take('a resident')
  if (firstWords(deeds).includes(words.peek() ?? '')) {
    const deed = words.choose('what a resident does', Object.keys(deeds))
    return { ...deeds[deed]!(words, scene.at), ...(named && { who: named.id }) } as Incident
  }
  const opener = Object.keys(openers).find((phrase) => words.skip(...phrase.split(' ')))
  return opener ? openers[opener]!(words, scene) : unknownSentence(words, scene)
}

const systemWords = parts.flatMap((part) => [`${part} restarts`, `${part} down for`])

/** Says what was probably meant: the beginning of a sentence, or a device or resident with what follows it. */
function unknownSentence(words: Words, { home }: Scene): never {
  const word = words.peek()
  if (word === undefined)
    return words.fail('sentence_unfinished', 'The sentence ends where it should say what happens.')
  const devices = home.devices.flatMap(({ id, kind }) => [calledIn(home, id), kind])
  const people = home.residents.map(({ id }) => id)
  const follows = words.peek(1)
  if (devices.includes(word) || people.includes(word)) {
    const can = devices.includes(word) ? Object.keys(troubles) : Object.keys(deeds)
    return words.fail(
      'word_unknown',
      `"${word}" is known, "${follows ?? 'nothing'}" after it is not: ${instead(follows ?? '', can)}`,
    )
  }
  const twoWords = `${word} ${follows ?? ''}`
  const beginnings = [...Object.keys(openers), ...Object.keys(deeds), 'expect', 'gap:', 'dispatcher', ...systemWords]
  const meant = nearest(twoWords, beginnings) ?? nearest(word, [...beginnings, ...devices, ...people])
  const hint = meant ? `did you mean ${meant}?` : `it may begin with ${beginnings.join(', ')}, or a device's name.`
  return words.fail('word_unknown', `No sentence begins with "${word}": ${hint}`)
}

function troubleIn(words: Words, { home, names }: Scene): Trouble {
  const at = words.offset()
  const device = deviceIn(words, home)
  const trouble = words.choose('what happens to a device', Object.keys(troubles))
  const kind = home.devices.find(({ id }) => id === device)?.kind ?? ''
  if (trouble === 'taken off' && !names.models[kind]?.worn)
    words.fail('device_unfit', `Nobody wears the ${calledIn(home, device)}, so it cannot be taken off.`, at)
  return troubles[trouble]!(words, device)
}

const who = (words: Words, { home }: Scene) => {
  const person = personOf(words, home)
  return person === undefined ? {} : { who: person }
}

function lastingIn(words: Words): number {
  words.need('for')
  return durationIn(words)
}

function fallIn(what: 'fall' | 'slide', words: Words, scene: Scene): Incident {
  const person = who(words, scene)
  words.need('in')
  const room = roomIn(words)
  return { what, ...person, room, liesFor: words.skip(',') ? lyingIn(words) : liesFor }
}

/** `long lie`, `lies 30 min` (until found), `gets up after 2 min`. */
function lyingIn(words: Words): number {
  const how = words.choose('how long the person lies', ['long lie', 'lies', 'gets up after'])
  return how === 'long lie' ? longLie : durationIn(words)
}

function pressIn(what: 'press' | 'accidental_press', words: Words, { home, names }: Scene): Incident {
  if (what === 'accidental_press') words.need('of')
  const device = buttonIn(words, home, names.models)
  if (words.peek() === undefined) return { what, device, times: 1, every: 0 }
  const times = countIn(words, 'How often it is pressed')
  words.need('times', 'every')
  return { what, device, times, every: durationIn(words) }
}

function hazardIn(hazard: 'smoke' | 'gas' | 'carbon_monoxide' | 'leak', words: Words): Incident {
  words.need('in')
  const at = words.offset()
  const room = roomIn(words)
  if (room === 'outside')
    words.fail('room_unknown', `Outside no home is in danger: ${rooms.slice(0, -1).join(', ')}.`, at)
  return { what: 'hazard', hazard, room, lasts: lastingIn(words) }
}

/** `+10 min`, `-2 h`. */
function clockOffsetIn(words: Words): number {
  const at = words.offset()
  const first = words.take('a difference, such as +10 min,')
  const unit = words.take('a unit')
  if (!/^[+-]\d/.test(first))
    words.fail('duration_wrong', `"${first}" must begin with + (fast) or - (slow): +10 min.`, at)
  return offsetOf(`${first} ${unit}`)
}
