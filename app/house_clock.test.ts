import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { openClock } from './house_clock.ts'

let folder: string
let clockFile: string
const said: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-clock-'))
  clockFile = join(folder, 'clock')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
})
afterEach(async () => {
  vi.restoreAllMocks()
  said.splice(0)
  await rm(folder, { recursive: true })
})

const put = async (text: string) => {
  await writeFile(`${clockFile}.new`, text)
  await rename(`${clockFile}.new`, clockFile)
}

it("is the machine's clock and says nothing where nobody asks for another", () => {
  const clock = openClock({ clockFile: undefined }, 'broker')
  expect(clock.offset()).toBe(0)
  expect(Math.abs(clock.now() - systemClock.now())).toBeLessThan(1_000)
  expect(said).toEqual([])
})

it('has the offset of its file from the first moment, says so loudly, and follows the file', async () => {
  await put('600000\n')
  const clock = openClock({ clockFile }, 'broker')
  expect(clock.offset()).toBe(600_000)
  expect(said.join('')).toMatch(/^vigil broker: THE CLOCK IS SHIFTED, now by 600 s.*VIGIL_CLOCK_FILE.*drills/)
  await put('3600000')
  await clock.sleep(2_000_000)
  expect(clock.offset()).toBe(3_600_000)
})

it('keeps its time while the file is away, or says nonsense, or less', async () => {
  await put('600000')
  const clock = openClock({ clockFile }, 'broker')
  for (const text of ['', 'soon', '-5', '1e9', '599999']) await put(text)
  await rm(clockFile)
  await systemClock.sleep(50)
  expect(clock.offset()).toBe(600_000)
})

it.each(['', 'soon', '-5'])('refuses to start with a file that says %j, or none', async (text) => {
  expect(() => openClock({ clockFile }, 'broker')).toThrow('VIGIL_CLOCK_FILE must be a file with')
  await put(text)
  expect(() => openClock({ clockFile }, 'broker')).toThrow('VIGIL_CLOCK_FILE must be a file with')
})
