import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setDefaultCACertificates } from 'node:tls'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeServer, type Pair } from '../../domain/certificates.ts'
import { type EmailSettings, email } from './email.ts'
import { noticeOf, toolsOf } from './test_receivers.ts'

type Mail = { from: string; to: string[]; text: string; secure: boolean; user: string | undefined }
type Receiver = { settings: EmailSettings; mails: Mail[]; host: string }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let pair: Pair
let ofOtherName: Pair
let unknown: Pair
beforeAll(async () => {
  const made = { at: Date.now(), kind: 'ec' } as const
  const authority = await makeAuthority('mail', made)
  pair = await makeServer(authority, ['127.0.0.1'], made)
  ofOtherName = await makeServer(authority, ['elsewhere.example'], made)
  unknown = await makeServer(await makeAuthority('unknown', made), ['127.0.0.1'], made)
  setDefaultCACertificates([authority.cert])
})

const failing = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })

async function listening(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A mail server that is really there. */
async function startReceiver(options: SMTPServerOptions, changed: Partial<EmailSettings> = {}): Promise<Receiver> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, { envelope, secure, user }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        mails.push({ from, to, text: Buffer.concat(parts).toString('utf8'), secure, user: user as string | undefined })
        done()
      })
    },
    ...options,
  })
  // A client that does not believe the certificate hangs up in the handshake.
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const port = await listening(server.server)
  const settings = { host: '127.0.0.1', port, security: 'none' as const, from: 'Vigil <vigil@centre.example>' }
  return { settings: { ...settings, ...changed }, mails, host: `127.0.0.1:${port}` }
}

/** Headers unfolded, and the parts of a mail, decoded. */
function read(mail: string): { headers: Record<string, string>; parts: string[] } {
  const [head = '', ...rest] = mail.split('\r\n\r\n')
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]+: */, '')]),
  )
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1] ?? ''
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1)
  return { headers, parts: parts.map(decoded) }
}

function decoded(part: string): string {
  const [head = '', ...body] = part.split('\r\n\r\n')
  const text = body.join('\r\n\r\n').trim()
  if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString('utf8')
  const bytes = text.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, '%$1')
  return /quoted-printable/i.test(head) ? decodeURIComponent(bytes) : text
}

/** RFC 2047, as a header holds what is not ASCII. */
const words = (header = ''): string =>
  header
    .replaceAll(/\?= +=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_, text) => Buffer.from(text, 'base64').toString('utf8'))
    .replaceAll(/=\?UTF-8\?Q\?([^?]*)\?=/gi, (_, text) =>
      decodeURIComponent(text.replaceAll('_', ' ').replaceAll('=', '%')),
    )

const mailTo = { to: 'mei.li@family.example' }
const auth: Partial<EmailSettings> = { user: 'vigil', password: 'geheimes-passwort' }
const asking: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  onAuth({ username, password }, _session, done) {
    if (password === auth.password) done(null, { user: username })
    else done(failing(535, `5.7.8 no: ${password}`))
  },
}

