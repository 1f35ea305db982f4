import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from './schema.ts'

/** The path below `parent` (`null` for a root): `/city/district/`. Ids hold no slash, so a path is read one way only. */
export const pathBelow = (parent: string | null, id: string): string => `${parent ?? '/'}${id}/`

/** The end (exclusive) of the range that holds `path` and all below it: `0` follows `/` in the order of bytes. */
export const pathEnd = (path: string): string => `${path.slice(0, -1)}0`

/**
 * Whether somebody bounded by the area `from` may see what is in `areaPath` or was shared with `sharedWith`. Null
 * `from` is nobody's bound. What is in no area is seen only without a bound.
 */
export function isVisibleFrom(from: string | null, of: { areaPath: string | null; sharedWith: string[] }): boolean {
  if (from === null) return true
  return [of.areaPath, ...of.sharedWith].some((path) => path?.startsWith(from) ?? false)
}

/** The same rule as a condition on tickets. */
export function visibleFrom(from: string): (e: ExpressionBuilder<Database, 'tickets'>) => Expression<SqlBool> {
  return (e) =>
    e.or([
      e.and([e('area_path', '>=', from), e('area_path', '<', pathEnd(from))]),
      e.and([e('shared_with', '!=', '[]'), holdsPath(e.ref('shared_with'), from)]),
    ])
}

/** Whether a JSON array of paths holds one that begins with `from`. Written with replace, because LIKE would take `_`
 *  in an id for any character, and position() and instr() are not the same word on both engines. */
const holdsPath = (paths: Expression<string>, from: string) =>
  sql<SqlBool>`replace(${paths}, ${`"${from}`}, '') <> ${paths}`
