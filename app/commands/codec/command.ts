import { type Command, Option } from 'commander'
import type { CommandLine } from '../command_line.ts'
import type { TryOptions } from './trying.ts'

/** `vigil codec`: what Vigil reads, and what it makes of a frame. It asks nobody: no Vigil need be running. */
export function codecCommand({ config, print, command }: CommandLine): Command {
  const list = command('list', 'list the formats that are read, with their topics')
    .option('--json', 'one object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const { listCodecs } = await import('./listing.ts')
      print(await listCodecs(config(), json === true))
    })
  const attempt = command('try', 'show what a frame in a file becomes')
    .argument('<file>', 'the bytes of one message as they were sent; - reads them from the standard input')
    .requiredOption('--topic <topic>', 'the MQTT topic that it came on; push/{codec} for an HTTP push')
    .addOption(
      new Option('--as <encoding>', 'how the file writes the bytes').choices(['raw', 'hex', 'base64']).default('raw'),
    )
    .option('--mapping <file>', 'read it with this mapping too, beside those of the data folder')
    .option('--sender <id>', 'the device that publishes', 'sender')
    .option('--received-at <time>', 'when it was received, ISO 8601; default: now')
    .option('--retained', 'with the retain flag')
    .option('--json', 'all that was decoded, as JSON')
    .action(async (file: string, options: TryOptions) => {
      const { tryFrame } = await import('./trying.ts')
      print(await tryFrame(config(), file, options))
    })
  const check = command('check', 'tell whether mapping files are right; exit code 1 where one is not')
    .argument('[file...]', 'mapping files; default: those of the data folder')
    .action(async (files: string[]) => {
      const { checkMappings } = await import('./checking.ts')
      const { lines, isGood } = await checkMappings(config(), files)
      print(lines)
      if (!isGood) process.exitCode = 1
    })
  return command('codec', 'what is read of what devices send').addCommand(list).addCommand(attempt).addCommand(check)
}