describe('a mail', () => {
  it('has title, text and link, as text and as HTML', async () => {
    const { settings, mails, host } = await startReceiver({})
    const notice = noticeOf({ ...mailTo, text: '王<b>秀英</b> & 跌倒\n请响应' })
    expect(await email.send(settings, notice, toolsOf())).toEqual({
      result: 'delivered',
      detail: `${host} took the mail`,
    })
    expect(mails).toMatchObject([{ from: 'vigil@centre.example', to: ['mei.li@family.example'] }])
    const { headers, parts } = read(mails[0]!.text)
    expect(words(headers.subject)).toBe(notice.title)
    expect(words(headers.to)).toBe('李梅 <mei.li@family.example>')
    expect(headers).toMatchObject({
      from: 'Vigil <vigil@centre.example>',
      'message-id': '<notice-4711-2@centre.example>',
      'auto-submitted': 'auto-generated',
      'x-priority': '1 (Highest)',
      date: 'Sun, 22 Nov 2026 08:15:30 +0000',
    })
    expect(parts[0]?.replaceAll('\r\n', '\n')).toBe(`${notice.text}\n\n${notice.link}`)
    expect(parts[1]).toContain('<p>王&lt;b&gt;秀英&lt;/b&gt; &amp; 跌倒<br>请响应</p>')
    expect(parts[1]).toContain(`<a href="${notice.link}">查看工单</a>`)
  })

  it('has the same Message-ID when it is repeated, and another id has another', async () => {
    const { settings, mails } = await startReceiver({})
    for (const id of ['a:1', 'a:1', 'a;1', 'a=3a=1']) await email.send(settings, noticeOf({ ...mailTo, id }), toolsOf())
    const [first, again, ...others] = mails.map(({ text }) => read(text).headers['message-id'])
    expect(again).toBe(first)
    expect(new Set([first, ...others]).size).toBe(3)
  })

  it('cannot be given headers or recipients by what people typed', async () => {
    const { settings, mails } = await startReceiver({})
    const evil = 'x\r\nBcc: evil@evil.example\r\n\r\nbody'
    const sent = await email.send(
      settings,
      noticeOf({ ...mailTo, title: evil, name: `${evil}" <a@evil.example>,`, id: evil }),
      toolsOf(),
    )
    expect(sent.result).toBe('delivered')
    expect(mails[0]?.to).toEqual(['mei.li@family.example'])
    const { headers, parts } = read(mails[0]!.text)
    expect(Object.keys(headers)).not.toContain('bcc')
    expect(parts).toHaveLength(2)
  })

  it.each([
    '',
    'anna',
    'anna@a.example, eve@b.example',
    'anna@a.example\r\nBcc: eve@b.example',
    'Anna <anna@a.example>',
    'anna@a.example>',
    'anna@-a.example',
    '"a b"@a.example',
    `${'a'.repeat(65)}@a.example`,
  ])('does not go to %j', async (to) => {
    const { settings, mails } = await startReceiver({})
    expect(email.checkAddress(to)).toBe('must be one e-mail address')
    expect(await email.send(settings, noticeOf({ to }), toolsOf())).toMatchObject({ result: 'refused' })
    expect(mails).toEqual([])
  })
})

