import { renderSVG, renderUnicodeCompact } from 'uqr'

/** A quarter of a picture may be unreadable, as on a label that is scratched. */
const level = 'Q'

/** Whatever colours the terminal has, because not every reader takes a picture whose dark and light are exchanged. */
const blackOnWhite = (line: string): string => `\u001b[38;5;231;48;5;16m${line}\u001b[0m`

/** For a terminal, two rows a line; `colour`: where the output is one. */
export function qrLines(text: string, colour: boolean): string[] {
  const lines = renderUnicodeCompact(text, { ecc: level, border: 2 }).split('\n')
  return colour ? lines.map(blackOnWhite) : lines
}

/** For print: with the margin of four squares that the standard asks for. */
export const qrPicture = (text: string): string => `${renderSVG(text, { ecc: level, border: 4 })}\n`

/** The file of a device's picture. An id may hold a colon, which not every file system takes. */
export const qrFile = (device: string): string => `${encodeURIComponent(device)}.svg`
