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
  ])('never writes a secret: %j', (fields) => {
    const line = logged(fields)
    expect(line).toContain('[hidden]')
    expect(line).not.toContain('hunter2')
  })
})
