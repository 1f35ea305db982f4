/** The value of a cookie of a request's header, or undefined. Values of ours need no decoding. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  const found = pairs.find((pair) => pair.startsWith(`${name}=`))
  return found?.slice(name.length + 1) || undefined
}

/** `path`: the only address that it is sent to; `maxAgeS` 0 takes it away, absent: kept while the browser runs; `sameSite` Lax: also when coming from elsewhere. */
export type Cookie = {
  name: string
  value: string
  path: string
  maxAgeS?: number | undefined
  sameSite: 'Lax' | 'Strict'
  secure: boolean
}

/** The header that sets a cookie which no script can read. */
export const setCookie = ({ name, value, path, maxAgeS, sameSite, secure }: Cookie): string =>
  [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAgeS === undefined ? [] : [`Max-Age=${maxAgeS}`]),
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(secure ? ['Secure'] : []),
  ].join('; ')
