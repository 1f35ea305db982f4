import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** The gateway of GSM watches and all that stands behind it, as real processes: a watch by TCP becomes a ticket. */

let system: System
const sockets: Socket[] = []

beforeAll(async () => {
  system = await startSystem({ GSM_WATCH_PORT: '0', GSM_TRV_PORT: '0', GSM_EVIEW_PORT: '0' })
}, 120_000)
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await system.close()
}, 60_000)

const portOf = (protocol: string): Promise<number> =>
  until(`gsm listens for ${protocol}`, async () => {
    const text = await readFile(join(system.data, 'run', 'gsm.json'), 'utf8').catch(() => '{}')
    return (JSON.parse(text) as { ports?: Record<string, number> }).ports?.[`gsm_${protocol}`]
  })

/** A device on a socket of its own, and what it has been answered. */
async function device(protocol: string): Promise<{ say(text: string): void; heard(): string }> {
  let heard = ''
  const socket = connect(await portOf(protocol), '127.0.0.1')
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
  })
  sockets.push(socket)
  return { say: (text) => void socket.write(text), heard: () => heard }
}

const two = (n: number): string => String(n).padStart(2, '0')
/** An alarm of now: day, month, year, then the time, in UTC. */
function sos(id: string, secondsAgo = 0): string {
  const at = new Date(Date.now() - secondsAgo * 1_000)
  const date = [at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCFullYear() % 100].map(two).join('')
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join('')
  const body = `AL,${date},${time},A,39.655300,N,106.794400,E,0,0,1090,9,80,62,1204,3,00010000,0,0`
  return `[3G*${id}*${body.length.toString(16).padStart(4, '0')}*${body}]`
}

const ticketsOf = async (id: string) =>
  (await system.tickets()).filter(({ evidence }) => evidence.some(({ topic }) => topic === `gsm/watch/${id}`))

/** A watch of a home of its own, known to all processes: a battery that it tells is found at its home. */
async function registered(id: string) {
  await system.call('POST', '/areas', { id: `area-${id}`, name: 'Haibowan' })
  await system.call('POST', '/homes', { id: `home-${id}`, area: `area-${id}`, address: 'Xinhua 1' })
  await system.call('POST', '/devices', { id, home: `home-${id}`, gateway: 'gsm-gateway', category: 'watch' })
  const watch = await device('watch')
  let steps = 0
  await until('its readings are found at its home', async () => {
    const body = `LK,${steps++},0,62`
    watch.say(`[3G*${id}*${body.length.toString(16).padStart(4, '0')}*${body}]`)
    const { series } = await system.call<{ series: { device: string }[] }>(
      'GET',
      `/homes/home-${id}/telemetry?metric=battery`,
    )
    return series.some((one) => one.device === id) || undefined
  })
  return watch
}

describe('the gateway of GSM watches', () => {
  it('makes an SOS by TCP a ticket, and answers the watch', async () => {
    const watch = await registered('8800550001')
    watch.say(sos('8800550001'))
    await until('the watch is answered', async () => watch.heard().includes('[3G*8800550001*0002*AL]') || undefined)
    const [ticket, ...more] = await until('there is a ticket', async () => {
      const found = await ticketsOf('8800550001')
      return found.length > 0 ? found : undefined
    })
    expect(more).toEqual([])
    expect(ticket).toMatchObject({
      kind: 'sos',
      home: 'home-8800550001',
      evidence: [{ device: '8800550001', signal: 'sos' }],
    })
    expect(ticket?.evidence[0]?.position).toMatchObject({ lat: 39.6553, lon: 106.7944 })
  }, 60_000)

  it('is silent while Vigil is away, and the SOS that is sent again is one ticket', async () => {
    const watch = await registered('8800550002')
    await system.kill('broker')
    const alarm = sos('8800550002')
    // As watches do that hear nothing.
    for (let i = 0; i < 3; i++) watch.say(alarm)
    await until('the watch is answered once Vigil is back', async () => {
      if (watch.heard().includes('[3G*8800550002*0002*AL]')) return true
      watch.say(alarm)
      return undefined
    })
    const found = await until('there is a ticket', async () => {
      const tickets = await ticketsOf('8800550002')
      return tickets.length > 0 ? tickets : undefined
    })
    expect(found).toHaveLength(1)
    watch.say('[3G*8800550002*0003*TKQ]')
    await until('what came after is durable too', async () => watch.heard().includes('TKQ') || undefined)
    expect(await ticketsOf('8800550002')).toHaveLength(1)
  }, 120_000)

  it('makes what it cannot frame a dead letter', async () => {
    const watch = await device('trv')
    watch.say('IWAP00861234500099999#')
    await until('the log-in is answered', async () => watch.heard() || undefined)
    expect(watch.heard()).toMatch(/^IWBP00,\d{14},0#$/)
    watch.say('what is this#')
    await until('there is a dead letter', async () => {
      const letters = await system.list<{ topic: string }>('/dead-letters')
      return letters.some(({ topic }) => topic === 'gsm/trv/861234500099999') || undefined
    })
  }, 60_000)
})
