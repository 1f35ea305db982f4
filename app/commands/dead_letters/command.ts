import { type Command, Option } from 'commander'
import { withApi } from '../api_options.ts'
import { natural } from '../arguments.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import { asking } from '../telling.ts'
import type { LetterFilter } from './dead_letters.ts'

type LetterOptions = ClientOptions & LetterFilter & { most: number }

const work = () => import('./dead_letters.ts')

const withFilter = (command: Command): Command =>
  command
    .option('--code <code>', 'only those refused for this reason')
    .option('--device <id>', 'only those of this device')
    .option('--vendor <id>', 'only those of this vendor')
    .option('--principal <name>', 'only those that this account or device sent')
    .option('--codec <name>', 'only those of this format; none: of no format')
    .option('--topic <filter>', 'only those of a topic, or of a filter like zigbee2mqtt/#')
    .option('--text <words>', 'only those with these words in topic or detail')
    .option('--from <time>', 'only those received at or after, ISO 8601')
    .option('--until <time>', 'only those received before')

/** `vigil dead-letters`: what was refused, and a second try. */
export function deadLettersCommand(line: CommandLine): Command {
  const { config, command } = line
  const list = asking<LetterOptions>(
    line,
    withFilter(command('list', 'list them, newest first')).addOption(
      new Option('--most <n>', 'at most so many').argParser(natural).default(50),
    ),
    async (api, options) => (await work()).listDeadLetters(api, (await work()).filterOf(options), options.most),
  )
  const show = asking<ClientOptions, [string]>(
    line,
    command('show', 'show one whole, and what the codecs of now make of it').argument('<id>', 'as list shows it'),
    async (api, _options, id) => (await work()).showDeadLetter(api, config(), id),
  )
  const count = asking<LetterOptions>(
    line,
    withFilter(command('count', 'count them by vendor, reason and format')),
    async (api, options) => (await work()).countDeadLetters(api, (await work()).filterOf(options)),
  )
  const exportAll = withApi(withFilter(command('export', 'write them whole into a file, one JSON object a line')))
    .argument('<file>', 'payloads are base64')
    .action(async (file: string, options: LetterOptions) => {
      const { exportDeadLetters, filterOf } = await work()
      const api = await (await import('../client.ts')).connectApi(config(), options)
      line.print([`${await exportDeadLetters(api, filterOf(options), file)} dead letters are in ${file}.`])
    })
  const replay = asking<LetterOptions, [string[]]>(
    line,
    withFilter(command('replay', 'put them through the codecs once more: those named, or all that match')).argument(
      '[id...]',
      'dead letters',
    ),
    async (api, options, ids) => (await work()).replayDeadLetters(api, ids, (await work()).filterOf(options)),
  )
  return command('dead-letters', 'messages that were refused, kept whole')
    .addCommand(list)
    .addCommand(show)
    .addCommand(count)
    .addCommand(exportAll)
    .addCommand(replay)
}
