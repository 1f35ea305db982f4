import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BannerInput, banner } from './banner.ts'
import { readConfig } from './config.ts'

const shown = (env: Record<string, string>, more: Partial<BannerInput> = {}): string =>
  banner({
    config: readConfig(env),
    mqttPort: 1883,
    httpPort: 8080,
    mqttsPort: 8883,
    httpsPort: 8443,
    logins: [{ name: 'admin', password: 'first-password' }],
    demo: true,
    demoRefused: false,
    ...more,
  })

describe('what the start prints', () => {
  it('is where to look, how to log in, and a line that sends an SOS', () => {
    const text = shown({})
    expect(text).toContain('http://127.0.0.1:8080/')
    expect(text).toContain('log in as admin with first-password')
    expect(text).toContain('mosquitto_pub -h 127.0.0.1 -p 1883 -q 1 -u admin -P "$(npx vigil token)"')
    expect(text).toContain(resolve('data'))
  })

  it('says that nobody else can reach a demo, and how to change that', () => {
    expect(shown({})).toContain('VIGIL_HOST=0.0.0.0 lets devices in')
    expect(shown({ VIGIL_HOST: '0.0.0.0' })).not.toContain('this machine only')
  })

  it('gives commands that find a data folder of its own', () => {
    expect(shown({ VIGIL_DATA: '/srv/vigil' })).toContain('VIGIL_DATA=/srv/vigil npx vigil device add')
  })

  it('names the servers in use and none of their secrets', () => {
    const text = shown({
      DATABASE_URL: 'postgres://vigil:hunter2@db:5432/vigil',
      INFLUX_URL: 'http://influx:8086',
      INFLUX_TOKEN: 'hunter2',
    })
    expect(text).toContain('PostgreSQL at db:5432')
    expect(text).toContain('InfluxDB at influx:8086')
    expect(text).not.toContain('hunter2')
  })

  it('says where TLS is, and whom to trust for it', () => {
    expect(shown({ VIGIL_DATA: '/srv/vigil' })).toContain(
      'TLS      MQTT on 127.0.0.1:8883, https://127.0.0.1:8443/, trust /srv/vigil/tls/ca.pem',
    )
    const given = { VIGIL_TLS_CERT: '/etc/tls/cert.pem', VIGIL_TLS_KEY: '/etc/tls/key.pem' }
    expect(shown(given)).toContain('https://127.0.0.1:8443/, with /etc/tls/cert.pem')
    expect(shown({}, { mqttsPort: undefined })).toContain('TLS      https://127.0.0.1:8443/,')
    expect(shown({}, { mqttsPort: undefined, httpsPort: undefined })).not.toContain('TLS')
  })

  it('says why demo homes stay away', () => {
    expect(shown({}, { demo: false, demoRefused: true })).toContain('No demo homes')
    expect(shown({}, { demo: false })).toContain('-u my-watch -P <its token>')
  })
})
