import { z } from 'zod'
import { Vendor, type VendorQuota } from '../../../domain/registry.ts'
import { renewedToken, WithToken } from '../accounts/tokens.ts'
import type { Client } from '../client.ts'
import type { Target } from '../devices/publishing.ts'
import { RefusalRow, refusalLine } from '../devices/show.ts'
import { firstOf, inPath, itemsOf, listed, type Told } from '../telling.ts'

const AnyVendor = z.looseObject(Vendor.shape)
const Revoked = z.looseObject({ revoked_at: z.string() })

const pathOf = (id: string): string => `/vendors/${inPath(id)}`

/** Opens the account of a vendor, and tells its token and what it is good for. */
export async function addVendor(
  api: Client,
  target: Target,
  id: string | undefined,
  name: string | undefined,
): Promise<Told> {
  const made = await api.post('/vendors', { ...(id && { id }), name: name ?? id }, WithToken)
  const next = [
    'What comes next:',
    '',
    `  npx vigil device import <file.csv> --vendor ${made.id} --out codes.csv     its devices, each with a claim code`,
    `  npx vigil vendor authority add ${made.id} <ca.pem>                         its CA, if its devices have certificates`,
    '',
  ]
  return { answer: made, lines: [...accountLines(target, made.id, made.token), ...next] }
}

/** Gives its account a new token. */
export async function renewVendorToken(
  api: Client,
  target: Target,
  id: string,
  overlapMs: number | undefined,
): Promise<Told> {
  const { made, old } = await renewedToken(api, pathOf(id), overlapMs)
  return { answer: made, lines: [...accountLines(target, id, made.token), old] }
}

const accountLines = ({ plain, tls }: Target, id: string, token: string): string[] => [
  `The token of the vendor ${id}, shown this once:`,
  '',
  `  ${token}`,
  '',
  `With it the vendor's cloud publishes for its devices, over MQTT under the user name vendor/${id}, and asks the HTTP API about them:`,
  '',
  `  mosquitto_pub ${tls ?? plain} -q 1 -u vendor/${id} -P ${token} -t vigil/v1/<device>/signals -m '{"signal":"sos"}'`,
  `  npx vigil device list --token ${token}`,
  '',
]

/** One line a vendor. */
export const listVendors = (api: Client): AsyncIterable<Told> =>
  listed(
    itemsOf(api, '/vendors', AnyVendor, { limit: '1000' }),
    vendorLine,
    'No vendor here yet: npx vigil vendor add opens the account of one.',
  )

function vendorLine({ id, name, revoked_at, quota }: Vendor): string {
  const parts = [id.padEnd(20), name.padEnd(30), revoked_at && `revoked ${revoked_at}`, quota && quotaText(quota)]
  return parts.filter(Boolean).join(' ').trimEnd()
}

const quotaText = (quota: VendorQuota): string =>
  Object.entries(quota)
    .map(([what, most]) => `${what} ${most.toLocaleString('en')}`)
    .join(', ')

/** Sets what all its devices may use together; what is not named is as everybody's. */
export async function setQuota(api: Client, id: string, quota: VendorQuota): Promise<Told> {
  const own = Object.keys(quota).length > 0
  const answer = await api.patch(pathOf(id), { quota: own ? quota : null }, AnyVendor)
  return { answer, lines: [own ? `${id} may use: ${quotaText(quota)}.` : `${id} may use as much as everybody.`] }
}

/** A vendor, its certificate authorities, and what it was refused lately. */
export async function* showVendor(api: Client, id: string): AsyncGenerator<Told> {
  const vendor = await api.get(pathOf(id), AnyVendor)
  yield { answer: vendor, lines: [vendorLine(vendor), 'authorities:'] }
  yield* listAuthorities(api, id)
  yield { lines: ['refused lately:'] }
  yield* listRefusals(api, id, {}, 5)
}

/** Voids its tokens and refuses all certificates issued until now. Its devices stay, each with its own token. */
export async function revokeVendor(api: Client, id: string): Promise<Told> {
  const answer = await api.post(`${pathOf(id)}/revoke`, {}, Revoked)
  const lines = [
    `The account of ${id} is cut off: its token is void. Its devices stay; npx vigil device revoke cuts off one of them.`,
    `npx vigil vendor token ${id} lets it in again.`,
  ]
  return { answer, lines }
}

export async function removeVendor(api: Client, id: string): Promise<Told> {
  await api.delete(pathOf(id))
  return { answer: { id, removed: true }, lines: [`There is no vendor ${id} any more.`] }
}

const Authority = z.looseObject({ fingerprint: z.string(), subject: z.string(), not_after: z.string() })
type Authority = z.output<typeof Authority>

/** Takes a CA of the vendor's: from now on its client certificates let devices in. */
export async function addAuthority(api: Client, vendor: string, pem: string): Promise<Told> {
  const { items } = await api.post(`${pathOf(vendor)}/authorities`, { pem }, z.object({ items: z.array(Authority) }))
  const said = `Certificates of this CA let devices of ${vendor} in, over TLS. Their common name (CN) is the device's id:`
  return { answer: items, lines: [said, ...items.map(authorityLine)] }
}

export const listAuthorities = (api: Client, vendor: string): AsyncIterable<Told> =>
  listed(
    itemsOf(api, `${pathOf(vendor)}/authorities`, Authority),
    authorityLine,
    `  none: npx vigil vendor authority add ${vendor} <ca.pem>`,
  )

const authorityLine = ({ fingerprint, subject, not_after }: Authority): string =>
  `  ${fingerprint}  until ${not_after}  ${subject}`

export async function removeAuthority(api: Client, vendor: string, fingerprint: string): Promise<Told> {
  await api.delete(`${pathOf(vendor)}/authorities/${inPath(fingerprint)}`)
  return {
    answer: { fingerprint, removed: true },
    lines: ['Its certificates let nobody in any more, and who is connected with one is cut.'],
  }
}

const RevokedCertificates = z.looseObject({ revoked: z.number() })

/** One certificate by its serial number or its file, or all of a CA's list. */
export async function revokeCertificates(
  api: Client,
  vendor: string,
  which: { serial: string } | { certificate: string } | { crl: string },
): Promise<Told> {
  const answer = await api.post(`${pathOf(vendor)}/revocations`, which, RevokedCertificates)
  const lines = [`${answer.revoked} newly revoked; who is connected with one is cut.`]
  return { answer, lines }
}

/** What the front door said no to, newest first: for a vendor, or for whoever's token it is. */
export const listRefusals = (
  api: Client,
  vendor: string | undefined,
  filter: { device?: string; code?: string },
  most: number,
): AsyncIterable<Told> => {
  const { device, code } = filter
  const rows = itemsOf(api, '/refusals', RefusalRow, { vendor, device, code, limit: String(Math.min(most, 1_000)) })
  return listed(firstOf(rows, most), (row) => `  ${refusalLine(row)}`, '  nothing')
}
