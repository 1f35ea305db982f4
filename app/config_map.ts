import { z } from 'zod'
import { Fault } from './fault.ts'

/** The tiles that maps in the console are made of: where browsers fetch them, in which datum they are, and whose they are. */
export type MapConfig = { tiles: string; datum: (typeof mapDatums)[number]; attribution: string }

const mapDatums = ['WGS84', 'GCJ-02', 'BD-09'] as const

/** The places that a browser fills in; `{s}` only as the first part of the host, so that it names no other house. */
const filledIn = (template: string): string =>
  template
    .replace('://{s}.', '://s.')
    .replaceAll(/\{[xyz]\}/g, '1')
    .replace('{r}', '')

function isTemplate(text: string): boolean {
  const address = filledIn(text)
  if (!URL.canParse(address) || /[{}\s;,'"]/.test(address)) return false
  const { protocol, username, password } = new URL(address)
  const isWhole = ['{x}', '{y}', '{z}'].every((place) => text.includes(place))
  return isWhole && /^https?:$/.test(protocol) && `${username}${password}` === ''
}

/** The variables about maps. */
export const mapVariables = {
  VIGIL_MAP_TILES: z
    .string()
    .refine(
      isTemplate,
      'must be the URL of map tiles with {z}, {x} and {y}, like https://tiles.example/{z}/{x}/{y}.png',
    )
    .optional(),
  VIGIL_MAP_DATUM: z.enum(mapDatums, `must be one of ${mapDatums.join(', ')}`).optional(),
  VIGIL_MAP_ATTRIBUTION: z.string().trim().min(1).max(300, 'must be at most 300 characters').optional(),
} as const

type Environment = z.infer<z.ZodObject<typeof mapVariables>>

/** Undefined where no tiles are named. Throws Fault where something is said of tiles that there are not. */
export function mapOf(env: Environment): MapConfig | undefined {
  const { VIGIL_MAP_TILES: tiles, VIGIL_MAP_DATUM: datum, VIGIL_MAP_ATTRIBUTION: attribution } = env
  const [stray] = (['VIGIL_MAP_DATUM', 'VIGIL_MAP_ATTRIBUTION'] as const).filter((name) => env[name] !== undefined)
  if (tiles === undefined && stray) throw new Fault(`${stray} is set but VIGIL_MAP_TILES is not: set both or none.`)
  return tiles === undefined ? undefined : { tiles, datum: datum ?? 'WGS84', attribution: attribution ?? '' }
}
