import { expect, it } from 'vitest'
import { wordsEn } from '../alerts/channels/words_en.ts'
import { wordsZh } from '../alerts/channels/words_zh.ts'
import { en } from '../console/words/words_en.js'
import { zh } from '../console/words/words_zh.js'

/** Whoever reads a message and then the console reads the same words. */

const under = (words: Record<string, string>, prefix: string) =>
  Object.fromEntries(
    Object.entries(words)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, word]) => [key.slice(prefix.length), word]),
  )

it.each([
  ['Chinese', wordsZh, zh],
  ['English', wordsEn, en],
])('notices and console speak the same %s', (_, told, shown) => {
  expect(told.kinds).toEqual(under(shown, 'signal.'))
  expect(told.states).toEqual(under(shown, 'state.'))
  expect(told.severities).toEqual(under(shown, 'severity.'))
})
