import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { channels } from '../alerts/channels/list.ts'
import { systemClock } from '../domain/clock.ts'
import { Notice } from '../domain/notices.ts'

/** What docs/Channels.md tells operators to set and to run is right. */

const page = readFileSync(new URL('../docs/Channels.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'vigil-channels-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The block of the page that is marked so. */
function block(mark: string): string {
  const found = new RegExp(`\`\`\`${mark}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1]
  if (found === undefined) throw new Error(`docs/Channels.md has no block ${mark}`)
  return found
}

const section = (kind: string): string => page.split(/^## /m).find((part) => part.startsWith(`${kind}\n`)) ?? ''

/** Settings in the table of a section -> whether they are marked as secret. */
function settingsIn(kind: string): Map<string, boolean> {
  const table = section(kind).split('| setting |')[1]?.split('\n\n')[0] ?? ''
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  const cells = rows.map((row) => row.split('|').slice(1, 3))
  return new Map(
    cells.flatMap(([names = '', how = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name ?? '', /\bsecret\b/.test(how)] as const),
    ),
  )
}

describe.each(Object.entries(channels))('%s', (kind, channel) => {
  it('has an example that is taken', () => {
    expect(channel.settings.safeParse(JSON.parse(block(`json ${kind}`))).error?.issues).toBeUndefined()
  })

  it('has a table of all its settings and secrets', () => {
    const told = settingsIn(kind === 'voice' ? 'sms' : kind)
    const { properties = {} } = z.toJSONSchema(channel.settings, { io: 'input' })
    expect([...told.keys()].sort()).toEqual(Object.keys(properties).sort())
    expect(
      [...told]
        .filter(([, secret]) => secret)
        .map(([name]) => name)
        .sort(),
    ).toEqual([...channel.secrets].sort())
  })
})

describe('the receiver of the page', () => {
  const notice = Notice.parse(JSON.parse(block('json notice')))
  const secret = 'kept-by-both-sides-only'

  async function started(): Promise<{ child: ChildProcess; lines: AsyncIterator<string>; url: string }> {
    const file = join(folder, 'receiver.mjs')
    writeFileSync(file, block('js receiver'))
    const env = { ...process.env, SECRET: secret, PORT: '0' }
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
    const port = /^listening on (\d+)$/.exec((await lines.next()).value ?? '')?.[1]
    return { child, lines, url: `http://127.0.0.1:${port}/` }
  }

  it('takes what Vigil signs, once, and nothing else', async () => {
    const { child, lines, url } = await started()
    const send = (signedWith: string, sent = notice, now = Date.now()) =>
      channels.webhook.send({ url, secret: signedWith }, sent, {
        clock: { ...systemClock, now: () => now },
        signal: new AbortController().signal,
      })
    try {
      expect(await send('another secret altogether')).toMatchObject({ result: 'refused' })
      expect(await send(secret, notice, Date.now() - 301_000)).toMatchObject({ result: 'refused' })
      expect(await send(secret, notice, Date.now() + 305_000)).toMatchObject({ result: 'refused' })
      for (const _ of [1, 2]) expect(await send(secret)).toMatchObject({ result: 'delivered' })
      const chinese = { ...notice, id: 'n-2', title: '危急：跌倒' }
      expect(await send(secret, chinese)).toMatchObject({ result: 'delivered' })
      expect([(await lines.next()).value, (await lines.next()).value]).toEqual([notice.title, chinese.title])
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })
})
