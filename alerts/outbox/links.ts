import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What a link to answer stands for: a ticket, who was called (`operator:ann`), the run of its plan, and until when (epoch ms). */
const Answer = z.object({ t: z.string(), k: z.string(), r: z.number().int(), e: z.number().int() })
export type AnswerLink = { ticket: string; key: string; run: number; expires: number }

const signatureOf = (body: string, key: string): string => createHmac('sha256', key).update(body).digest('base64url')

/** The token of a link: what it stands for, signed. It names nobody but by ids. */
export function answerToken({ ticket, key, run, expires }: AnswerLink, secret: string): string {
  const body = Buffer.from(JSON.stringify({ t: ticket, k: key, r: run, e: expires })).toString('base64url')
  return `${body}.${signatureOf(body, secret)}`
}

/** What a token stands for; undefined where it was not signed by us. Whether it is still good is for the caller to see. */
export function readAnswerToken(token: string, secret: string): AnswerLink | undefined {
  const [body = '', signature = ''] = token.split('.')
  const right = Buffer.from(signatureOf(body, secret))
  const given = Buffer.from(signature)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const read = Answer.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()))
  return read.success ? { ticket: read.data.t, key: read.data.k, run: read.data.r, expires: read.data.e } : undefined
}
