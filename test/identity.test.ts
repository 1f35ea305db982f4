import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Device } from '../domain/registry.ts'
import { needs } from './real_parts.ts'
import { adminToken, type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** The command line for identity against the whole house: what docs/Vendor.md and docs/Operator.md say, done by a person. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const vigilPath = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))
const execute = promisify(execFile)

let house: System
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-identity-'))
  house = await startSystem()
  await house.call('POST', '/areas', { id: 'haibowan', name: 'Haibowan' })
  await house.call('POST', '/homes', { id: 'home-7', area: 'haibowan', address: '1-2-301' })
})
afterAll(async () => {
  await house.close()
  await rm(folder, { recursive: true })
})

type Done = { code: number; out: string; err: string }

/** Runs a command of `vigil` to its end, as whoever stands before the machine on which the house runs. */
async function vigil(...args: string[]): Promise<Done> {
  const env = { ...process.env, VIGIL_DATA: house.data, VIGIL_ADMIN_TOKEN: adminToken }
  const ran = execute(process.execPath, [vigilPath, ...args], { env, cwd: folder })
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  )
}

/** The same where it must go well; gives what it prints. */
async function told(...args: string[]): Promise<string> {
  const { code, out, err } = await vigil(...args)
  if (code !== 0) throw new Error(`vigil ${args.join(' ')}: ${err}`)
  return out
}

/** What a command prints for programs. */
async function answers<T>(...args: string[]): Promise<T[]> {
  const lines = (await told(...args, '--json')).trim()
  return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as T)
}
const answer = async <T>(...args: string[]): Promise<T> =>
  (await answers<T>(...args))[0] ?? expect.unreachable('nothing')

/** Sends an SOS of a device at QoS 1: 0 where it was acknowledged, else the CONNACK's return code. */
async function sos(device: string, name: string, token: string): Promise<number> {
  const url = `mqtt://127.0.0.1:${house.mqttPort}`
  const connecting = connectAsync(url, { username: name, password: token, reconnectPeriod: 0 })
  const client = await connecting.catch(({ code }: { code: number }) => code)
  if (typeof client === 'number') return client
  await client.publishAsync(`vigil/v1/${device}/signals`, '{"signal":"sos"}', { qos: 1 })
  await client.endAsync()
  return 0
}

const ticketWith = (device: string) =>
  until(`a ticket with evidence of ${device}`, async () =>
    (await house.tickets()).find(({ evidence }) => evidence.some((one) => one.device === device)),
  )

describe('devices', () => {
  it('a token lets in, an overlap keeps the old one good, revoking voids all, and each says what comes next', async () => {
    const first = await answer<{ id: string; token: string }>('device', 'add', 'watch-a', '--home', 'home-7')
    const as = (token: string) => sos('watch-a', 'watch-a', token)
    expect(await as(first.token)).toBe(0)
    await ticketWith('watch-a')
    const out = await told('device', 'token', 'watch-a', '--overlap', '24h')
    const second = /-P (\S+)/.exec(out)?.[1] ?? ''
    expect(out).toMatch(/The old token works until \d{4}-/)
    expect([await as(first.token), await as(second)]).toEqual([0, 0])
    expect(await told('device', 'revoke', 'watch-a')).toContain('vigil device token watch-a lets it in again')
    await vi.waitFor(async () => expect(await as(second)).toBe(4), { timeout: 10_000 })
    expect(await as(first.token)).toBe(4)
    // Refusals are written down a little later, many at a time.
    const shown = await until('what was refused is told', async () => {
      const lines = await told('device', 'show', 'watch-a')
      return lines.includes('unauthenticated') ? lines : undefined
    })
    expect(shown).toMatch(/home +home-7/)
    expect(shown).toMatch(/connected +no/)
    expect(shown).toMatch(/revoked +\d{4}-/)
    expect(await told('device', 'remove', 'watch-a')).toContain('no longer registered')
    expect(await answers<Device>('device', 'list', '--home', 'home-7')).toEqual([])
  })

  it('what is wrong is said in one sentence with the mend, and the exit code is 1', async () => {
    expect(await vigil('device', 'show', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(not_found)'),
    })
    expect(await vigil('device', 'add', 'x', '--home', 'nowhere')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^vigil: .*nowhere.*\(reference_unknown\)\n$/),
    })
    expect(await vigil('device', 'list', '--token', 'wrong')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--token or VIGIL_ADMIN_TOKEN'),
    })
    expect(await vigil('device', 'import', 'missing.csv')).toMatchObject({
      code: 1,
      err: 'vigil: missing.csv cannot be read (ENOENT): name a file that is there.\n',
    })
    expect(await vigil('device', 'token', 'x', '--overlap', 'soon')).toMatchObject({
      code: 1,
      err: expect.stringContaining('It must be a duration'),
    })
  })
})

