import { isIPv6 } from 'node:net'

/** An IP address in its one spelling: `::ffff:10.0.0.7` is `10.0.0.7`. Empty where a socket has gone already. */
export const addressOf = (remote: string | undefined): string => remote?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''

/**
 * The key under which whatever an address does is counted. Of IPv6 the network's 64 bits: whoever has one address there
 * has them all.
 */
export function addressKey(remote: string | undefined): string {
  const address = addressOf(remote)
  if (!isIPv6(address)) return `address:${address}`
  const [before = '', after = ''] = address.split('%')[0]!.split('::')
  const head = before.split(':').filter(Boolean)
  const tail = after.split(':').filter(Boolean)
  const groups = [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0'), ...tail]
  return `address:${groups.slice(0, 4).join(':')}::`
}

/** Whether a URL leads to this machine itself, where nobody can listen in between. */
export const isLoopbackUrl = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
