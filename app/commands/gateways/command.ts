import type { Command } from 'commander'
import { targetOf } from '../accounts/command.ts'
import type { CommandLine } from '../command_line.ts'
import { withDeviceFields } from '../devices/command.ts'
import type { DeviceFields } from '../devices/devices.ts'
import { asking } from '../telling.ts'

const work = () => import('./gateways.ts')

const addCommand = (line: CommandLine): Command =>
  asking<DeviceFields, [string | undefined]>(
    line,
    withDeviceFields(line.command('add', 'register a gateway and print its token')).argument(
      '[id]',
      'made where absent',
    ),
    async (api, options, id) => (await work()).addGateway(api, await targetOf(line, options.url), id, options),
  )

const childrenCommand = (line: CommandLine): Command =>
  asking<object, [string]>(
    line,
    line.command('children', 'list the devices that it publishes for').argument('<gateway>'),
    async (api, _options, gateway) => (await work()).listChildren(api, gateway),
  )

const adoptCommand = (line: CommandLine): Command =>
  asking<object, [string, string[]]>(
    line,
    line.command('adopt', 'let it publish for these devices').argument('<gateway>').argument('<device...>'),
    async (api, _options, gateway, devices) => (await work()).giveTo(api, gateway, devices),
  )

const releaseCommand = (line: CommandLine): Command =>
  asking<object, [string[]]>(
    line,
    line.command('release', 'let no gateway publish for these devices any more').argument('<device...>'),
    async (api, _options, devices) => (await work()).giveTo(api, null, devices),
  )

/** `vigil gateway`: devices that publish for others. Everything else about a gateway is `vigil device`. */
export const gatewayCommand = (line: CommandLine): Command =>
  [addCommand, childrenCommand, adoptCommand, releaseCommand].reduce(
    (gateway, sub) => gateway.addCommand(sub(line)),
    line.command('gateway', 'devices that publish for others; token, revoke, … of one: vigil device'),
  )
