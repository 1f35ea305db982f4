import jsqr from 'jsqr'
import { expect, it } from 'vitest'
import { qrFile, qrLines, qrPicture } from './qr.ts'

const text = 'vigil:claim?device=watch-1&code=ABCD-EFGH-JKMN&url=https%3A%2F%2Fvigil.example%3A8443'

/** What a reader that knows nothing of the drawer finds in squares that are dark or light. */
function read(dark: (x: number, y: number) => boolean, width: number, height: number): string | undefined {
  const scale = 4
  const pixels = new Uint8ClampedArray(width * height * scale * scale * 4)
  for (let y = 0; y < height * scale; y++)
    for (let x = 0; x < width * scale; x++) {
      const shade = dark(Math.floor(x / scale), Math.floor(y / scale)) ? 0 : 255
      pixels.set([shade, shade, shade, 255], (y * width * scale + x) * 4)
    }
  return jsqr.default(pixels, width * scale, height * scale, { inversionAttempts: 'dontInvert' })?.data
}

it('the picture for print says the text', () => {
  const svg = qrPicture(text)
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]) / 10
  const dark = new Set(
    [...svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g)].map(([, x, y]) => `${Number(x) / 10},${Number(y) / 10}`),
  )
  expect(dark.size).toBeGreaterThan(100)
  const edges = [...dark].flatMap((square) => square.split(',').map(Number))
  expect([Math.min(...edges), Math.max(...edges)], 'a margin of four squares').toEqual([4, size - 5])
  expect(read((x, y) => dark.has(`${x},${y}`), size, size)).toBe(text)
})

it('the picture in the terminal says the text: a block is light, a gap dark', () => {
  const lines = qrLines(text, false)
  const light = (x: number, y: number) => {
    const char = lines[Math.floor(y / 2)]?.[x]
    return char === '█' || char === (y % 2 === 0 ? '▀' : '▄')
  }
  expect(read((x, y) => !light(x, y), lines[0]?.length ?? 0, lines.length * 2)).toBe(text)
})

it('is white on black in the colours of no theme', () => {
  const [line = ''] = qrLines(text, true)
  expect([line.startsWith('\u001b[38;5;231;48;5;16m█'), line.endsWith('█\u001b[0m')]).toEqual([true, true])
})

it('a device whose id holds a colon has a file that every file system takes', () => {
  expect(qrFile('urn:watch-1')).toBe('urn%3Awatch-1.svg')
})
