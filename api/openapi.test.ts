import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../domain/errors.ts'
import { ticketActions } from '../domain/ticket.ts'
import { type House, openHouse } from './test_house.ts'

type Schema = { $ref?: string; description?: string } & Record<string, unknown>
type Content = Record<string, { schema: Schema }>
type Operation = {
  summary?: string
  tags?: string[]
  security?: object[]
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content?: Content }>
}
type Document = {
  openapi: string
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

async function read(house: House): Promise<{ document: Document; operations: [string, Operation][] }> {
  const document = (await house.call('GET', '/api/docs/json')).body as unknown as Document
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  )
  return { document, operations: operations.map(([name, operation]) => [name, operation]) }
}

const registry = [
  'areas',
  'homes',
  'residents',
  'devices',
  'contacts',
  'absences',
  'operators',
  'vendors',
  'integrations',
  'sharings',
  'partners',
  'plans',
  'rotas',
  'teams',
  'channels',
]

/** Every call of the outside contract. */
const contract = [
  'POST /api/v1/login',
  'POST /api/v1/logout',
  'GET /api/v1/login/options',
  'GET /api/v1/login/oidc',
  'GET /api/v1/login/oidc/callback',
  'POST /api/v1/login/oidc/session',
  'GET /api/v1/me',
  'POST /api/v1/session/lock',
  'POST /api/v1/session/unlock',
  ...['readings', 'signals', 'motion', 'answers'].map((kind) => `POST /api/v1/devices/{id}/${kind}`),
  'POST /api/v1/push/{codec}',
  'GET /api/v1/tickets',
  'GET /api/v1/tickets/{id}',
  ...ticketActions.map((action) => `POST /api/v1/tickets/{id}/${action}`),
  'POST /api/v1/tickets/{id}/unshare',
  'POST /api/v1/partners/{id}/events',
  'POST /api/v1/tickets/{id}/shown',
  'GET /api/v1/tickets/{id}/deliveries',
  'POST /api/v1/answers',
  'POST /api/v1/channels/{id}/test',
  'GET /api/v1/channels/{id}/deliveries',
  'POST /api/v1/plans/preview',
  'POST /api/v1/homes/search',
  'POST /api/v1/residents/search',
  'POST /api/v1/contacts/search',
  'POST /api/v1/devices/search',
  'GET /api/v1/rotas/{id}/duty',
  'GET /api/v1/duty',
  'GET /api/v1/events',
  'GET /api/v1/devices/{id}/monitor',
  ...registry.flatMap((plural) => [
    `GET /api/v1/${plural}`,
    `POST /api/v1/${plural}`,
    `GET /api/v1/${plural}/{id}`,
    `PATCH /api/v1/${plural}/{id}`,
    `DELETE /api/v1/${plural}/{id}`,
  ]),
  ...['devices', 'vendors', 'integrations'].flatMap((plural) => [
    `POST /api/v1/${plural}/{id}/token`,
    `POST /api/v1/${plural}/{id}/revoke`,
  ]),
  'GET /api/v1/vendors/{id}/authorities',
  'POST /api/v1/vendors/{id}/authorities',
  'DELETE /api/v1/vendors/{id}/authorities/{fingerprint}',
  'GET /api/v1/vendors/{id}/revocations',
  'POST /api/v1/vendors/{id}/revocations',
  'POST /api/v1/devices/import',
  'POST /api/v1/devices/{id}/claim-code',
  'POST /api/v1/claims',
  'GET /api/v1/devices/{id}/commands',
  'POST /api/v1/devices/{id}/commands',
  'GET /api/v1/devices/{id}/commands/{command}',
  'GET /api/v1/audit',
  'GET /api/v1/connections',
  'GET /api/v1/front-door',
  'GET /api/v1/refusals',
  'GET /api/v1/rules',
  'GET /api/v1/overview',
  'GET /api/v1/reports',
  'GET /api/v1/homes/{id}/telemetry',
  'GET /api/v1/map',
  'GET /api/v1/dead-letters',
  'GET /api/v1/dead-letters/{id}',
  'GET /api/v1/dead-letters/counts',
  'GET /api/v1/dead-letters/export',
  'POST /api/v1/dead-letters/replay',
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
]

