import { type Command, Option } from 'commander'
import { withApi } from '../api_options.ts'
import { natural } from '../arguments.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import { asking } from '../telling.ts'

type LetterOptions = ClientOptions & { code?: string; device?: string; most: number }

/** `vigil dead-letters`: what was refused, and a second try. */
export function deadLettersCommand(line: CommandLine): Command {
  const { config, print, command } = line
  const connect = async (options: ClientOptions) => (await import('../client.ts')).connectApi(config(), options)
  const filtered = (name: string, what: string) =>
    command(name, what)
      .option('--code <code>', 'only those refused for this reason')
      .option('--device <id>', 'only those of this device')
  const list = asking<LetterOptions>(
    line,
    filtered('list', 'list them, newest first').addOption(
      new Option('--most <n>', 'at most so many').argParser(natural).default(50),
    ),
    async (api, { code, device, most }) =>
      (await import('./dead_letters.ts')).listDeadLetters(
        api,
        { ...(code && { code }), ...(device && { device }) },
        most,
      ),
  )
  const replay = withApi(filtered('replay', 'put them through the codecs once more: those named, or all that match'))
    .argument('[id...]', 'dead letters')
    .action(async (ids: string[], { url, token, code, device }: LetterOptions) => {
      const { replayDeadLetters } = await import('./dead_letters.ts')
      const filter = { ...(code && { code }), ...(device && { device }) }
      print([`${await replayDeadLetters(await connect({ url, token }), ids, filter)} dead letters are replayed.`])
    })
  return command('dead-letters', 'messages that were refused, kept whole').addCommand(list).addCommand(replay)
}
