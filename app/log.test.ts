import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

function logged(fields: object, text = 'something happened'): string {
  const lines: string[] = []
  const log = createLog({ process: 'broker', level: 'info', to: { write: (line) => void lines.push(line) } })
  log.info(fields, text)
  return lines.join('')
}

describe('the log', () => {
  it('says which process speaks', () => {
    expect(JSON.parse(logged({ device: 'w-1' }))).toMatchObject({ process: 'broker', device: 'w-1' })
  })

  it.each([
    [{ token: 'hunter2' }],
    [{ options: { adminToken: 'hunter2' } }],
    [{ req: { headers: { authorization: 'Bearer hunter2' } } }],
    [{ operator: { password: 'hunter2' } }],
    [{ err: new Error('connect postgres://vigil:hunter2@db:5432/vigil failed') }],
    [{ url: '/api/v1/events?access_token=hunter2&after=3' }],
    [{ err: new Error('GET https://vigil:8443/api/v1/events?token=hunter2 failed') }],
    [{ err: new Error('mqtts://li-watch:hunter2@vigil:8883 refused') }],
    [{ raw: 'authorization: Bearer hunter2' }],
    [{ raw: 'Authorization: basic aHVudGVyMg==hunter2' }],
    [{ device: { claim_code: 'hunter2' } }],
    [{ picture: 'vigil:claim?device=li-watch&code=hunter2' }],
    [{ a: { b: { c: { d: { token: 'hunter2' } } } } }],
    [{ body: JSON.stringify({ device: 'li-watch', token: 'hunter2' }) }],
    [{ body: JSON.stringify({ inner: JSON.stringify({ password: 'hunter2' }) }) }],
    [{ key: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n' }],
    [{ err: new Error('-----BEGIN EC PRIVATE KEY-----\nhunter2 and the rest is missing') }],
    [{ res: { headers: { 'set-cookie': 'hunter2' } } }],
  ])('never writes a secret: %j', (fields) => {
    const line = logged(fields)
    expect(line).toContain('[hidden]')
    expect(line).not.toContain('hunter2')
    expect(() => JSON.parse(line)).not.toThrow()
  })

  it.each(['7K3M-9QXR-2TVB', '7k3m-9qxr-2tvb'])('never writes a claim code: %s', (code) => {
    expect(logged({ err: new Error(`claim of li-watch with ${code} refused`) })).not.toContain(code)
    expect(logged({}, `claim with ${code}.`)).toContain('claim with [hidden].')
  })

  it('writes what is no secret', () => {
    const fields = {
      device: 'li-watch-01',
      id: '123e4567-e89b-12d3-a456-426614174000',
      code: 'payload_not_json',
      url: 'http://127.0.0.1:8080/api/v1/tickets?state=open&after=3',
      at: '2026-11-22T08:15:30.250Z',
      cert: '/srv/vigil/tls/cert.pem',
      key: '/srv/vigil/tls/key.pem',
    }
    expect(JSON.parse(logged(fields))).toMatchObject(fields)
  })
})
