import { type Command, Option } from 'commander'
import { natural } from '../arguments.ts'
import type { CommandLine } from '../command_line.ts'
import { caOption, trustAuthorities } from '../trust.ts'
import type { RunOptions } from './scenario.ts'

const files = 'files, folders or patterns; default: the stories that ship'

/** `vigil scenario`: stories about simulated homes, and what Vigil must make of them. */
export function scenarioCommand(line: CommandLine): Command {
  const { print, command } = line
  const check = command('check', 'look for mistakes in scenario files; exit code 2 where there are any')
    .argument('[file...]', files)
    .action(async (paths: string[]) => {
      const { check } = await import('./scenario.ts')
      print(await check(paths))
    })
  const list = command('list', 'list the stories that ship').action(async () => {
    const { list } = await import('./scenario.ts')
    print(await list())
  })
  return command(
    'scenario',
    'play stories about simulated homes and check what Vigil makes of them (docs/Scenarios.md)',
  )
    .addCommand(runCommand(line))
    .addCommand(check)
    .addCommand(list)
}

const runCommand = ({ config, command }: CommandLine): Command =>
  command('run', 'play scenarios; exit code 0: all held, 1: something did not, 2: a file is wrong')
    .argument('[file...]', files)
    .option('--real', 'at the pace of life instead of as fast as possible')
    .option('--running', 'against the Vigil that runs with the data folder instead of one of its own')
    .option('--url <url>', 'against the Vigil whose api is there, http://host:port')
    .option('--mqtt <url>', 'its front door, mqtt://host:port or mqtts://host:port')
    .addOption(caOption())
    .option('--fast', 'against a running Vigil: pass over quiet stretches')
    .addOption(new Option('--seed <n>', 'other people, other days').argParser(natural))
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--truth <file>', 'write what really happened (truth.jsonl); of one scenario')
    .action(async (paths: string[], { ca, ...options }: RunOptions & { ca?: string }) => {
      trustAuthorities(ca)
      const { run } = await import('./scenario.ts')
      await run(config(), paths, options)
    })
