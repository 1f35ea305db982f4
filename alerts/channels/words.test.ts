import { describe, expect, it } from 'vitest'
import { languages, noticeReasons } from '../../domain/notices.ts'
import { severities, signals } from '../../domain/signals.ts'
import { ticketStates } from '../../domain/ticket.ts'
import { type About, wordsOf } from './words.ts'

const kinds = [...Object.keys(signals), 'system']
const ticket = {
  number: 4711,
  kind: 'sos',
  severity: 'critical' as const,
  state: 'open',
  opened_at: '2026-11-22T08:15:30.250Z',
}
const call: About = {
  reason: 'call',
  language: 'zh-CN',
  ticket,
  place: '和平路 1 号 2-301',
  resident: '王秀英',
  holder: '李梅',
  zone: 'Asia/Shanghai',
}
const english: About = { ...call, language: 'en', place: '12 Harbour Street', resident: 'Ada Park', holder: 'Lee' }

/** Every notice that there can be, with and without what a channel may not be told. */
const all = noticeReasons.flatMap((reason) =>
  [call, english].flatMap((about) =>
    kinds.flatMap((kind) =>
      ticketStates.flatMap((state) =>
        severities.flatMap((severity): About[] => {
          const full = { ...about, reason, ticket: { ...ticket, kind, state, severity } }
          const { place: _p, resident: _r, holder: _h, ...bare } = full
          return [full, bare]
        }),
      ),
    ),
  ),
)

describe('the words', () => {
  it('are there for every reason, language, kind, state and severity', () => {
    expect(new Set(all.map(({ language }) => language))).toEqual(new Set(languages))
    for (const about of all) {
      const { title, text } = wordsOf(about)
      const both = `${title}|${text}`
      expect(both, JSON.stringify(about)).not.toMatch(/undefined|null|NaN|\n|\{|\}|\|$|^\||，，|：，|\.\./)
      if (about.language === 'zh-CN') expect(both).not.toMatch(/[A-Za-z]/)
      else expect(both).not.toMatch(/\p{Script=Han}|[，。：（）]/u)
    }
  })

  it('are two to four sentences, which fit into a few parts of an SMS', () => {
    for (const about of all.filter(({ reason }) => reason !== 'test')) {
      const { title, text } = wordsOf(about)
      const sentences = text.match(about.language === 'en' ? /\.(?= |$)/g : /。/g) ?? []
      expect(sentences.length, text).toBeGreaterThanOrEqual(2)
      expect(sentences.length, text).toBeLessThanOrEqual(4)
      expect(text.length, text).toBeLessThanOrEqual(about.language === 'en' ? 230 : 134)
      expect(title.length, title).toBeLessThanOrEqual(80)
    }
  })

  it('tell apart whatever differs', () => {
    const calls = kinds.map((kind) => wordsOf({ ...call, ticket: { ...ticket, kind } }).title)
    expect(new Set(calls).size).toBe(kinds.length)
    const reasons = noticeReasons.map((reason) => wordsOf({ ...call, reason }).text)
    expect(new Set(reasons).size).toBe(noticeReasons.length)
  })

  it('of a call say what, where, when, and what to do', () => {
    expect(wordsOf(call)).toEqual({
      title: '危急：按下紧急呼救，工单 4711',
      text: '紧急呼叫：王秀英（和平路 1 号 2-301），11月22日 16:15，按下紧急呼救，工单 4711。请立即响应，联系或前往查看。',
    })
    expect(wordsOf(english)).toEqual({
      title: 'Critical: SOS pressed, ticket 4711',
      text: 'Emergency call. SOS pressed: Ada Park, 12 Harbour Street, 22 Nov, 16:15, ticket 4711. Please answer now: call, or go and see.',
    })
  })

  it('give no personal data that they were not given', () => {
    const { place: _p, resident: _r, ...bare } = call
    expect(wordsOf(bare).text).toBe('紧急呼叫：11月22日 16:15，按下紧急呼救，工单 4711。请立即响应，地址见工单。')
  })

  it('give the time of the zone', () => {
    expect(wordsOf({ ...call, zone: 'Europe/Berlin' }).text).toContain('11月22日 09:15')
    expect(wordsOf({ ...call, ticket: { ...ticket, opened_at: '2026-11-22T16:00:00.000Z' } }).text).toContain(
      '11月23日 00:00',
    )
  })

  it('give the instruction of the rules instead of their own, as a sentence', () => {
    expect(wordsOf({ ...call, instruction: '请拨打 12349' }).text).toMatch(/工单 4711。请拨打 12349。$/)
    expect(wordsOf({ ...english, instruction: 'Ring the neighbour!' }).text).toMatch(/4711\. Ring the neighbour!$/)
  })

  it('stay one line of some length, whatever was typed', () => {
    const { text } = wordsOf({
      ...call,
      resident: '王\r\nBcc: x\u2028秀英',
      place: '长'.repeat(500),
      instruction: ' \n',
    })
    expect(text).toContain('王 Bcc: x 秀英（长')
    expect(text).not.toMatch(/[\r\n\u2028]/)
    expect(text.length).toBeLessThan(180)
  })

  it('have something to say about what they do not know', () => {
    const strange = { ...ticket, kind: 'constructor', state: 'toString' }
    expect(wordsOf({ ...call, reason: 'ticket', ticket: strange }).text).toContain('工单状态：有变化。')
    expect(wordsOf({ ...call, ticket: strange }).title).toBe('危急：警情，工单 4711')
  })

  it('of a trial need no ticket, and all others do', () => {
    expect(wordsOf({ ...call, reason: 'test', ticket: null }).title).toBe('测试消息')
    expect(() => wordsOf({ ...call, ticket: null })).toThrow('without a ticket')
  })
})
