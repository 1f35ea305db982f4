import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/**
 * What a link to answer stands for: a ticket, who was called (`operator:ann`, and a hash of the name), the run of its plan, and
 * until when (epoch ms).
 */
export type AnswerLink = { ticket: string; key: string; nameHash: string; run: number; expires: number }
const Answer = z.object({ t: z.string(), k: z.string(), n: z.string(), r: z.number().int(), e: z.number().int() })

/** Enough to tell the members of a team apart, and nothing that a name can be read from at a glance. */
export const hashOfName = (name: string): string => createHash('sha256').update(name).digest('base64url').slice(0, 8)

const signatureOf = (body: string, key: string): string => createHmac('sha256', key).update(body).digest('base64url')

/** The token of a link: what it stands for, signed. It names nobody but by ids. */
export function answerToken({ ticket, key, nameHash, run, expires }: AnswerLink, secret: string): string {
  const said = { t: ticket, k: key, n: nameHash, r: run, e: expires }
  const body = Buffer.from(JSON.stringify(said)).toString('base64url')
  return `${body}.${signatureOf(body, secret)}`
}

/** What a token stands for; undefined where it was not signed by us. Whether it is still good is for the caller to see. */
export function readAnswerToken(token: string, secret: string): AnswerLink | undefined {
  const [body = '', signature = ''] = token.split('.')
  const right = Buffer.from(signatureOf(body, secret))
  const given = Buffer.from(signature)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const read = Answer.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()))
  if (!read.success) return undefined
  const { t: ticket, k: key, n: nameHash, r: run, e: expires } = read.data
  return { ticket, key, nameHash, run, expires }
}
