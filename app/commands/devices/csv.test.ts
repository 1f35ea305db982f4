import { describe, expect, it } from 'vitest'
import { readDevices } from './csv.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => readDevices(bytes(text))

describe('a list of devices', () => {
  it('is read in the order of its own columns; an empty field is an absent one', () => {
    expect(read('place,id,home\nleft wrist,watch-1,home-1\n,watch-2,\n').rows).toEqual([
      { line: 2, device: { place: 'left wrist', id: 'watch-1', home: 'home-1' } },
      { line: 3, device: { id: 'watch-2' } },
    ])
  })

  it('is read as spreadsheets write it: byte order mark, semicolons, CRLF, quotes, empty rows at the end', () => {
    const { rows, bad } = read('\ufeffID;Place;Model\r\nw-1;"bed; ""left"" side";W2\r\n w-2 ;卧室;\r\n;;\r\n\r\n')
    expect(rows.map(({ device }) => device)).toEqual([
      { id: 'w-1', place: 'bed; "left" side', model: 'W2' },
      { id: 'w-2', place: '卧室' },
    ])
    expect(bad).toEqual([])
  })

  it('may have tabs, and lines that end too early', () => {
    expect(read('id\thome\tplace\nw-1\thome-1').rows[0]?.device).toEqual({ id: 'w-1', home: 'home-1' })
  })

  it('tells each bad line with its number, and one spoils no other', () => {
    const { rows, bad } = read(
      [
        'id,model',
        'w-1,a',
        'w 2,a',
        'w-3,"a',
        'w-4,a,b',
        ',a',
        'w-1,b',
        `w-7,${'x'.repeat(201)}`,
        'w-8,12" screen',
        'w-9,a',
      ].join('\n'),
    )
    expect(rows.map(({ line, device }) => [line, device.id])).toEqual([
      [2, 'w-1'],
      [10, 'w-9'],
    ])
    expect(bad).toEqual([
      { line: 3, reason: 'id: an id is 1 to 64 characters of A-Z a-z 0-9 _ . : -' },
      { line: 4, reason: 'it has a quotation mark that is not closed, or not at the edge of a field' },
      { line: 5, reason: 'it has 3 fields, the first line has 2' },
      { line: 6, reason: 'it has no id' },
      { line: 7, reason: 'w-1 stands in line 2 already' },
      { line: 8, reason: 'model: Too big: expected string to have <=200 characters' },
      { line: 9, reason: 'it has a quotation mark that is not closed, or not at the edge of a field' },
    ])
  })

  it.each([
    ['', 'The first line must name the columns, id among them: id, model, category, home, place, gateway'],
    ['w-1,home-1\n', 'it has "w-1".'],
    ['id,imei\nw-1,4711\n', 'it has "imei".'],
    ['model,home\nW2,home-1\n', 'The first line must name the columns, id among them'],
    ['id,home,id\n', 'The first line names the column id twice'],
    ['id,home\n', 'The list has no device'],
  ])('%j is none, and the sentence says why', (text, sentence) => expect(() => read(text)).toThrow(sentence))

  it('in another encoding is refused with what to do', () => {
    expect(() => readDevices(new Uint8Array([0x69, 0x64, 0x0a, 0xce, 0xd4, 0xca, 0xd2]))).toThrow(
      'save it as "CSV UTF-8"',
    )
  })

  it('of ten thousand is read whole', () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `watch-${n},W2,wearable,home-${n},"bed, left",hub-${n % 100}`,
    )
    expect(read(`id,model,category,home,place,gateway\n${lines.join('\n')}\n`).rows).toHaveLength(10_000)
  })
})
