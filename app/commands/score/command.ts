import type { Command } from 'commander'
import { withApi } from '../api_options.ts'
import type { CommandLine } from '../command_line.ts'
import type { ScoreOptions } from './score.ts'

/** `vigil score`: how well the tickets of a simulated run tell what really happened in it. */
export const scoreCommand = ({ config, print, command }: CommandLine): Command =>
  withApi(command('score', 'score the tickets of a simulated run against what really happened in it'))
    .argument('<truth>', 'truth.jsonl, as the run wrote it')
    .option('--tickets <file>', 'tickets as GET /api/v1/tickets gives them; default: those of the running Vigil')
    .option('--json <file>', 'write the whole score there too')
    .action(async (truth: string, options: ScoreOptions) => {
      const { score } = await import('./score.ts')
      print(await score(config(), truth, options))
    })
