import type { Command } from 'commander'
import { targetOf } from '../accounts/command.ts'
import type { CommandLine } from '../command_line.ts'
import { tell } from '../telling.ts'
import { caOption, trustAuthorities } from '../trust.ts'

/** `vigil claim`: what a pre-registered device does to fetch its first token, by hand. */
export const claimCommand = (line: CommandLine): Command =>
  line
    .command('claim', 'trade a claim code for the token of a device, as the device itself does')
    .argument('<device>', 'its id, or the whole text of its QR picture')
    .argument('[code]', 'XXXX-XXXX-XXXX')
    .option('--url <url>', 'the api, http://host:port or https://host:port; default: the Vigil of the data folder')
    .addOption(caOption())
    .option('--json', 'for programs: what the api answers, one JSON object a line')
    .hook('preAction', (used) => trustAuthorities(used.opts<{ ca?: string }>().ca))
    .action(async (device: string, code: string | undefined, { url, json }: { url?: string; json?: boolean }) => {
      const { connectAnybody } = await import('../client.ts')
      const { claim, claimOf } = await import('./claim.ts')
      const what = claimOf(device, code)
      const api = await connectAnybody(line.config(), url ? { url } : {})
      await tell(line.print, json, await claim(api, await targetOf(line, url), what))
    })
