import type { FrontDoor, QuotaUse } from '../../../domain/front_door.ts'

/** What happened between two looks at the front door, a second, by name. `before` absent: since its start is not told. */
type Rates = Record<string, number>

/** The screen of `vigil top`: what the front door does now, against the look before. Lines without an end. */
export function screenOf(now: FrontDoor, before: FrontDoor | undefined): string[] {
  const seconds = before ? (Date.parse(now.at) - Date.parse(before.at)) / 1_000 : 0
  const rates = (of: (door: FrontDoor) => Record<string, number>): Rates =>
    before && seconds > 0 ? ratesOf(of(now), of(before), seconds) : {}
  return [
    `${now.at}   ${now.connections.toLocaleString('en-US')} connections${kindsOf(now)}`,
    '',
    ...section(
      'messages',
      now.messages,
      rates(({ messages }) => messages),
    ),
    ...section(
      'connects',
      now.connects,
      rates(({ connects }) => connects),
    ),
    ...section(
      'refused',
      now.refused,
      rates(({ refused }) => refused),
    ),
    ...section(
      'cut',
      now.cut,
      rates(({ cut }) => cut),
    ),
    ...busiest(now.busiest),
  ]
}

const kindsOf = ({ by_kind }: FrontDoor): string => {
  const kinds = Object.entries(by_kind).map(([kind, count]) => `${kind} ${count}`)
  return kinds.length > 0 ? `: ${kinds.join(', ')}` : ''
}

/** A total below the one before counts from a new start of the process. */
function ratesOf(now: Record<string, number>, before: Record<string, number>, seconds: number): Rates {
  return Object.fromEntries(
    Object.entries(now).map(([name, total]) => {
      const begun = before[name] ?? 0
      return [name, (total < begun ? total : total - begun) / seconds]
    }),
  )
}

/** Nothing at all where nothing was counted: a screen shows what is, not what might be. */
function section(title: string, totals: Record<string, number>, rates: Rates): string[] {
  const rows = Object.entries(totals)
    .filter(([, total]) => total > 0)
    .sort(([a, x], [b, y]) => (rates[b] ?? 0) - (rates[a] ?? 0) || y - x || a.localeCompare(b))
  if (rows.length === 0) return []
  return [
    `${title.padEnd(28)}${'in all'.padStart(12)}${'a second'.padStart(12)}`,
    ...rows.map(([name, total]) => `  ${name.padEnd(26)}${figure(total)}${name in rates ? figure(rates[name]!) : ''}`),
    '',
  ]
}

function busiest(uses: readonly QuotaUse[]): string[] {
  if (uses.length === 0) return []
  const title = 'busiest'.padEnd(28)
  return [
    `${title}${'messages/s'.padStart(12)}${'KiB/s'.padStart(12)}${'of its quota'.padStart(14)}`,
    ...uses.map(useLine),
  ]
}

function useLine({ of, messages_per_s, bytes_per_s, used, slowed, refused }: QuotaUse): string {
  const share = `${Math.round(used * 100)} %`.padStart(14)
  const notes = [slowed && 'slowed', refused > 0 && `${refused} refused`].filter(Boolean).join(', ')
  return `  ${of.padEnd(26)}${figure(messages_per_s)}${figure(bytes_per_s / 1_024)}${share}  ${notes}`.trimEnd()
}

const figure = (value: number): string =>
  (value >= 10 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : value.toFixed(1)).padStart(12)
