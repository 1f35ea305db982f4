import { expect, it } from 'vitest'
import { adminToken, openHouse } from '../../../api/test_house.ts'
import { readConfig } from '../../config.ts'
import { connectApi } from '../client.ts'
import { addIntegration, listIntegrations, renewIntegrationToken, rescopeIntegration } from './integrations.ts'

const target = { plain: '-h vigil.example' }

async function api() {
  const { base } = await openHouse()
  return connectApi(readConfig({}), { url: base, token: adminToken })
}

it('lets a program in with a scope, tells what it may, and changes that', async () => {
  const client = await api()
  const made = await addIntegration(client, target, 'desk', {
    area: 'north',
    scope: ['read_tickets', 'act_on_tickets'],
  })
  expect(made.lines.join('\n')).toContain('-t vigil/v1/areas/north/tickets')
  expect(made.lines.at(-1)).toBe('Through the HTTP API it may in north and below: read_tickets, act_on_tickets.')
  const deaf = await rescopeIntegration(client, 'desk', ['read_devices'])
  expect(deaf.lines).toEqual(['From now on desk may: read_devices.'])
  const renewed = await renewIntegrationToken(client, target, 'desk', undefined)
  expect(renewed.lines.join('\n')).toContain('may through the HTTP API in north and below: read_devices.')
  expect(renewed.lines.join('\n')).not.toContain('mosquitto_sub')
  expect((await rescopeIntegration(client, 'desk', [])).lines).toEqual(['From now on desk may: nothing.'])
  const lines: string[] = []
  for await (const told of listIntegrations(client)) lines.push(...told.lines)
  expect(lines.find((line) => line.startsWith('desk '))).toMatch(/north +nothing$/)
  expect(lines.find((line) => line.startsWith('centre-north '))).toMatch(/north +read$/)
  expect((await rescopeIntegration(client, 'desk', null)).lines).toEqual(['From now on desk may: read.'])
})

it('says in a sentence why a permission is not given', async () => {
  const client = await api()
  const given = (name: string) => addIntegration(client, target, 'desk', { scope: [name] })
  await expect(given('write_operators')).rejects.toThrow('write_operators is for people only')
  await expect(given('fly')).rejects.toThrow('fly is no permission; there are read_rules, ')
})
