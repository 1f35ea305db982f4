import { Command } from 'commander'
import type { Config } from './config.ts'
import type { ScoreOptions } from './score.ts'

/** `vigil score`: how well the tickets of a simulated run tell what really happened in it. */
export const scoreCommand = (config: () => Config, print: (lines: string[]) => void): Command =>
  new Command('score')
    .description('score the tickets of a simulated run against what really happened in it')
    .argument('<truth>', 'truth.jsonl, as the run wrote it')
    .option('--tickets <file>', 'tickets as GET /api/v1/tickets gives them; default: those of the running Vigil')
    .option('--url <url>', 'the api, http://host:port; default: the Vigil of the data folder')
    .option(
      '--token <token>',
      "an administrator's or integrator's token; default: VIGIL_ADMIN_TOKEN or the data folder's",
    )
    .option('--json <file>', 'write the whole score there too')
    .action(async (truth: string, options: ScoreOptions) => {
      const { score } = await import('./score.ts')
      print(await score(config(), truth, options))
    })
