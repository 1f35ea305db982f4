import type { System } from './system.ts'

/** A house in which there is something of everything, so that every page has something to show. */
export async function furnish(system: System): Promise<void> {
  await registerPlaces(system)
  await registerDispatch(system)
  await system.call('POST', '/devices/pendant/readings', { readings: { heart_rate: 118, spo2: 93, battery: 12 } })
  await system.call('POST', '/devices/pendant/signals', { signal: 'sos' })
}

async function registerPlaces({ call }: System): Promise<void> {
  await call('POST', '/areas', { id: 'city', name: '海勃湾区 Haibowan' })
  await call('POST', '/areas', { id: 'street', name: '新华街道 Xinhua Street', parent: 'city' })
  await call('POST', '/homes', {
    ...{ id: 'home', area: 'street', address: '和平路 3 号 2 单元 301', lat: 39.6553, lon: 106.7944 },
    notes: 'The key is with the neighbour, on the second floor.',
  })
  await call('POST', '/residents', { home: 'home', name: '李桂英', birth_year: 1941, risks: 'anticoagulant' })
  await call('POST', '/contacts', { home: 'home', name: '李明', relation: 'son', phone: '+86 138 11', position: 1 })
  await call('POST', '/contacts', { home: 'home', name: '王芳', relation: 'neighbour', phone: '0473-22', position: 2 })
  await call('POST', '/vendors', { id: 'acme', name: 'Acme Care 安康' })
  await call('POST', '/devices', { id: 'pendant', home: 'home', place: 'worn', vendor: 'acme', model: 'P1' })
}

async function registerDispatch({ call }: System): Promise<void> {
  const settings = { url: 'http://127.0.0.1:9/', secret: 'a secret that nobody knows' }
  const channel = { id: 'hook', name: 'Webhook', area: 'city', kind: 'webhook', language: 'en', detail: 'brief' }
  await call('POST', '/channels', { ...channel, settings })
  const operator = {
    id: 'duty',
    name: 'Li Na 李娜',
    password: 'a-long-enough-password',
    role: 'dispatcher',
    area: 'city',
  }
  await call('POST', '/operators', operator)
  const member = { name: '张伟', ways: [{ channel: 'hook', to: '' }] }
  await call('POST', '/teams', { id: 'team', name: 'Responders 应急队', area: 'city', members: [member] })
  const shift = { from: '08:00', to: '20:00', days: ['mon', 'tue'], operators: ['duty'] }
  await call('POST', '/rotas', { id: 'rota', name: 'Day 白班', area: 'city', role: 'dispatcher', shifts: [shift] })
  const tell = [{ to: 'emergency', number: '120', text: 'lives alone' }]
  await call('POST', '/plans', { id: 'plan', name: 'The street’s plan', area: 'street', steps: [{ after_s: 0, tell }] })
}
