import { beforeEach, describe, expect, it } from 'vitest'
import type { Ticket } from '../../domain/ticket.ts'
import { useLanguage } from '../words/words.js'
import { newQueue, takeSnapshot } from '../work/queue.js'
import { consoleCommands } from './commands.js'

const nothing = () => {}
const queue = newQueue()
for (let number = 1; number <= 2_000; number++)
  takeSnapshot(queue, { id: `t${number}`, number, ...about(number), timeline: [], opened_at: '2026-11-22' } as never, 0)

function about(number: number): Partial<Ticket> {
  const kind = number % 2 === 0 ? 'sos' : 'smoke'
  return { kind, severity: 'critical', state: number === 7 ? 'resolved' : 'open', holder: null, late: false }
}

const offers = consoleCommands({
  ...{ ticket: () => undefined, queue: () => queue, act: nothing, go: nothing, sound: nothing },
  ...{ language: nothing, keys: nothing, logOut: nothing, lock: nothing },
})
const labels = async (text: string) => (await offers(text)).map(({ label }) => label)

beforeEach(() => useLanguage('en'))

describe('among thousands of tickets, the command bar', () => {
  it('finds the one of a number before all that have it in theirs', async () => {
    expect((await labels('42')).slice(0, 3)).toEqual(['#42 SOS pressed', '#420 SOS pressed', '#421 Smoke'])
    expect((await labels('#1999'))[0]).toBe('#1999 Smoke')
  })

  it.each(['smoke settled', '烟雾 7', 'settl 7'])(
    'finds one by its kind, its state, and its number: %s',
    async (text) => {
      expect((await labels(text))[0]).toBe('#7 Smoke')
    },
  )

  it.each(['', 's', '1'])('makes no more of them than it offers: %j', async (text) => {
    const tickets = (await labels(text)).filter((label) => label.startsWith('#'))
    expect(tickets.length).toBeGreaterThan(9)
    expect(tickets.length).toBeLessThan(30)
  })
})
