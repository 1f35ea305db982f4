import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { updateArea } from '../../store/areas.ts'
import { appendEvent } from '../../store/events.ts'
import { updateIntegration } from '../../store/integrations.ts'
import { rawConnected } from '../../test/raw_client.ts'
import { type FrontDoor, type Guest, openFrontDoor } from '../test_front_door.ts'

let house: FrontDoor
beforeEach(async () => {
  house = await openFrontDoor()
  await house.start('one')
})
afterEach(() => house.close())

const tickets = (area: string) => `vigil/v1/areas/${area}/tickets`
const event = (id: string, areaPath: string | null, sharedWith: string[] = []) =>
  house.store.write((tx) =>
    appendEvent(tx, { type: 'ticket.updated', at: 5, ticket: { id } as Ticket, areaPath, sharedWith }),
  )
const told = ({ heard }: Guest) => heard.map(({ topic, body }) => `${topic} ${(body.ticket as Ticket).id}`)

describe('live events for dispatch centres', () => {
  it('go to the areas that see them and to those without an area, as the API gives them', async () => {
    const everywhere = await house.enter('integration/everywhere')
    const north = await house.enter('integration/north')
    await everywhere.subscribeAsync(['vigil/v1/tickets', tickets('south')], { qos: 1 })
    await north.subscribeAsync([tickets('north'), tickets('old-town')], { qos: 1 })
    await event('t-1', '/city/north/old-town/')
    await event('t-2', '/city/south/')
    await event('t-3', '/city/south/', ['/city/north/'])
    await event('t-4', null)
    await expect
      .poll(() => told(everywhere).sort())
      .toEqual([
        ...['t-2', 't-3'].map((id) => `${tickets('south')} ${id}`),
        ...[1, 2, 3, 4].map((n) => `vigil/v1/tickets t-${n}`),
      ])
    await expect
      .poll(() => told(north).sort())
      .toEqual([...['t-1', 't-3'].map((id) => `${tickets('north')} ${id}`), `${tickets('old-town')} t-1`])
    const first = everywhere.heard.find(({ topic }) => topic === 'vigil/v1/tickets')
    expect(first?.body).toEqual({
      seq: 1,
      type: 'ticket.updated',
      at: '1970-01-01T00:00:00.005Z',
      ticket: { id: 't-1' },
    })
  })

  it('refuses tickets of other areas and wildcards', async () => {
    const login = { username: 'integration/north', password: Buffer.from(house.tokens['integration/north']!) }
    const raw = await rawConnected(house.brokers[0]!.mqttPort, login)
    const filters = [
      tickets('north'),
      tickets('south'),
      tickets('city'),
      'vigil/v1/tickets',
      tickets('+'),
      '#',
      tickets('nowhere'),
    ]
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 })) })
    expect((await raw.next('suback')).granted).toEqual([1, 128, 128, 128, 128, 128, 128])
    raw.stream.destroy()
  })

  it('reach those of every broker, and those who were away while the broker was', async () => {
    const two = await house.start('two')
    const [one] = house.brokers
    const away = await house.enter('integration/north', { clean: false, clientId: 'away' })
    await away.subscribeAsync(tickets('north'), { qos: 1 })
    const there = await house.enter('integration/north', { at: two })
    await there.subscribeAsync(tickets('north'), { qos: 1 })
    await event('t-1', '/city/north/')
    await expect.poll(() => told(away)).toEqual([`${tickets('north')} t-1`])
    await away.endAsync()
    await event('t-2', '/city/north/')
    await expect.poll(() => told(there)).toEqual(['t-1', 't-2'].map((id) => `${tickets('north')} ${id}`))
    await house.stop(one!)
    await event('t-3', '/city/north/')
    const again = await house.start('one')
    await event('t-4', '/city/north/')
    const back = await house.enter('integration/north', { at: again, clean: false, clientId: 'away' })
    await expect.poll(() => told(back)).toEqual(['t-2', 't-3', 't-4'].map((id) => `${tickets('north')} ${id}`))
  })

  it('end where the area moves away, or the integration gets another one', async () => {
    const north = await house.enter('integration/north')
    await north.subscribeAsync([tickets('north'), tickets('old-town')], { qos: 1 })
    await house.store.write((tx) => updateArea(tx, 'old-town', { parent: 'south' }, systemClock.now()))
    await event('t-1', '/city/south/old-town/')
    await event('t-2', '/city/north/')
    await expect.poll(() => told(north)).toEqual([`${tickets('north')} t-2`])
    await house.store.write((tx) => updateIntegration(tx, 'north', { area: 'south' }, systemClock.now()))
    await north.subscribeAsync(tickets('south'), { qos: 1 }).catch(() => {})
    await expect
      .poll(async () => {
        await north.subscribeAsync(tickets('south'), { qos: 1 }).catch(() => {})
        await event('t-3', '/city/south/')
        return told(north).at(-1)
      })
      .toBe(`${tickets('south')} t-3`)
    await event('t-4', '/city/north/')
    await event('t-5', '/city/south/')
    await expect.poll(() => told(north).at(-1)).toBe(`${tickets('south')} t-5`)
    expect(told(north).filter((one) => one.endsWith('t-4'))).toEqual([])
  })
})
