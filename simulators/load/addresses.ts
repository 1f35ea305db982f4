/**
 * One source address has some 28,000 ports to one server, but finding a free one takes the kernel long where many are in
 * use: 8,000 connections took 3.1 s of processor time from two addresses, and 0.13 s from eighty.
 */
const DEVICES_PER_ADDRESS = 100
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
