import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** SHA-256 in hex, as kept of a token; tokens have 192 random bits, so a slow hash would add cost and no safety. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Whether a token has this hash, in a time that tells nothing of where they differ. */
export const tokenMatches = (token: string, hash: string): boolean =>
  sameBytes(Buffer.from(tokenHash(token)), Buffer.from(hash))

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** OWASP's scrypt advice (2^15, 8, 3): about 0.3 s and 32 MiB a guess. */
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 ** 2 }
const hashBytes = 32
const slowHash = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt)

/** `salt:hash` in base64, as kept of a password. */
export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await slowHash(password, salt, hashBytes, cost)
  return `${salt.toString('base64')}:${hash.toString('base64')}`
}

/** Whether a password has this hash. Without a hash it takes as long and is false, so that names cannot be told apart. */
export async function passwordMatches(password: string, kept: string | undefined): Promise<boolean> {
  const [salt = '', hash = ''] = (kept ?? ':').split(':')
  const given = await slowHash(password, Buffer.from(salt, 'base64'), hashBytes, cost)
  return sameBytes(given, Buffer.from(hash, 'base64'))
}
