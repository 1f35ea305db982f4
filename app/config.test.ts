import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('configuration', () => {
  it('needs no variable at all: a demo that only this machine can reach', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ mqttPort: 1883, httpPort: 8080, host: '127.0.0.1', demo: true, log: 'warn' })
    expect(config.databaseUrl).toBeUndefined()
    expect(config.influx).toBeUndefined()
    expect(isAbsolute(config.data)).toBe(true)
  })

  it('listens for devices everywhere once it is no demo, unless told otherwise', () => {
    expect(readConfig({ VIGIL_DEMO: '0' }).host).toBe('0.0.0.0')
    expect(readConfig({ VIGIL_DEMO: '0', VIGIL_HOST: '10.0.0.7' }).host).toBe('10.0.0.7')
    expect(readConfig({ VIGIL_HOST: '0.0.0.0' }).host).toBe('0.0.0.0')
  })

  it('keeps a house whose token can be guessed to this machine', () => {
    const short = { VIGIL_DEMO: '0', VIGIL_ADMIN_TOKEN: 'hunter2' }
    expect(readConfig(short)).toMatchObject({ host: '127.0.0.1', adminToken: 'hunter2' })
    expect(readConfig({ ...short, VIGIL_HOST: 'localhost' }).host).toBe('localhost')
    expect(readConfig({ ...short, VIGIL_ADMIN_TOKEN: 'sixteen-letters-' }).host).toBe('0.0.0.0')
    const open = () => readConfig({ ...short, VIGIL_HOST: '0.0.0.0' })
    expect(open).toThrow(/^VIGIL_ADMIN_TOKEN must be at least 16 characters .*[.]$/)
    expect(open).not.toThrow('hunter2')
  })

  it.each([
    [{}, 8883, 8443],
    [{ MQTT_PORT: '1884' }, 0, 8443],
    [{ HTTP_PORT: '0' }, 8883, 0],
    [{ MQTT_PORT: '0', MQTTS_PORT: '8884', HTTP_PORT: '0', HTTPS_PORT: '443' }, 8884, 443],
    [{ MQTTS_PORT: '0', HTTPS_PORT: 'off' }, 0, undefined],
    [{ MQTTS_PORT: 'off', HTTPS_PORT: '0' }, undefined, 0],
  ])('has TLS on its own ports, on free ones beside chosen ones, or not: %j', (env, mqttsPort, httpsPort) => {
    expect(readConfig(env)).toMatchObject({ mqttsPort, httpsPort })
  })

  it("shows Vigil's own certificate or a given one", () => {
    expect(readConfig({ VIGIL_TLS_NAMES: 'alarm.example, 10.0.0.7,fd00::7' })).toMatchObject({
      tls: undefined,
      tlsNames: ['alarm.example', '10.0.0.7', 'fd00::7'],
    })
    const given = readConfig({ VIGIL_TLS_CERT: '/etc/tls/cert.pem', VIGIL_TLS_KEY: '/etc/tls/key.pem' })
    expect(given).toMatchObject({ tls: { cert: '/etc/tls/cert.pem', key: '/etc/tls/key.pem' }, tlsNames: [] })
  })

  it('takes an empty variable as absent, as compose files write it', () => {
    expect(readConfig({ MQTT_PORT: '', DATABASE_URL: '', INFLUX_URL: '', NATS_URL: '' }).mqttPort).toBe(1883)
  })

  it('knows where browsers find it, by an origin', () => {
    expect(readConfig({})).toMatchObject({ publicUrl: undefined, oidc: undefined })
    expect(readConfig({ VIGIL_URL: 'https://Vigil.Example/' }).publicUrl).toBe('https://vigil.example')
    expect(readConfig({ VIGIL_URL: 'http://10.0.0.7:8080' }).publicUrl).toBe('http://10.0.0.7:8080')
  })

  it('reads an identity provider as one thing, which needs the address that it sends people back to', () => {
    const env = { VIGIL_OIDC_ISSUER: 'https://id.example/realms/city', VIGIL_OIDC_CLIENT_ID: 'vigil' }
    const shared = { issuer: 'https://id.example/realms/city', clientId: 'vigil' }
    const url = { VIGIL_URL: 'https://vigil.example' }
    expect(readConfig({ ...env, ...url }).oidc).toEqual({ ...shared, name: 'id.example', clientSecret: undefined })
    const more = { VIGIL_OIDC_CLIENT_SECRET: 's', VIGIL_OIDC_NAME: '市民政局' }
    expect(readConfig({ ...env, ...url, ...more }).oidc).toEqual({ ...shared, name: '市民政局', clientSecret: 's' })
    expect(() => readConfig(env)).toThrow('VIGIL_URL is not')
    expect(() => readConfig({ ...env, VIGIL_URL: 'http://10.0.0.7' })).toThrow('VIGIL_URL must begin with https://')
    const here = { ...env, VIGIL_OIDC_ISSUER: 'http://127.0.0.1:4000', VIGIL_URL: 'http://localhost:8080' }
    expect(readConfig(here).oidc?.name).toBe('127.0.0.1:4000')
  })

  it('locks consoles after a quarter of an hour, after other minutes or never', () => {
    const locksAfter = (minutes?: string) => readConfig({ VIGIL_LOCK_AFTER_MIN: minutes }).lockAfterMs
    expect([locksAfter(), locksAfter('5'), locksAfter('0.05'), locksAfter('0')]).toEqual([900_000, 300_000, 3_000, 0])
  })

  it('reads InfluxDB as one thing', () => {
    const influx = readConfig({ INFLUX_URL: 'http://db:8086', INFLUX_TOKEN: 't', INFLUX_VERSION: '2' }).influx
    expect(influx).toEqual({ url: 'http://db:8086', token: 't', version: '2' })
  })

  it('opens the ports of the GSM gateway that are named, and no others', () => {
    expect(readConfig({}).gsm.ports).toEqual({})
    expect(readConfig({ GSM_WATCH_PORT: '5093', GSM_TRV_PORT: '0' }).gsm.ports).toEqual({ watch: 5093, trv: 0 })
  })

  it.each([
    ['MQTT_PORT', '70000', 'must be a port'],
    ['HTTP_PORT', '80a', 'must be a port'],
    ['HTTP_PORT', '-1', 'must be a port'],
    ['MQTTS_PORT', 'on', 'must be a port, 0 to 65535, or off'],
    ['HTTPS_PORT', '65536', 'must be a port, 0 to 65535, or off'],
    ['VIGIL_TLS_NAMES', 'alarm.example, hunter2!', 'must be host names'],
    ['VIGIL_TLS_CERT', 'hunter2.pem', 'VIGIL_TLS_KEY is not: set both or none'],
    ['VIGIL_TLS_KEY', 'hunter2.pem', 'VIGIL_TLS_CERT is not: set both or none'],
    ['VIGIL_LOCK_AFTER_MIN', '-5', 'must be minutes, 0 (never) to 1440'],
    ['VIGIL_LOCK_AFTER_MIN', '1441', 'must be minutes, 0 (never) to 1440'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/vigil', 'must be a URL like postgres://'],
    ['INFLUX_URL', 'db:8086', 'must be a URL like http://'],
    ['INFLUX_VERSION', '4', 'must be 1, 2 or 3'],
    ['INFLUX_TOKEN', 'hunter2', 'INFLUX_URL is not'],
    ['GSM_WATCH_PORT', '70000', 'must be a port'],
    ['GSM_MQTT_URL', 'http://hunter2', 'must be a URL like mqtts://'],
    ['GSM_USER', 'hunter2', 'GSM_TOKEN is not: set both or none'],
    ['GSM_TOKEN', 'hunter2', 'GSM_USER is not: set both or none'],
    ['VIGIL_URL', 'hunter2.example', 'must be a URL without a path'],
    ['VIGIL_URL', 'https://vigil.example/hunter2', 'must be a URL without a path'],
    ['VIGIL_URL', 'https://me:hunter2@vigil.example', 'must be a URL without a path'],
    ['VIGIL_URL', 'ftp://hunter2', 'must be a URL without a path'],
    ['VIGIL_OIDC_ISSUER', 'http://hunter2.example', 'http:// only on this machine'],
    ['VIGIL_OIDC_ISSUER', 'hunter2', 'must be the https:// URL of an identity provider'],
    ['VIGIL_OIDC_ISSUER', 'https://id.example/?hunter2', 'must be the https:// URL of an identity provider'],
    ['VIGIL_OIDC_ISSUER', 'https://hunter2.example', 'VIGIL_OIDC_CLIENT_ID is not'],
    ['VIGIL_OIDC_CLIENT_ID', 'hunter2', 'VIGIL_OIDC_ISSUER is not'],
    ['VIGIL_OIDC_CLIENT_SECRET', 'hunter2', 'VIGIL_OIDC_ISSUER is not'],
    ['VIGIL_OIDC_NAME', 'hunter2', 'VIGIL_OIDC_ISSUER is not'],
    ['VIGIL_DEMO', 'no', 'must be 1'],
    ['VIGIL_LOG', 'verbose', 'must be one of trace, debug'],
    ['VIGIL_ADMIN_TOKEN', 'hunter2 hunter2 hunter2', 'without spaces'],
    ['NATS_URL', 'nats://n1:4222', 'is not supported yet'],
  ])('refuses %s=%s in one sentence, without repeating the value', (name, value, why) => {
    const read = () => readConfig({ [name]: value })
    expect(read).toThrow(why)
    expect(read).toThrow(new RegExp(`^${name} .*[.]$`))
    expect(read).not.toThrow('hunter2')
  })
})
