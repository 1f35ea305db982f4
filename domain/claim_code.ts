import { randomBytes } from 'node:crypto'

/** Crockford's base32: no I, L, O, U, which are taken for 1, 1, 0, V. https://www.crockford.com/base32.html */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 12 characters of 5 bits: 60 bits, too many to be guessed against a lock-out, few enough to be typed. */
const length = 12

/** What a claim code looks like when it was typed by a person, before it is read. */
export const claimCodePattern = /^[0-9A-Za-z -]{12,20}$/

/** A new claim code: `7K3M-Q9ZD-0VXA`. */
export const newClaimCode = (): string => grouped([...randomBytes(length)].map((byte) => alphabet[byte % 32]).join(''))

/** A code as it was typed -> as it was made: capitals, no groups, and the letters that look like digits as these. */
export const canonicalClaimCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')

const grouped = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1-')

/** What the QR picture on a device's box says. `url`: the base of the house's HTTP, where the device does not know it. */
export function claimQr(device: string, code: string, url?: string): string {
  const said = new URLSearchParams({ device, code, ...(url && { url }) })
  return `vigil:claim?${said}`
}
