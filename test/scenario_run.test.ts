import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseTruth } from '../simulators/truth.ts'
import { adminToken, type System, startSystem } from './system.ts'

/** `vigil scenario` as a person and a CI meet it. */
const commandLine = fileURLToPath(new URL('../app/vigil.ts', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-scenarios-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function vigil(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [commandLine, 'scenario', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VIGIL_DATA: join(folder, 'data'), ...env },
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (out += part))
  const [code] = await once(child, 'close')
  return { code: code as number | null, out }
}

async function fileWith(script: string, name = 'story.yaml', start = '08:00'): Promise<string> {
  const path = join(folder, name)
  await writeFile(
    path,
    `name: A story\nstory: It is told.\nstart: ${start}
homes:
  li:
    residents: [anna]
    devices: {pendant: pendant, watch: watch}
script:\n${script.replaceAll(/^/gm, '  - ')}\n`,
  )
  return path
}

describe('against a Vigil of its own', () => {
  it('a story that holds: exit code 0, over a restart in the middle, all of it in the timeline', async () => {
    const path = await fileWith(`at 08:10 press pendant 3 times every 10 s
expect ticket sos within 5 s, severity critical, evidence from pendant
expect receipt accepted for pendant
after 15 s system restarts
expect ticket 1 within 30 s, 3 presses
after 1 min expect alarm again within 90 s
after 2 min dispatcher closes as test
expect no alarm again for 5 min
expect 1 ticket
gap: expect ticket fall`)
    const { code, out } = await vigil(['run', path])
    expect(out).toMatch(/08:10:00 {2}ticket 1 opened: sos, critical, by pendant/)
    expect(out).toMatch(/08:10:15 {2}system restarts/)
    expect(out).toMatch(/✓ expect ticket 1 within 30 s, 3 presses/)
    expect(out).toMatch(/○ known gap: expect ticket fall: no ticket was opened within 10 s/)
    expect(out).toMatch(/✓ every message is acknowledged or accounted for: (\d+) of \1 messages/)
    expect(out).toContain('passed: 11 held, 1 known gap')
    expect(out).not.toContain('\u001B')
    expect(code).toBe(0)
  })

  it('what does not hold: exit code 1, with what was seen instead, also in the JUnit file', async () => {
    const path = await fileWith(`at 08:10 press pendant
expect ticket fall
after 1 min press watch
gap: expect no ticket smoke
expect 2 tickets`)
    const junit = join(folder, 'junit.xml')
    const { code, out } = await vigil(['run', path, '--junit', junit])
    expect(out).toContain('✗ expect ticket fall: ticket 1 is sos')
    expect(out).toContain('✗ expect no ticket smoke: it is met now, so take "gap:" away')
    expect(out).toContain('✗ expect 2 tickets: there is 1')
    expect(code).toBe(1)
    const xml = await readFile(junit, 'utf8')
    expect(xml).toContain('tests="8" failures="3" skipped="0"')
  })

  it('a ticket that no sentence speaks of fails', async () => {
    const path = await fileWith('at 08:10 accidental press of pendant\nexpect no ticket fall')
    const { code, out } = await vigil(['run', path])
    expect(out).toContain('✗ every ticket is expected: no sentence speaks of ticket 1 (sos)')
    expect(code).toBe(1)
  })

  it('a step that the dispatcher may not take fails', async () => {
    const path = await fileWith('at 08:10 dispatcher acknowledges\nexpect no ticket')
    expect(await vigil(['run', path])).toMatchObject({
      code: 1,
      out: expect.stringContaining('✗ dispatcher acknowledges: there is no ticket'),
    })
  })

  it('one seed is one life, another is another, and the truth is written', async () => {
    const path = await fileWith('at day 2 08:10 press pendant\nexpect ticket sos')
    const truths: string[] = []
    for (const seed of ['5', '5', '6']) {
      const truth = join(folder, 'truth.jsonl')
      expect((await vigil(['run', path, '--seed', seed, '--truth', truth])).code).toBe(0)
      truths.push(await readFile(truth, 'utf8'))
    }
    expect(truths[1]).toBe(truths[0])
    expect(parseTruth(truths[0]!).end?.messages).not.toBe(parseTruth(truths[2]!).end?.messages)
    expect(parseTruth(truths[0]!).facts).toMatchObject([{ event: 'press', home: 'li', device: 'li-pendant' }])
  })

  it('the same file is the same timeline', async () => {
    const path = await fileWith(
      'at 08:10 press pendant 2 times every 5 s\nafter 7 s broker restarts\nexpect ticket 1 sos\nat 08:30 expect 1 ticket',
    )
    const runs = [await vigil(['run', path]), await vigil(['run', path])]
    const [first, second] = runs.map(({ out }) => out.replaceAll(/ in [\d.]+ s$/gm, ''))
    expect(first).toContain('passed')
    expect(second).toBe(first)
  })

  it('what a device without a link keeps is accounted for, and is no loss', async () => {
    const path = await fileWith(
      'at 08:10 pendant link lost for 1 h\nafter 1 min press pendant\nexpect no ticket for 10 min\nat 09:20 expect 1 ticket',
    )
    const { code, out } = await vigil(['run', path])
    expect(out).toMatch(/09:10:0\d {2}ticket 1 opened: sos, critical, by pendant, unverified because stale/)
    expect(out).toMatch(/✓ every message is acknowledged or accounted for/)
    expect(code).toBe(0)
  })

  it('Ctrl-C ends it at once, with nothing left running and nothing passed', async () => {
    const path = await fileWith('at 20:00 press pendant\nexpect ticket sos')
    const child = spawn(process.execPath, [commandLine, 'scenario', 'run', '--real', path], { stdio: 'pipe' })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      out += part
      if (part.includes('begin to live')) child.kill('SIGINT')
    })
    expect(await once(child, 'close')).toEqual([1, null])
    expect(out).toContain('0 of 1 scenario passed')
  })

  it('leaves nothing behind', async () => {
    const path = await fileWith('at 08:10 press pendant\nexpect ticket sos')
    await vigil(['run', path])
    expect(await readdir(folder)).toEqual(['story.yaml'])
  })
})

