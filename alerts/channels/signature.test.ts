import { describe, expect, it } from 'vitest'
import { signWebhook, verifyWebhook } from './signature.ts'

const now = Date.UTC(2026, 10, 22, 8, 15)
const timestamp = String(now / 1_000)
const secret = 'a secret of the receiver'
const body = '{"text":"跌倒"}'
const signature = signWebhook({ secret, body, timestamp })
const genuine = { secret, body, timestamp, signature, now }

describe('a signature', () => {
  it('is what openssl makes of it', () => {
    // printf '1795335300.{"text":"跌倒"}' | openssl dgst -sha256 -hmac 'a secret of the receiver'
    expect(timestamp).toBe('1795335300')
    expect(signature).toBe('v1=27709611d8c6aca00b5fed07d40ab2dba0531ab13d49edfa36be9345c7095b79')
  })

  it('is taken, of text and of bytes', () => {
    expect(verifyWebhook(genuine)).toEqual({ ok: true })
    expect(verifyWebhook({ ...genuine, body: Buffer.from(body) })).toEqual({ ok: true })
  })

  it.each([
    ['another body', { body: '{"text":"跌"}' }, 'signature_wrong'],
    ['another secret', { secret: 'another secret altogether' }, 'signature_wrong'],
    ['another time', { timestamp: String(now / 1_000 + 1) }, 'signature_wrong'],
    ['a time that is no number', { timestamp: '2026-11-22T08:15:00Z' }, 'timestamp_malformed'],
    ['no time', { timestamp: '' }, 'timestamp_malformed'],
    ['a signature cut short', { signature: signature.slice(0, -2) }, 'signature_malformed'],
    ['another version', { signature: signature.replace('v1', 'v0') }, 'signature_malformed'],
    ['no signature', { signature: '' }, 'signature_malformed'],
    [
      'a digit changed',
      { signature: signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
      'signature_wrong',
    ],
  ] as const)('is not taken with %s', (_, changed, reason) => {
    expect(verifyWebhook({ ...genuine, ...changed })).toEqual({ ok: false, reason })
  })

  it.each([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
  ])('%i s from now is within the window: %s', (seconds, ok) => {
    expect(verifyWebhook({ ...genuine, now: now - seconds * 1_000 }).ok).toBe(ok)
  })

  it('has a window that may be set', () => {
    const later = { ...genuine, now: now + 11_000 }
    expect(verifyWebhook({ ...later, windowS: 10 })).toEqual({ ok: false, reason: 'timestamp_outside_window' })
    expect(verifyWebhook({ ...later, windowS: 11 })).toEqual({ ok: true })
  })
})
