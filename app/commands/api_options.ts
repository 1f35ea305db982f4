import type { Command } from 'commander'
import { caOption, trustAuthorities } from './trust.ts'

/** Adds the options of a command that speaks to the HTTP API; see ClientOptions. */
export const withApi = (command: Command): Command =>
  command
    .option('--url <url>', 'the api, http://host:port or https://host:port; default: the Vigil of the data folder')
    .option(
      '--token <token>',
      "an administrator's, integrator's or vendor's token; default: VIGIL_ADMIN_TOKEN or the data folder's",
    )
    .addOption(caOption())
    .hook('preAction', (used) => trustAuthorities(used.opts<{ ca?: string }>().ca))
