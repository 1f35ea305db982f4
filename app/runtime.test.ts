import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claim, findRunning, listRunning, reachable } from './runtime.ts'

describe('the places of the processes in a data folder', () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'vigil-run-'))
  })
  afterEach(() => rm(data, { recursive: true }))

  it('tell where a process listens, until it goes', async () => {
    const place = await claim(data, 'broker')
    expect(await findRunning(data, 'broker')).toBeUndefined()
    await place.publish('0.0.0.0', { mqtt: 1883, http: 40001 })
    expect(await listRunning(data)).toEqual([
      { process: 'broker', pid: process.pid, host: '0.0.0.0', ports: { mqtt: 1883, http: 40001 } },
    ])
    await place.release()
    expect(await listRunning(data)).toEqual([])
  })

  it('are taken by one process at a time, and the refusal names the holder', async () => {
    const place = await claim(data, 'broker')
    await place.publish('0.0.0.0', {})
    await expect(claim(data, 'broker')).rejects.toThrow(`broker process runs already (pid ${process.pid})`)
    await (await claim(data, 'ingest')).release()
    await place.release()
    await (await claim(data, 'broker')).release()
  })

  it('are free again at once when their process is killed, and its note counts no more', async () => {
    const { pid, kill } = await holderElsewhere(data)
    expect(await findRunning(data, 'api')).toMatchObject({ pid, ports: { http: 1234 } })
    await expect(claim(data, 'api')).rejects.toThrow('runs already')
    await kill()
    expect(await findRunning(data, 'api')).toBeUndefined()
    await (await claim(data, 'api')).release()
  })

  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['fd00::7', '[fd00::7]'],
    ['alarm.example', 'alarm.example'],
  ])('say how %s is reached from here: %s', (host, address) => {
    expect(reachable(host)).toBe(address)
  })

  it.each(['{"process":"api"}', '', 'null'])('ignore what is no note: %j', async (text) => {
    await (await claim(data, 'api')).release()
    await writeFile(join(data, 'run', 'api.json'), text)
    expect(await listRunning(data)).toEqual([])
  })
})

/** Another process that takes the place `api` and publishes port 1234. */
async function holderElsewhere(data: string) {
  const script = `
    import { claim } from ${JSON.stringify(new URL('runtime.ts', import.meta.url).href)}
    const place = await claim(process.argv[1], 'api')
    await place.publish('0.0.0.0', { http: 1234 })
    process.stdout.write('ready')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, data], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  return {
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
