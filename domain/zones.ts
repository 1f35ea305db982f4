/** Time zones by their names in the IANA database (`Asia/Shanghai`). */

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, made)
  return made
}

/** Minutes that a zone is ahead of UTC at an instant (epoch ms), summer time included. Throws RangeError where there is no such zone. */
export function zoneMinutesAt(zone: string, at: number): number {
  const name =
    formatOf(zone)
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/**
 * The instant (epoch ms) at which the wall clock of a zone shows `wall`: milliseconds since 1970 as that clock counts them. An
 * hour that comes twice in autumn is taken once, and one that spring leaves out is the hour beside it.
 */
export function instantOf(zone: string, wall: number): number {
  const near = wall - zoneMinutesAt(zone, wall) * 60_000
  return wall - zoneMinutesAt(zone, near) * 60_000
}
