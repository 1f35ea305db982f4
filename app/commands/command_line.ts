import type { Command } from 'commander'
import type { Config } from '../config.ts'

/** What every command is given. A command loads its work only when it runs: `vigil status` runs every few seconds. */
export type CommandLine = {
  /** The environment, read when the command runs, so that a wrong one does not hide the help. */
  config(): Config
  print(lines: readonly string[]): void
  /** Tells a person beside what is printed, so that what is printed can go into a file: on stderr. */
  remark(lines: readonly string[]): void
  /** Begins a command that explains itself and its user's mistakes as all others do. */
  command(name: string, what: string): Command
}
