import { createTransport } from 'nodemailer'
import { z } from 'zod'
import type { Notice } from '../../domain/notices.ts'
import type { Attempt, Channel } from './channel.ts'
import { networkFailure, told } from './failures.ts'

/** Mail by SMTP, to a server that the operator has an account with. */

/** To reach the server and be greeted; then for silence in between. The attempt as a whole is bounded by its signal. */
const CONNECT_MS = 10_000
const SILENCE_MS = 30_000
/** Answers are a line or two; whoever says more is no mail server. */
const ANSWER_BYTES = 64 * 1024

/** One plain address (RFC 5321, without quoted parts), which can therefore be no header and no second recipient. */
const address =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?=.{1,190}$)[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i
const isAddress = (text: string): boolean => address.test(text)

/** `Vigil <vigil@example.org>`, or the address alone. */
const sender = /^([^<>"\p{Cc}]{0,80}?) ?<([^<>]+)>$/u
function senderOf(from: string): { name: string; address: string } {
  const [, name = '', inside = from] = sender.exec(from) ?? []
  return { name, address: inside }
}

const Settings = z
  .strictObject({
    host: z.string().regex(/^[\w.:-]{1,255}$/, 'must be a host name or an address'),
    port: z.int().min(1).max(65_535),
    security: z.enum(['tls', 'starttls', 'none']),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    from: z.string().refine((from) => isAddress(senderOf(from).address), 'must be an address, or "Name <address>"'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), 'user and password go together')
export type EmailSettings = z.infer<typeof Settings>

/** An id as the left half of a Message-ID: two ids never become one. */
const idPart = (id: string): string =>
  id.toWellFormed().replaceAll(/[^\w.-]/gu, (letter) => `=${letter.codePointAt(0)?.toString(16)}=`)

/** Stable over every repeat, so that mail programs show a repeat once. */
const messageIdOf = (id: string, from: string): string => `<${idPart(id)}@${senderOf(from).address.split('@')[1]}>`

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const html = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => marks[mark] ?? mark)

function htmlOf({ title, text, link, language }: Notice): string {
  const open = language === 'zh-CN' ? '查看工单' : 'Open the ticket'
  const parts = [`<p><strong>${html(title)}</strong></p>`, `<p>${html(text).replaceAll('\n', '<br>')}</p>`]
  if (link !== null) parts.push(`<p><a href="${html(link)}">${open}</a></p>`)
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><body>${parts.join('')}</body></html>`
}

function mailOf({ from }: EmailSettings, notice: Notice) {
  const { title, text, link, to, name, ticket } = notice
  const grave = ticket?.severity === 'critical' || ticket?.severity === 'high'
  return {
    from: senderOf(from),
    to: { name: oneLine(name), address: to },
    subject: oneLine(title),
    text: [text, link].filter(Boolean).join('\n\n'),
    html: htmlOf(notice),
    messageId: messageIdOf(notice.id, from),
    date: new Date(notice.at),
    // Answering machines do not answer it.
    headers: { 'Auto-Submitted': 'auto-generated', 'Vigil-Id': idPart(notice.id) },
    ...(grave && { priority: 'high' as const }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function transportOf({ host, port, security, user, password }: EmailSettings) {
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    // A server that takes mail without asking who sends it is not the one that the password is for.
    ...(user !== undefined && { auth: { user, pass: password }, forceAuth: true }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxResponseSize: ANSWER_BYTES,
  })
}

/** What nodemailer says of a failure, beside the message. */
type SmtpError = Error & { code?: string; responseCode?: number; response?: string }

/** 5xx is for ever, a wrong password too; 4xx and the network pass. TLS comes first: what was said before it counts nothing. */
function failureOf(error: SmtpError, settings: EmailSettings, signal: AbortSignal): Attempt {
  const host = `${settings.host}:${settings.port}`
  const { code, responseCode = 0, response = '' } = error
  if (signal.aborted || code === 'ETLS' || (responseCode === 0 && code !== 'EAUTH'))
    return networkFailure(error, host, signal)
  const secrets = [settings.password, settings.user, Buffer.from(settings.password ?? '').toString('base64')]
  const detail = code === 'EAUTH' ? `${host} did not take user and password` : `${host} did not take the mail`
  const passing = responseCode >= 400 && responseCode < 500
  return { result: passing ? 'failed' : 'refused', detail: `${detail}: ${told(response, secrets)}`.replace(/: $/, '') }
}

export const email: Channel<EmailSettings> = {
  settings: Settings,
  secrets: ['password'],
  checkAddress: (to) => (isAddress(to) ? undefined : 'must be one e-mail address'),
  async send(settings, notice, { signal }) {
    const host = `${settings.host}:${settings.port}`
    const wrong = email.checkAddress(notice.to)
    if (wrong) return { result: 'refused', detail: `the address ${wrong}` }
    const transport = transportOf(settings)
    try {
      await transport.sendMail({ ...mailOf(settings, notice), signal })
      return { result: 'delivered', detail: `${host} took the mail` }
    } catch (error) {
      return failureOf(error as SmtpError, settings, signal)
    } finally {
      transport.close()
    }
  },
}