describe('files that are wrong', () => {
  it('nothing runs while one is: exit code 2 and all mistakes', async () => {
    const good = await fileWith('at 08:10 press pendant\nexpect ticket sos')
    const bad = await fileWith('at 08:10 pres pendant\nexpect ticket so', 'bad.yaml')
    const { code, out } = await vigil(['run', good, bad])
    expect(code).toBe(2)
    expect(out.trim().split('\n')).toEqual([
      `${bad}:9:14: No sentence begins with "pres": did you mean press? (word_unknown)`,
      `${bad}:10:19: "so" is not a kind of ticket: did you mean sos? (word_unknown)`,
    ])
  })

  it('what cannot happen in the home is a mistake of the file too', async () => {
    const path = await fileWith('at 08:10 visit for 1 min\nexpect no ticket')
    const { code, out } = await vigil(['check', folder])
    expect([code, out]).toEqual([2, `${path}:9:5: visit in li: going and coming takes 3 minutes. (not_possible)\n`])
  })

  it.each([
    [['run', 'nowhere.yaml'], 'There is no scenario at nowhere.yaml: name a .yaml file, a folder or a pattern.'],
    [['run', '--fast'], '--fast is for a running Vigil'],
    [['run', '--truth', 'x'], '--truth takes what happens in one scenario'],
    [['run', '--seed', '-3'], 'It must be a whole number from 1.'],
  ])('%j is refused with a sentence', async (args, sentence) => {
    const { code, out } = await vigil(args)
    expect([code, out.includes(sentence)]).toEqual([1, true])
  })
})

it('list and check know the stories that ship', async () => {
  const [listed, checked] = [await vigil(['list']), await vigil(['check'])]
  expect([listed.code, checked.code]).toEqual([0, 0])
  expect(listed.out).toMatch(/nine_presses\.yaml {2}\S/)
  expect(checked.out.match(/: nothing wrong$/gm)?.length).toBe(listed.out.trim().split('\n').length)
})

describe('against a Vigil that runs', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system?.close())

  const running = (args: string[]) => vigil(args, { VIGIL_DATA: system.data, VIGIL_ADMIN_TOKEN: adminToken })

  it('plays at the pace of life, passes over quiet stretches, and takes away what it brought', async () => {
    const path = await fileWith(
      'at 10:00 press pendant\nexpect ticket sos within 20 s, evidence from pendant\nafter 2 s dispatcher closes as test\nexpect 1 ticket',
    )
    const { code, out } = await running(['run', path, '--running', '--fast'])
    expect(out).toMatch(/nothing happens: .* passed over/)
    expect(out).toMatch(/✓ expect ticket sos within 20 s/)
    expect(out).not.toContain('could not be removed')
    expect(code).toBe(0)
    const [ticket] = await system.tickets()
    expect(ticket?.home).toMatch(/^s-.*-li$/)
    const left = await Promise.all(['/homes', '/devices', '/residents', '/areas'].map((path) => system.list(path)))
    expect(left).toEqual([[], [], [], []])
  })

  it('refuses to restart what is not its own', async () => {
    const path = await fileWith('at 08:10 broker restarts\nexpect no ticket')
    const { code, out } = await running(['run', path, '--running'])
    expect([code, out]).toEqual([
      1,
      `vigil: ${path}:9:5: "at 08:10 broker restarts" needs a Vigil of the run's own: leave out --url and --running.\n`,
    ])
  })
})