describe('a mail server', () => {
  it('is told user and password, by STARTTLS or TLS', async () => {
    const upgraded = await startReceiver(
      { ...asking, ...pair, disabledCommands: [] },
      { ...auth, security: 'starttls' },
    )
    const direct = await startReceiver({ ...asking, ...pair, secure: true }, { ...auth, security: 'tls' })
    for (const { settings, mails } of [upgraded, direct]) {
      expect(await email.send(settings, noticeOf(mailTo), toolsOf())).toMatchObject({ result: 'delivered' })
      expect(mails).toMatchObject([{ secure: true, user: 'vigil' }])
    }
  })

  it.each(['tls', 'starttls'] as const)('is not believed with a wrong certificate, by %s', async (security) => {
    const tellingOf = async (wrong: Pair) => {
      const options = { ...asking, ...wrong, secure: security === 'tls', disabledCommands: [] }
      const { settings, mails, host } = await startReceiver(options, { ...auth, security })
      const { result, detail } = await email.send(settings, noticeOf(mailTo), toolsOf())
      expect(mails).toEqual([])
      return [result, detail.replace(host, 'it')]
    }
    expect(await tellingOf(unknown)).toEqual([
      'failed',
      expect.stringMatching(/^the certificate of it is not trusted \([A-Z_]+\)$/),
    ])
    const named = 'the certificate of it is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'
    expect(await tellingOf(ofOtherName)).toEqual(['failed', named])
  })

  it('that offers no STARTTLS is not told the password', async () => {
    let asked = 0
    const onAuth: SMTPServerOptions['onAuth'] = (_auth, _session, done) => {
      asked++
      done(null, { user: 'x' })
    }
    const { settings, mails } = await startReceiver({ ...asking, onAuth }, { ...auth, security: 'starttls' })
    expect(await email.send(settings, noticeOf(mailTo), toolsOf())).toMatchObject({ result: 'failed' })
    expect([asked, mails]).toEqual([0, []])
  })

  it('that does not take the password has refused, and the password is not told', async () => {
    const { settings, host } = await startReceiver(asking, { ...auth, password: 'falsches-passwort' })
    const attempt = await email.send(settings, noticeOf(mailTo), toolsOf())
    const detail = `${host} did not take user and password: 535 5.7.8 no: …`
    expect(attempt).toEqual({ result: 'refused', detail })
  })

  it.each([
    ['of a user', 454, 'failed', { ...asking, onAuth: (_a, _s, done) => done(failing(454, 'later')) }],
    ['of a sender', 550, 'refused', { onMailFrom: (_a, _s, done) => done(failing(550, 'no')) }],
    ['of a recipient', 450, 'failed', { onRcptTo: (_a, _s, done) => done(failing(450, 'greylisted')) }],
    ['of a recipient', 550, 'refused', { onRcptTo: (_a, _s, done) => done(failing(550, 'unknown')) }],
    [
      'of the mail',
      452,
      'failed',
      { onData: (stream, _s, done) => void stream.resume().on('end', () => done(failing(452, 'full'))) },
    ],
    [
      'of the mail',
      554,
      'refused',
      { onData: (stream, _s, done) => void stream.resume().on('end', () => done(failing(554, 'spam'))) },
    ],
  ] as [string, number, string, SMTPServerOptions][])('says %s %i: %s', async (_what, code, result, options) => {
    const { settings, host } = await startReceiver(options, options.onAuth ? auth : {})
    const attempt = await email.send(settings, noticeOf(mailTo), toolsOf())
    expect(attempt).toMatchObject({
      result,
      detail: expect.stringMatching(new RegExp(`^${host} did not take .*: ${code} `)),
    })
  })

  it('that is away is failed', async () => {
    const { settings, host } = await startReceiver({})
    for (const close of closing.splice(0)) await close()
    const attempt = await email.send(settings, noticeOf(mailTo), toolsOf())
    expect(attempt).toEqual({ result: 'failed', detail: `no connection to ${host} (ECONNREFUSED)` })
  })

  /** A server that is none: `onSocket` does what it does when somebody connects. */
  async function startOther(onSocket: (socket: Socket) => void): Promise<EmailSettings> {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}))
      onSocket(socket)
    }).listen(0, '127.0.0.1')
    closing.push(async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
    return { host: '127.0.0.1', port: await listening(server), security: 'none', from: 'vigil@centre.example' }
  }

  it('that never greets is given up when the time is over', async () => {
    const tools = toolsOf()
    const settings = await startOther(() => tools.abort())
    const attempt = await email.send(settings, noticeOf(mailTo), tools)
    expect(attempt).toEqual({ result: 'failed', detail: `127.0.0.1:${settings.port} did not answer in time` })
  })

  it('that greets without end is hung up on', async () => {
    // 70 KiB: more than is read here, and less than the library takes by itself.
    const settings = await startOther((socket) => socket.write('2'.repeat(70 * 1024)))
    const attempt = await email.send(settings, noticeOf(mailTo), toolsOf())
    const detail = `no connection to 127.0.0.1:${settings.port} (EPROTOCOL)`
    expect(attempt).toEqual({ result: 'failed', detail })
  })
})

describe('the settings of a mail server', () => {
  const right = { host: 'smtp.example.org', port: 465, security: 'tls', from: '报警中心 <vigil@example.org>' }

  it('are taken', () => {
    expect(email.settings.safeParse({ ...right, ...auth }).success).toBe(true)
    expect(email.secrets).toEqual(['password'])
  })

  it.each([
    ['a password and no user', { password: 'x' }],
    ['a user and no password', { user: 'x' }],
    ['a sender that is no address', { from: 'Vigil' }],
    ['a sender that is a header', { from: 'Vigil\r\nBcc: x <vigil@example.org>' }],
    ['two senders', { from: 'a@example.org, b@example.org' }],
    ['a host that is none', { host: 'smtp.example.org/x' }],
    ['another port', { port: 70_000 }],
    ['another security', { security: 'ssl' }],
  ])('are not, with %s', (_, wrong) => {
    expect(email.settings.safeParse({ ...right, ...wrong }).success).toBe(false)
  })
})
