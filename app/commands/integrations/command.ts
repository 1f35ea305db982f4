import { type Command, Option } from 'commander'
import { Fault } from '../../fault.ts'
import { commandOnOne, targetOf, tokenCommand } from '../accounts/command.ts'
import type { CommandLine } from '../command_line.ts'
import { asking } from '../telling.ts'
import type { IntegrationFields } from './integrations.ts'

const work = () => import('./integrations.ts')

const permissionNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

const scopeOption = (): Option =>
  new Option(
    '--scope <names>',
    'exactly what it may do: permissions with commas between them; default: read',
  ).argParser(permissionNames)

const addCommand = (line: CommandLine): Command =>
  asking<IntegrationFields, [string | undefined]>(
    line,
    line
      .command('add', 'let a program in, and print its token')
      .argument('[id]', '1 to 64 characters of A-Z a-z 0-9 _ . : -; made where absent')
      .option('--name <text>', 'what it is; default: its id')
      .option('--area <id>', 'only what lies in this area and below; default: everything')
      .addOption(scopeOption()),
    async (api, options, id) => {
      if (!id && !options.name) throw new Fault('An integration needs an id or a --name.')
      return (await work()).addIntegration(api, await targetOf(line, options.url), id, options)
    },
  )

const listCommand = (line: CommandLine): Command =>
  asking(line, line.command('list', 'list them'), async (api) => (await work()).listIntegrations(api))

const scopeCommand = (line: CommandLine): Command =>
  asking<object, [string, string | undefined]>(
    line,
    line
      .command('scope', 'change what it may do, at once')
      .argument('<id>')
      .argument('[names]', 'permissions with commas between them; absent: read, as a viewer may'),
    async (api, _options, id, names) =>
      (await work()).rescopeIntegration(api, id, names === undefined ? null : permissionNames(names)),
  )

const renewCommand = (line: CommandLine): Command =>
  tokenCommand(
    line,
    'give it a new token; the old one is void at once, or after --overlap',
    async () => (await work()).renewIntegrationToken,
  )

const revokeCommand = (line: CommandLine): Command =>
  commandOnOne(line, 'revoke', 'cut it off at once and void its token', async () => (await work()).revokeIntegration)

const removeCommand = (line: CommandLine): Command =>
  commandOnOne(line, 'remove', 'cut it off and forget it', async () => (await work()).removeIntegration)

/** `vigil integration`: programs, such as a dispatch centre's, that read tickets or do what their scope says. */
export const integrationCommand = (line: CommandLine): Command =>
  [addCommand, listCommand, scopeCommand, renewCommand, revokeCommand, removeCommand].reduce(
    (integration, sub) => integration.addCommand(sub(line)),
    line.command('integration', 'programs that read the tickets of an area, or do more'),
  )