describe('the OpenAPI document', () => {
  it('has every call of the contract, and no other', async () => {
    const { operations } = await read(await openHouse())
    expect(operations.map(([name]) => name).sort()).toEqual(contract.toSorted())
  })

  it('says of every call what it is for, what it takes and what it answers', async () => {
    const { document, operations } = await read(await openHouse())
    const tags = document.tags.map(({ name }) => name)
    for (const [name, { summary, tags: [tag] = [], parameters = [], requestBody, responses }] of operations) {
      expect(summary?.length, name).toBeGreaterThan(5)
      expect(tags, name).toContain(tag)
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      expect(
        parameters.filter((parameter) => parameter.in === 'path').map((p) => p.name),
        name,
      ).toEqual(inPath)
      const statuses = Object.keys(responses)
      expect(
        statuses.filter((status) => /^[23]/.test(status)),
        name,
      ).toHaveLength(1)
      for (const status of statuses)
        expect(responses[status]?.description.length, `${name} ${status}`).toBeGreaterThan(5)
      const takesBody = /^(POST|PATCH)/.test(name) && !/(logout|revoke|shown|session\/lock)$/.test(name)
      expect(requestBody !== undefined, name).toBe(takesBody)
    }
  })

  it('has a problem for every failure, with its codes', async () => {
    const { operations } = await read(await openHouse())
    const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
    const told = new Set<string>()
    for (const [name, { responses, security }] of operations) {
      for (const [status, { content, description }] of Object.entries(responses)) {
        if (status < '400' || (name === 'GET /readyz' && status === '503')) continue
        expect(content, `${name} ${status}`).toEqual(problem)
        for (const [, code] of description.matchAll(/`(\w+)`: /g)) {
          expect(errorTable[code as keyof typeof errorTable]?.status, `${name} ${code}`).toBe(Number(status))
          told.add(code ?? '')
        }
      }
      if (security === undefined) expect(Object.keys(responses), name).toContain('401')
    }
    for (const code of ['held_by_other', 'id_taken', 'too_many_points', 'front_door_unreachable'])
      expect(told).toContain(code)
  })

  it('refers to nothing that it does not have', async () => {
    const house = await openHouse()
    const { document } = await read(house)
    const text = JSON.stringify(document)
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '')
    expect(new Set(refs)).toEqual(new Set(Object.keys(document.components.schemas)))
    expect(document.openapi).toBe('3.1.0')
  })
})

describe('the pages', () => {
  it('of the documentation are there and come from here alone', async () => {
    const house = await openHouse()
    const page = await house.call('GET', '/api/docs')
    expect(page.headers.get('content-type')).toContain('text/html')
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '')
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const url = new URL(file, `${house.base}/api/docs`)
      expect(url.origin, file).toBe(house.base)
      expect((await fetch(url)).status, file).toBe(200)
    }
    expect(page.headers.get('content-security-policy')).toContain(
      "script-src 'self';script-src-attr 'none';style-src 'self' 'unsafe-inline';",
    )
  })

  it('of the console are served at the root, and nothing of its folder that is not for browsers', async () => {
    const house = await openHouse()
    const page = await house.call('GET', '/')
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const all = await readdir(new URL('../console/', import.meta.url), { recursive: true, withFileTypes: true })
    const files = all
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).split('/console/').at(-1)!)
    expect(files).toContain('index.html')
    for (const file of files) {
      const forBrowsers = !/\.(ts|md)$/.test(file)
      expect((await fetch(`${house.base}/${file}`)).status, file).toBe(forBrowsers ? 200 : 404)
    }
  })
})
