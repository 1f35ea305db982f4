import { type Command, Option } from 'commander'
import type { VendorQuota } from '../../../domain/registry.ts'
import { Fault } from '../../fault.ts'
import { commandOnOne, targetOf, tokenCommand } from '../accounts/command.ts'
import { amount, natural, positive } from '../arguments.ts'
import type { CommandLine } from '../command_line.ts'
import { readGiven } from '../files.ts'
import { asking } from '../telling.ts'

const work = () => import('./vendors.ts')

const addCommand = (line: CommandLine): Command =>
  asking<{ name?: string }, [string | undefined]>(
    line,
    line
      .command('add', 'open the account of a vendor and print its token')
      .argument('[id]', '1 to 64 characters of A-Z a-z 0-9 _ . : -; made where absent')
      .option('--name <text>', "the company's name; default: its id"),
    async (api, { name, url }, id) => {
      if (!id && !name) throw new Fault('A vendor needs an id or a --name.')
      return (await work()).addVendor(api, await targetOf(line, url), id, name)
    },
  )

const listCommand = (line: CommandLine): Command =>
  asking(line, line.command('list', 'list the vendors'), async (api) => (await work()).listVendors(api))

const showCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'show',
    'tell about a vendor: its authorities, what it was refused',
    async () => (await work()).showVendor,
  )

const renewCommand = (line: CommandLine): Command =>
  tokenCommand(
    line,
    'give its account a new token; the old one is void at once, or after --overlap',
    async () => (await work()).renewVendorToken,
  )

const revokeCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'revoke',
    'cut its account off at once and void its token; its devices stay',
    async () => (await work()).revokeVendor,
  )

const removeCommand = (line: CommandLine): Command =>
  commandOnOne(
    line,
    'remove',
    'close the account of a vendor that has no devices any more',
    async () => (await work()).removeVendor,
  )

type QuotaOptions = Partial<Record<'connections' | 'connectsPerS' | 'messagesPerS' | 'bytesPerS', number>>

const quotaOf = ({ connections, connectsPerS, messagesPerS, bytesPerS }: QuotaOptions): VendorQuota => ({
  ...(connections !== undefined && { connections }),
  ...(connectsPerS !== undefined && { connects_per_s: connectsPerS }),
  ...(messagesPerS !== undefined && { messages_per_s: messagesPerS }),
  ...(bytesPerS !== undefined && { bytes_per_s: bytesPerS }),
})

const quotaCommand = (line: CommandLine): Command =>
  asking<QuotaOptions, [string]>(
    line,
    line
      .command('quota', 'set what all its devices may use together; without options: as everybody')
      .argument('<id>')
      .addOption(new Option('--connections <n>', 'at the same time').argParser(natural))
      .addOption(new Option('--connects-per-s <n>', 'new connections a second').argParser(positive(amount)))
      .addOption(new Option('--messages-per-s <n>', 'messages a second').argParser(positive(amount)))
      .addOption(new Option('--bytes-per-s <n>', 'bytes a second').argParser(positive(amount))),
    async (api, options, id) => (await work()).setQuota(api, id, quotaOf(options)),
  )

type WhichCertificate = { serial?: string; certificate?: string; crl?: string }

async function whichOf({ serial, certificate, crl }: WhichCertificate) {
  const given = [serial, certificate, crl].filter((one) => one !== undefined)
  if (given.length !== 1) throw new Fault('Say which: one of --serial, --certificate and --crl.')
  if (serial !== undefined) return { serial }
  if (certificate !== undefined) return { certificate: (await readGiven(certificate)).toString('utf8') }
  return { crl: (await readGiven(crl ?? '')).toString('utf8') }
}

const revokeCertificateCommand = (line: CommandLine): Command =>
  asking<WhichCertificate, [string]>(
    line,
    line
      .command('revoke-certificate', 'refuse a client certificate from now on, and cut who is connected with it')
      .argument('<vendor>')
      .option('--serial <hex>', 'the one with this serial number, as openssl x509 -serial prints it')
      .option('--certificate <file>', 'this one, PEM')
      .option('--crl <file>', "all on this list of the vendor's CA, PEM"),
    async (api, options, vendor) => (await work()).revokeCertificates(api, vendor, await whichOf(options)),
  )

const refusalsCommand = (line: CommandLine): Command =>
  asking<{ device?: string; code?: string; most: number }, [string | undefined]>(
    line,
    line
      .command('refusals', 'list what the front door said no to, newest first')
      .argument('[vendor]', "default: all that the token's owner may see")
      .option('--device <id>', 'only of this device')
      .option('--code <code>', 'only for this reason')
      .addOption(new Option('--most <n>', 'at most so many').argParser(natural).default(50)),
    async (api, options, vendor) => (await work()).listRefusals(api, vendor, options, options.most),
  )

function authorityCommand(line: CommandLine): Command {
  const add = asking<object, [string, string]>(
    line,
    line
      .command('add', "take a CA: its client certificates let the vendor's devices in")
      .argument('<vendor>')
      .argument('<pem>', 'the certificate of the CA, PEM'),
    async (api, _options, vendor, path) =>
      (await work()).addAuthority(api, vendor, (await readGiven(path)).toString('utf8')),
  )
  const list = asking<object, [string]>(
    line,
    line.command('list', 'list them').argument('<vendor>'),
    async (api, _options, vendor) => (await work()).listAuthorities(api, vendor),
  )
  const remove = asking<object, [string, string]>(
    line,
    line
      .command('remove', 'take no certificate of this CA any more')
      .argument('<vendor>')
      .argument('<fingerprint>', 'as list prints it'),
    async (api, _options, vendor, fingerprint) => (await work()).removeAuthority(api, vendor, fingerprint),
  )
  return line
    .command('authority', 'certificate authorities of a vendor')
    .addCommand(add)
    .addCommand(list)
    .addCommand(remove)
}

/** `vigil vendor`: companies whose devices publish. */
export const vendorCommand = (line: CommandLine): Command =>
  [
    addCommand,
    listCommand,
    showCommand,
    renewCommand,
    revokeCommand,
    removeCommand,
    quotaCommand,
    authorityCommand,
    revokeCertificateCommand,
    refusalsCommand,
  ].reduce(
    (vendor, sub) => vendor.addCommand(sub(line)),
    line.command('vendor', 'companies whose devices publish: account, certificates, refusals'),
  )
