import { type Command, Option } from 'commander'
import { withApi } from '../api_options.ts'
import { natural } from '../arguments.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'

type LetterOptions = ClientOptions & { code?: string; device?: string; most: number }

/** `vigil dead-letters`: what was refused, and a second try. */
export function deadLettersCommand({ config, print, command }: CommandLine): Command {
  const connect = async (options: ClientOptions) => (await import('../client.ts')).connectApi(config(), options)
  const letterCommand = (name: string, what: string) =>
    withApi(command(name, what))
      .option('--code <code>', 'only those refused for this reason')
      .option('--device <id>', 'only those of this device')
  const list = letterCommand('list', 'list them, newest first')
    .addOption(new Option('--most <n>', 'at most so many').argParser(natural).default(50))
    .action(async ({ url, token, most, ...filter }: LetterOptions) => {
      const { listDeadLetters } = await import('./dead_letters.ts')
      print(await listDeadLetters(await connect({ url, token }), filter, most))
    })
  const replay = letterCommand('replay', 'put them through the codecs once more: those named, or all that match')
    .argument('[id...]', 'dead letters')
    .action(async (ids: string[], { url, token, code, device }: LetterOptions) => {
      const { replayDeadLetters } = await import('./dead_letters.ts')
      const filter = { ...(code && { code }), ...(device && { device }) }
      print([`${await replayDeadLetters(await connect({ url, token }), ids, filter)} dead letters are replayed.`])
    })
  return command('dead-letters', 'messages that were refused, kept whole').addCommand(list).addCommand(replay)
}
