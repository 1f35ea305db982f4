import type { Command } from 'commander'
import { withApi } from '../api_options.ts'
import type { ClientOptions } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import type { DeviceFields } from './devices.ts'

/** `vigil device`: who may publish. */
export function deviceCommand({ config, print, command }: CommandLine): Command {
  const connect = async (options: ClientOptions) => (await import('../client.ts')).connectApi(config(), options)
  const target = async (url: string | undefined) => (await import('../client.ts')).mqttTarget(config(), url)
  const add = withApi(command('add', 'register a device and print its token'))
    .argument('[id]', 'its name, 1 to 64 characters of A-Z a-z 0-9 _ . : -; made where absent')
    .option('--home <id>', 'the home it belongs to')
    .option('--model <text>', 'what it is')
    .option('--category <name>', 'wearable, home_monitor, …')
    .option('--place <text>', 'the room, or who wears it')
    .action(async (id: string | undefined, { url, token, ...fields }: ClientOptions & DeviceFields) => {
      const { addDevice } = await import('./devices.ts')
      print([await addDevice(await connect({ url, token }), await target(url), id, fields)])
    })
  const list = withApi(command('list', 'list the devices')).action(async (options: ClientOptions) => {
    const { listDevices } = await import('./devices.ts')
    print(await listDevices(await connect(options)))
  })
  const renew = withApi(command('token', 'give a device a new token; the old one is void at once'))
    .argument('<id>', 'the device')
    .action(async (id: string, options: ClientOptions) => {
      const { renewToken } = await import('./devices.ts')
      print([await renewToken(await connect(options), await target(options.url), id)])
    })
  return command('device', 'devices that may publish').addCommand(add).addCommand(list).addCommand(renew)
}
