import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Config } from './config.ts'
import type { RunOptions } from './scenario.ts'

/** `vigil scenario`: stories about simulated homes, and what Vigil must make of them. */
export function addScenarioCommand(program: Command, config: () => Config, print: (lines: string[]) => void): void {
  const scenario = program
    .command('scenario')
    .description('play stories about simulated homes and check what Vigil makes of them (docs/Scenarios.md)')
  addRun(scenario, config)
  scenario
    .command('check')
    .description('look for mistakes in scenario files; exit code 2 where there are any')
    .argument('[file...]', 'files, folders or patterns; default: the stories that ship')
    .action(async (paths: string[]) => {
      const { check } = await import('./scenario.ts')
      print(await check(paths))
    })
  scenario
    .command('list')
    .description('list the stories that ship')
    .action(async () => {
      const { list } = await import('./scenario.ts')
      print(await list())
    })
}

function addRun(scenario: Command, config: () => Config): void {
  scenario
    .command('run')
    .description('play scenarios; exit code 0: all held, 1: something did not, 2: a file is wrong')
    .argument('[file...]', 'files, folders or patterns; default: the stories that ship')
    .option('--real', 'at the pace of life instead of as fast as possible')
    .option('--running', 'against the Vigil that runs with the data folder instead of one of its own')
    .option('--url <url>', 'against the Vigil whose api is there, http://host:port')
    .option('--mqtt <url>', 'its front door, mqtt://host:port')
    .option('--fast', 'against a running Vigil: pass over quiet stretches')
    .addOption(new Option('--seed <n>', 'other people, other days').argParser(natural))
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--truth <file>', 'write what really happened (truth.jsonl); of one scenario')
    .action(async (paths: string[], options: RunOptions) => {
      const { run } = await import('./scenario.ts')
      await run(config(), paths, options)
    })
}

function natural(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}
