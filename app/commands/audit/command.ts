import { type Command, Option } from 'commander'
import { natural } from '../arguments.ts'
import type { CommandLine } from '../command_line.ts'
import { asking } from '../telling.ts'
import type { AuditFilter } from './audit.ts'

/** `vigil audit`: what was done to credentials and by whom, and what the front door refused. */
export const auditCommand = (line: CommandLine): Command =>
  asking<AuditFilter & { most: number }>(
    line,
    line
      .command('audit', 'who gave and took credentials, and what was refused; newest first')
      .option('--subject <who>', 'only about device:{id}, vendor:{id} or integration:{id}')
      .option('--vendor <id>', 'only about this vendor and its devices')
      .option('--what <name>', 'only this: token_issued, revoked, refused:topic_foreign, …')
      .addOption(new Option('--most <n>', 'at most so many').argParser(natural).default(50)),
    async (api, options) => (await import('./audit.ts')).listAudit(api, options, options.most),
  )