describe('a vendor', () => {
  const count = 2_500

  it('brings thousands of devices by one list, once; and one of them claims its token by what its label says', async () => {
    await told('vendor', 'add', 'acme', '--name', 'Acme Telecare')
    const lines = Array.from({ length: count }, (_, n) => `acme-${n};W2;wearable;;`)
    lines[7] = 'acme 7;W2;wearable;;'
    lines[8] = 'acme-8;W2;wearable;nowhere;'
    await writeFile(join(folder, 'acme.csv'), `\ufeffid;model;category;home;gateway\r\n${lines.join('\r\n')}\r\n`)
    const importing = ['device', 'import', 'acme.csv', '--vendor', 'acme', '--qr-url', house.url]
    const first = await vigil(...importing, '--out', 'codes.csv')
    expect(first).toMatchObject({ code: 1, out: '' })
    expect(first.err).toContain('line 9: id: an id is 1 to 64 characters')
    expect(first.err).toMatch(/line 10: acme-8: .*nowhere.*\(reference_unknown\)/)
    expect(first.err).toContain(`${(count - 2).toLocaleString('en')} devices are registered, 0 were before.`)
    const codes = (await readFile(join(folder, 'codes.csv'), 'utf8')).trim().split('\n')
    expect(codes).toHaveLength(count - 2 + 1)
    const again = await vigil(...importing, '--out', 'codes-again.csv')
    expect(again.err).toContain(`0 devices are registered, ${(count - 2).toLocaleString('en')} were before.`)
    expect(await answers<Device>('device', 'list', '--vendor', 'acme')).toHaveLength(count - 2)

    const [id = '', code = '', qr = ''] = codes[1]?.split(',') ?? []
    expect([id, qr]).toEqual(['acme-0', expect.stringMatching(/^vigil:claim\?device=acme-0&code=.*&url=http/)])
    const { token } = await answer<{ token: string }>('claim', qr)
    expect(await sos(id, id, token)).toBe(0)
    await ticketWith(id)
    expect(await vigil('claim', 'acme-1', code)).toMatchObject({
      code: 1,
      err: expect.stringContaining('(claim_refused)'),
    })
  })

  it('a claim code that was lost is replaced, with a picture in the terminal', async () => {
    const out = await told('device', 'claim-code', 'acme-2')
    const code = /vigil claim acme-2 (\S+)/.exec(out)?.[1] ?? ''
    expect(out).toContain('█')
    const over = ['--url', `https://localhost:${house.httpsPort}`]
    const typed = code.toLowerCase().replaceAll('-', '')
    expect((await vigil('claim', 'acme-2', typed, ...over)).err).toContain('give its CA with --ca')
    over.push('--ca', join(house.data, 'tls', 'ca.pem'))
    expect(await answer('claim', 'acme-2', typed, ...over)).toMatchObject({ device: 'acme-2' })
  })

  it('manages its own devices with its token, speaks for them, and sees nobody else and what it was refused', async () => {
    const { token } = await answer<{ token: string }>('vendor', 'token', 'acme')
    await told('device', 'add', 'stranger')
    expect(await vigil('device', 'show', 'stranger', '--token', token)).toMatchObject({ code: 1 })
    expect(await told('device', 'token', 'acme-3', '--token', token)).toContain('The token of device acme-3')
    const asCloud = (device: string) => sos(device, 'vendor/acme', token)
    expect(await asCloud('acme-4')).toBe(0)
    await ticketWith('acme-4')
    await asCloud('stranger')
    const refusals = await until('the refusal is written down', async () => {
      const lines = await told('vendor', 'refusals', '--token', token)
      return lines.includes('topic_foreign') ? lines : undefined
    })
    expect(refusals).toContain('topic_foreign')
    expect(await told('vendor', 'revoke', 'acme')).toContain('vigil vendor token acme lets it in again')
    await vi.waitFor(async () => expect(await asCloud('acme-4')).toBe(4), { timeout: 10_000 })
  })

  it('has a quota of its own', async () => {
    expect(await told('vendor', 'quota', 'acme', '--connections', '12000')).toBe('acme may use: connections 12,000.\n')
    expect(await told('vendor', 'list')).toContain('connections 12,000')
    expect(await told('vendor', 'quota', 'acme')).toBe('acme may use as much as everybody.\n')
  })
})

