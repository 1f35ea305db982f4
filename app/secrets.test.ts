import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeSecrets, readSecrets, secretsPath } from './secrets.ts'

describe('secrets of a data folder', () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'vigil-secrets-'))
  })
  afterEach(() => rm(data, { recursive: true }))

  it('are made once, kept, and readable by the owner alone', async () => {
    expect(await readSecrets(data)).toBeUndefined()
    const made = await makeSecrets(data, true)
    expect(await makeSecrets(data, false)).toEqual(made)
    expect(await readSecrets(data)).toEqual(made)
    expect((await stat(secretsPath(data))).mode & 0o777).toBe(0o600)
  })

  it('are the same for processes that start at once, and no copy stays behind', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeSecrets(data, true)))
    expect(new Set(made.map((one) => one.admin_token)).size).toBe(1)
    expect(await readdir(data)).toEqual(['secrets.json'])
  })

  it('are nobody else’s: each folder has its own, of a length that nobody guesses, demo or not', async () => {
    const other = await mkdtemp(join(tmpdir(), 'vigil-secrets-'))
    const made = [await makeSecrets(data, true), await makeSecrets(other, false)]
    await rm(other, { recursive: true })
    const all = made.flatMap(({ admin_token, passwords }) => [admin_token, ...Object.values(passwords)])
    expect(new Set(all).size).toBe(6)
    expect(Math.min(...all.map((secret) => secret.length))).toBeGreaterThanOrEqual(16)
  })

  it('are never replaced when the file is damaged: that is for a person to decide', async () => {
    await writeFile(secretsPath(data), '{"admin_token":')
    await expect(makeSecrets(data, true)).rejects.toThrow(/is damaged: delete it/)
  })
})
