import { latin1, withoutEnd } from '../payload.ts'

/** A sentence of TRV and IW watches, `IWAP10…#`: maker, type, then what the type has. */
export type TrvFrame = { maker: 'TRV' | 'IW'; type: string; rest: string; fields: string[] }

const header = /^\s*(TRV|IW)([A-Z]P[0-9A-Z]{2})/

/** Bytes, with the closing `#` or without -> sentence; undefined where it is none. Never throws. */
export function parseTrvFrame(bytes: Uint8Array): TrvFrame | undefined {
  const text = withoutEnd(latin1(bytes), '# \t\r\n')
  const found = header.exec(text)
  if (!found) return undefined
  const rest = text.slice(found[0].length)
  return { maker: found[1] as TrvFrame['maker'], type: found[2]!, rest, fields: rest.split(',') }
}

/** The IMEI of a log-in, `IWAP00355932600077007,…`. */
export const imeiOfLogin = ({ type, fields }: TrvFrame): string | undefined =>
  type === 'AP00' && /^\d{10,16}$/.test(fields[0] ?? '') ? fields[0] : undefined

/** Whether it is the watch's answer to a command: the command's number follows its type. */
export const isTrvAnswer = ({ rest }: TrvFrame): boolean => /^,\d{6}(?:,|$)/.test(rest)
