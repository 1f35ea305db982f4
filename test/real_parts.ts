import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * Some tests need a real server or browser. Where it is missing they are skipped, visibly: one line says what and how
 * to get it. With VIGIL_REQUIRE_REAL_PARTS=1 (CI) a missing part is an error instead.
 */
const parts = {
  postgres: { package: 'postgresql-15', find: () => process.env.TEST_DATABASE_URL ?? postgresBin() },
  influxdb: { package: 'influxdb', find: () => onPath('influxd') },
  mosquitto: { package: 'mosquitto-clients', find: () => onPath('mosquitto_pub') && onPath('mosquitto_sub') },
  openssl: { package: 'openssl', find: () => onPath('openssl') },
  docker: { package: 'docker.io', find: () => onPath('docker') && dockerEngine() },
  chromium: { package: 'chromium', find: () => onPath('chromium') ?? onPath('google-chrome') },
  tmpfs: { package: 'mount, and be root', find: () => (mayMount() ? 'tmpfs' : undefined) },
} as const satisfies Record<string, { package: string; find: () => string | undefined }>
export type Part = keyof typeof parts

const told = new Set<Part>()

/**
 * Whether a real part is here; use it as `describe.skipIf(!needs('influxdb'))`. Says once what is skipped where it is
 * not, and throws instead with VIGIL_REQUIRE_REAL_PARTS=1.
 */
export function needs(part: Part): boolean {
  if (parts[part].find()) return true
  const line = `${part} is not here (Debian: apt install ${parts[part].package})`
  if (process.env.VIGIL_REQUIRE_REAL_PARTS === '1') throw new Error(`${line}, and VIGIL_REQUIRE_REAL_PARTS=1`)
  if (!told.has(part)) process.stderr.write(`skipped: ${line}\n`)
  told.add(part)
  return false
}

/** The path of a real part's program (docker: of its socket; postgres: of its folder), or undefined. */
export const findPart = (part: Part): string | undefined => parts[part].find()

/** The folder with initdb and postgres: on the path, or the newest under Debian's /usr/lib/postgresql. */
export function postgresBin(): string | undefined {
  const onPathToo = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return [...debianFolders(), ...onPathToo].find(
    (dir) => executable(join(dir, 'initdb')) && executable(join(dir, 'postgres')),
  )
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((dir) => join(dir, program)).find(executable)
}

let mounts: boolean | undefined
/** Whether a small volume can be mounted here: being root is not enough in a container. Tried once. */
function mayMount(): boolean {
  if (mounts !== undefined) return mounts
  const dir = mkdtempSync(join(tmpdir(), 'vigil-mount-'))
  const isDone = (program: string, ...args: string[]) => spawnSync(program, [...args, dir]).status === 0
  mounts = isDone('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs') && isDone('umount')
  rmdirSync(dir)
  return mounts
}

const allows = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
/** The socket stays behind when the engine is gone, so the engine itself is asked. */
const dockerEngine = (): string | undefined =>
  spawnSync('docker', ['version', '--format', '{{.Server.Version}}']).status === 0 ? '/var/run/docker.sock' : undefined
const executable = (path: string): boolean => allows(path, constants.X_OK)
