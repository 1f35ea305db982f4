import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planReasons, Target } from '../../domain/dispatch.ts'
import { metrics } from '../../domain/metrics.ts'
import { roles } from '../../domain/registry.ts'
import { doubts, severities, ticketKinds } from '../../domain/signals.ts'
import { outcomes, ticketActions, ticketStates } from '../../domain/ticket.ts'
import { pages } from '../pages/pages.js'
import { languageFor, t, tables, useLanguage, wordFor } from './words.js'

const { en, 'zh-CN': zh } = tables
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

describe('the words', () => {
  it('are the same in both languages, with the same things to fill in', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en))
    for (const [key, text] of Object.entries(en))
      expect([key, places(zh[key as keyof typeof zh])]).toEqual([key, places(text)])
  })

  it.each(
    Object.entries({
      signal: ticketKinds,
      plan: planReasons,
      target: Target.options.map(({ shape }) => shape.to.value),
      doubt: Object.keys(doubts),
      outcome: Object.keys(outcomes),
      state: ticketStates,
      severity: severities,
      action: ticketActions,
      role: roles,
      metric: Object.keys(metrics),
      unit: Object.values(metrics).map(({ unit }) => unit),
    }),
  )('cover every %s that the house knows', (kind, names) => {
    for (const name of names) for (const table of [en, zh]) expect(table).toHaveProperty([`${kind}.${name}`])
  })

  it('say nothing in English where Chinese was chosen', () => {
    const latin = Object.entries(zh).filter(
      ([key, text]) => !/[一-鿿]/.test(text.replaceAll(/\{\w+\}/g, '')) && !key.startsWith('unit.'),
    )
    const allowed = ['app.title', 'app.waiting_title', 'app.other_language', 'reason.about', 'list.and']
    expect(latin.map(([key]) => key)).toEqual(allowed)
  })

  it('are filled in, and show a name that nobody has translated yet rather than nothing', () => {
    useLanguage('en')
    expect(t('announce.closed', { number: 7 })).toBe('Ticket 7 closed.')
    expect(wordFor('signal', 'bed_exit')).toBe('bed exit')
    expect(wordFor('signal', 'toString')).toBe('toString')
    useLanguage('zh-CN')
    expect(wordFor('signal', 'sos')).toContain('呼救')
  })
})

const folder = new URL('..', import.meta.url)
const ofPages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('_words.js'))

describe('the words of a page', () => {
  it('have a name for every page and every group in both languages', () => {
    for (const { name, group } of pages)
      for (const table of [en, zh]) {
        expect(table).toHaveProperty([`page.${name}`])
        expect(table).toHaveProperty([`rail.${group}`])
      }
  })

  it.each(ofPages)('of %s are the same in both languages, with the same things to fill in', async (file) => {
    const words = (await import(new URL(file, folder).href)) as Record<'en' | 'zh', Record<string, string>>
    expect(Object.keys(words.zh)).toEqual(Object.keys(words.en))
    for (const [key, text] of Object.entries(words.en))
      expect([key, places(words.zh[key]!)]).toEqual([key, places(text)])
    const untranslated = Object.entries(words.zh).filter(
      ([key, text]) => text === words.en[key] && /[a-z]{4}/i.test(text),
    )
    expect(untranslated).toEqual([])
  })
})

describe('the language', () => {
  it.each([
    [null, ['zh-TW', 'en'], 'zh-CN'],
    [null, ['de', 'en-GB'], 'en'],
    [null, ['de'], 'zh-CN'],
    ['en', ['zh-CN'], 'en'],
  ] as const)('chosen %s, browser %j: %s', (chosen, browser, wanted) => {
    expect(languageFor(chosen, browser)).toBe(wanted)
  })
})
