/**
 * One source address has some 28,000 ports to one server, and those of connections that just ended stay taken for a
 * minute: with this many devices an address there is room for many storms.
 */
const DEVICES_PER_ADDRESS = 4_000
const ADDRESSES = 250

/**
 * Where the devices come from: many addresses of 127.0.0.0/8 where the front door is on this machine, for the number
 * `first` and those after it; undefined, the machine's choice, where it is elsewhere.
 */
export function addressFor(mqttUrl: string, first: number): ((n: number) => string) | undefined {
  const { hostname } = new URL(mqttUrl)
  if (hostname !== 'localhost' && !hostname.startsWith('127.')) return undefined
  return (n) => {
    const address = Math.floor((first + n) / DEVICES_PER_ADDRESS)
    return `127.0.${1 + Math.floor(address / ADDRESSES)}.${1 + (address % ADDRESSES)}`
  }
}
