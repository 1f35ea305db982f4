import { describe, expect, it } from 'vitest'
import { fitting } from './command_bar.js'

const run = () => {}
const commands = [
  { label: 'Hand over', hint: 'on ticket 7', also: ['assign', '移交'], run },
  { label: '#12 Fall', also: ['12', '跌倒'], run },
  { label: '#7 SOS pressed', also: ['7', '按下紧急呼救'], run },
  { label: 'Dead letters', hint: 'page', also: ['死信'], run },
]
const found = (text: string) => fitting(commands, text).map(({ label }) => label)

describe('the command bar', () => {
  it('offers everything in its order while nothing is said', () => {
    expect(found(' ')).toEqual(['Hand over', '#12 Fall', '#7 SOS pressed', 'Dead letters'])
  })

  it.each([
    ['hand', ['Hand over']],
    ['HÄND', ['Hand over']],
    ['移', ['Hand over']],
    ['跌倒', ['#12 Fall']],
    ['over hand', ['Hand over']],
    ['letters', ['Dead letters']],
    ['etter', ['Dead letters']],
    ['nothing of it', []],
  ])('finds by %s', (text, labels) => expect(found(text)).toEqual(labels))

  it('puts what begins so before what only has it somewhere', () => {
    expect(found('7')).toEqual(['#7 SOS pressed', 'Hand over'])
  })
})
