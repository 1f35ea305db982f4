import { expect, it } from 'vitest'
import type { z } from 'zod'
import { channels } from '../alerts/channels/list.ts'
import { readOf, type Setting, settingsOf, shownOf } from '../console/pages/channel_settings.js'
import { madeChannelKinds } from '../domain/dispatch.ts'

const ofKind = (kind: string): Setting[] => settingsOf[kind] ?? []
const named = (kind: string, name: string) => ofKind(kind).find((one) => one.name === name)!

it('has every kind of channel, and marks what the server keeps secret', () => {
  expect(Object.keys(settingsOf).toSorted()).toEqual([...madeChannelKinds].toSorted())
  for (const kind of madeChannelKinds) {
    const secrets = ofKind(kind).filter(({ secret }) => secret)
    expect([kind, secrets.map(({ name }) => name).toSorted()]).toEqual([kind, [...channels[kind].secrets].toSorted()])
  }
})

/** What somebody would type into the fields of each kind. */
const typed: Record<string, Record<string, string>> = {
  webhook: { url: 'https://a.example.org/', secret: 'kept by both sides only' },
  email: { host: 'mail.example.org', port: '465', security: 'tls', user: 'u', password: 'p', from: 'v@example.org' },
  mqtt: { url: 'mqtt://b.example.org:1883', user: 'u', password: 'p', topic: 'alarm/{to}' },
  dingtalk: { url: 'https://d.example.org/?t=1', secret: 'SEC1', keyword: '报警', format: 'markdown' },
  wecom: { url: 'https://w.example.org/?k=1', format: 'text' },
  feishu: { url: 'https://f.example.org/1', secret: 's', keyword: '报警' },
  sms: {
    method: 'POST',
    url: 'https://s.example.org/send',
    headers: 'x-api-key: a:b\nx-other: 1',
    body: '{"to":"{{to}}","text":"{{text}}"}',
    body_type: 'json',
    ok_status: '200, 202',
    ok_path: 'data.code',
    ok_value: '0',
    permanent_values: '"7", 8, bad number',
  },
}
typed.voice = { ...typed.sms!, body: '{"to":"{{to}}","text":"{{text}}"}' }

it.each(madeChannelKinds)('what is typed for %s, every field of it, is what the server takes', (kind) => {
  expect(Object.keys(typed[kind]!)).toEqual(ofKind(kind).map(({ name }) => name))
  const settings = Object.fromEntries(ofKind(kind).map((one) => [one.name, readOf(one, typed[kind]![one.name]!)]))
  const { error } = (channels[kind].settings as z.ZodType).safeParse(settings)
  expect(error?.issues ?? []).toEqual([])
})

it('reads lists, headers and values, and writes them so that they are read the same', () => {
  expect(readOf(named('sms', 'headers'), 'x-api-key: a:b\n\n')).toEqual({ 'x-api-key': 'a:b' })
  const values = named('sms', 'permanent_values')
  expect(readOf(values, '"7", 8, bad')).toEqual(['7', 8, 'bad'])
  expect(shownOf(values, ['7', 8, 'bad'])).toBe('"7", 8, bad')
  expect(readOf(named('email', 'user'), '  ')).toBeUndefined()
  expect(shownOf(named('email', 'password'), 'set')).toBe('')
})
