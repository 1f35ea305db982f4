import { type Command, Option } from 'commander'
import { systemClock } from '../../../domain/clock.ts'
import { withApi } from '../api_options.ts'
import { duration, positive } from '../arguments.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'

/** `vigil top`: who is connected, what comes in, what is refused, who uses up its quota. */
export const topCommand = ({ config, command }: CommandLine): Command =>
  withApi(command('top', 'watch the front door: connections, refusals by reason, and who uses up its quota'))
    .addOption(
      new Option('--every <duration>', 'how often it looks').argParser(positive(duration)).default(2_000, '2s'),
    )
    .option('--once', 'look twice, print once, and end; so it is where the output is no screen')
    .action(async ({ every, once, ...client }: ClientOptions & { every: number; once?: true }) => {
      const { connectApi } = await import('../client.ts')
      const { top } = await import('./top.ts')
      const { untilStopped } = await import('../../house.ts')
      await top(await connectApi(config(), client), {
        clock: systemClock,
        everyMs: every,
        once: once === true || !process.stdout.isTTY,
        signal: untilStopped(),
        write: (text) => process.stdout.write(text),
      })
    })
