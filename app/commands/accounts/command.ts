import { type Command, Option } from 'commander'
import { duration } from '../arguments.ts'
import type { Client } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import type { Target } from '../devices/publishing.ts'
import { asking, type Told } from '../telling.ts'

/** What the commands of devices, vendors and integrations have in common. */

/** Where devices of the Vigil that the command speaks to publish. */
export const targetOf = async ({ config }: CommandLine, url: string | undefined): Promise<Target> =>
  (await import('../client.ts')).mqttTarget(config(), url)

type Renew = (api: Client, target: Target, id: string, overlapMs: number | undefined) => Promise<Told>

/** `token`: gives one a new token. */
export const tokenCommand = (line: CommandLine, text: string, renew: () => Promise<Renew>): Command =>
  asking<{ overlap?: number }, [string]>(
    line,
    line
      .command('token', text)
      .argument('<id>')
      .addOption(
        new Option('--overlap <time>', 'how long the old one still works: 30m, 24h, 7d; default: not at all').argParser(
          duration,
        ),
      ),
    async (api, { overlap, url }, id) => (await renew())(api, await targetOf(line, url), id, overlap),
  )

type Work = (api: Client, id: string) => AsyncIterable<Told> | Promise<Told>

/** What is done with one that is named, and needs no more than its name. */
export const commandOnOne = (line: CommandLine, name: string, text: string, work: () => Promise<Work>): Command =>
  asking<object, [string]>(line, line.command(name, text).argument('<id>'), async (api, _options, id) =>
    (await work())(api, id),
  )