describe.skipIf(!needs('mosquitto') || !needs('openssl'))('client certificates', () => {
  /** A block of docs/Vendor.md by its name, as a person copies it. */
  async function block(name: string): Promise<string> {
    const page = await readFile(new URL('../docs/Vendor.md', import.meta.url), 'utf8')
    return new RegExp(`\`\`\`sh ${name}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? expect.unreachable(name)
  }
  const shell = (text: string, env: Record<string, string> = {}) =>
    execute('sh', ['-ec', text], { cwd: folder, env: { ...process.env, ...env } }).then(
      () => 0,
      ({ code }) => code as number,
    )
  const overTls = () => ['-h', '127.0.0.1', '-p', `${house.mqttsPort}`, '--cafile', join(house.data, 'tls', 'ca.pem')]
  const shown = () => ['--cert', 'watch-1.pem', '--key', 'watch-1-key.pem']

  it('as docs/Vendor.md makes them let the device in over TLS, and revoking cuts it while it is connected', async () => {
    expect(await shell(await block('openssl'))).toBe(0)
    await told('vendor', 'add', 'certified')
    await told('device', 'add', 'watch-1', '--vendor', 'certified', '--home', 'home-7')
    expect(await told('vendor', 'authority', 'add', 'certified', 'acme-ca.pem')).toContain('Acme devices')
    await writeFile(join(folder, 'vigil-ca.pem'), await readFile(join(house.data, 'tls', 'ca.pem')))
    const env = { HOST: '127.0.0.1', TLS_PORT: `${house.mqttsPort}` }
    // The front door looks at the authorities anew as soon as it hears of the change.
    const line = await block('mosquitto')
    await until('the certificate lets in', async () => ((await shell(line, env)) === 0 ? true : undefined))
    expect(await ticketWith('watch-1')).toMatchObject({ kind: 'sos', unverified: false })

    const topic = 'vigil/v1/watch-1/receipts'
    const listening = spawn('mosquitto_sub', [...overTls(), ...shown(), '-q', '1', '-t', topic], { cwd: folder })
    const ended = once(listening, 'exit')
    const standing = await until('it is connected', async () => {
      const lines = await told('device', 'show', 'watch-1')
      return lines.includes('over tls since') ? lines : undefined
    })
    expect(standing).toMatch(/connected +from 127.0.0.1 over tls since/)
    expect(await told('vendor', 'revoke-certificate', 'certified', '--certificate', 'watch-1.pem')).toContain('1 newly')
    // mosquitto_sub comes back by itself, and is refused then: it ends with that.
    await ended
    expect(await shell(line, env)).toBe(5)
    await until('the refusal says why', async () =>
      (await told('device', 'show', 'watch-1')).includes('certificate_refused') ? true : undefined,
    )
    expect(await told('vendor', 'show', 'certified')).toMatch(/certificate_refused.*was revoked/)
  })

  it('are revoked by their serial number and by the list of the CA; another vendor cannot take the same CA', async () => {
    await told('vendor', 'add', 'thief')
    expect(await vigil('vendor', 'authority', 'add', 'thief', 'acme-ca.pem')).toMatchObject({
      code: 1,
      err: expect.stringContaining('(authority_taken)'),
    })
    expect(await told('vendor', 'revoke-certificate', 'certified', '--serial', 'AB:CD')).toContain('1 newly')
    const list = `touch index.txt
      printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index.txt\\ndefault_md=sha256\\ndefault_crl_days=30\\n' > ca.cnf
      openssl ca -config ca.cnf -keyfile acme-ca-key.pem -cert acme-ca.pem -revoke watch-1.pem
      openssl ca -config ca.cnf -keyfile acme-ca-key.pem -cert acme-ca.pem -gencrl -out acme-crl.pem`
    expect(await shell(list)).toBe(0)
    expect(await told('vendor', 'revoke-certificate', 'certified', '--crl', 'acme-crl.pem')).toContain('0 newly')
    expect(await vigil('vendor', 'revoke-certificate', 'certified')).toMatchObject({
      code: 1,
      err: 'vigil: Say which: one of --serial, --certificate and --crl.\n',
    })
    const [authority] = await answers<{ fingerprint: string }>('vendor', 'authority', 'list', 'certified')
    await told('vendor', 'authority', 'remove', 'certified', authority?.fingerprint ?? '')
    expect(await told('vendor', 'authority', 'list', 'certified')).toContain('none: npx vigil vendor authority add')
    const audit = await told('audit', '--subject', 'vendor:certified')
    for (const what of ['authority_added', 'certificates_revoked', 'authority_removed']) expect(audit).toContain(what)
  })
})

it('a gateway speaks for its children and for nobody else', async () => {
  const { token } = await answer<{ token: string }>('gateway', 'add', 'hub-1', '--home', 'home-7')
  for (const id of ['door-1', 'mat-1']) await told('device', 'add', id, '--home', 'home-7')
  expect(await told('gateway', 'adopt', 'hub-1', 'door-1', 'mat-1')).toBe(
    'hub-1 may publish for door-1.\nhub-1 may publish for mat-1.\n',
  )
  expect((await answers<Device>('gateway', 'children', 'hub-1')).map(({ id }) => id)).toEqual(['door-1', 'mat-1'])
  expect(await sos('mat-1', 'hub-1', token)).toBe(0)
  const ticket = await ticketWith('mat-1')
  expect(ticket.evidence.find(({ device }) => device === 'mat-1')?.doubts ?? []).not.toContain('topic_foreign')
  expect(await told('gateway', 'release', 'mat-1')).toBe('mat-1 speaks for itself alone.\n')
  expect((await answers<Device>('gateway', 'children', 'hub-1')).map(({ id }) => id)).toEqual(['door-1'])
})

it.skipIf(!needs('mosquitto'))(
  'an integration gets the tickets of its area as the command says, until it is revoked',
  async () => {
    const out = await told('integration', 'add', 'board', '--area', 'haibowan')
    const args = (/mosquitto_sub (.*)/.exec(out)?.[1] ?? '').split(' ')
    const listening = spawn('mosquitto_sub', [...args, '-C', '1'], { cwd: folder })
    let heard = ''
    listening.stdout.on('data', (part) => (heard += part))
    const ended = once(listening, 'exit')
    const { token } = await answer<{ token: string }>('device', 'add', 'pendant-9', '--home', 'home-7')
    await until('the integration hears of a ticket', async () => {
      await sos('pendant-9', 'pendant-9', token)
      return heard.includes('"ticket"') || undefined
    })
    await ended
    expect(JSON.parse(heard)).toMatchObject({ ticket: { home: 'home-7' } })
    expect(await told('integration', 'list')).toMatch(/board +board +haibowan/)
    await told('integration', 'revoke', 'board')
    await told('integration', 'remove', 'board')
    expect(await told('integration', 'list')).toContain('No integration here yet')
  },
)

it.each([
  ['token_issued', 'device:watch-a'],
  ['revoked', 'device:watch-a'],
  ['claimed', 'device:acme-0'],
])('the audit has %s of %s', async (what, subject) => {
  const entries = await answers<{ what: string; subject: string }>('audit', '--subject', subject, '--what', what)
  expect(entries[0]).toMatchObject({ what, subject })
  expect(await told('audit', '--subject', subject)).toContain(`${what}  ${subject}`)
})
