import { getArea, pathOfArea } from '../../store/areas.ts'
import { areasBelow } from '../../store/load.ts'
import type { Db } from '../../store/store.ts'
import type { Principal } from '../auth.ts'
import { areaPathSeen } from '../scope.ts'

/** What is told area by area: the areas right below the one that is looked at, each with all that lies below it. */
export type AreaScope = {
  /** Null: everything. */
  area: { id: string; name: string } | null
  path: string | undefined
  below: { id: string; name: string; path: string }[]
}

/**
 * Looks at the area asked for, else at the caller's own. Who is bounded by none looks at the roots, and where there is a single
 * one at what lies below it: one line that says everything would say nothing. Throws `not_found` for an area of elsewhere.
 */
export async function areaScope(db: Db, caller: Principal, asked?: string): Promise<AreaScope> {
  const id = asked ?? caller.area
  if (id !== null) {
    const path = asked === undefined ? await pathOfArea(db, id) : await areaPathSeen(db, caller, id)
    return { area: await namedArea(db, id), path, below: await areasBelow(db, id) }
  }
  const roots = await areasBelow(db, null)
  const only = roots.length === 1 ? roots[0] : undefined
  const below = only ? await areasBelow(db, only.id) : []
  return { area: null, path: undefined, below: below.length > 0 ? below : roots }
}

async function namedArea(db: Db, id: string): Promise<{ id: string; name: string } | null> {
  const area = await getArea(db, id)
  return area ? { id: area.id, name: area.name } : null
}

/** The rows that are no area below: no id holds a blank. */
const own = ' own'
const elsewhere = ' elsewhere'

/** One row of a list by area. `own`: the area itself, or no area at all; `elsewhere`: of other areas, and shared with this one. */
export type AreaRow = { place: 'below' | 'own' | 'elsewhere'; id: string | null; name: string | null }

/** Sorts what is counted by the path of its area (null: none) into rows; `rows` gives those with areas below first, the others only where anything came in. */
export function byArea<T>({ path, area, below }: AreaScope, empty: () => T) {
  const byPath = new Map(below.map((one) => [one.path, one.id]))
  const depth = below[0]?.path.split('/').length ?? 0
  const counted = new Map<string, T>(below.map(({ id }) => [id, empty()]))
  const keyOf = (of: string | null): string => {
    const start = `${of
      ?.split('/')
      .slice(0, depth - 1)
      .join('/')}/`
    return byPath.get(start) ?? (path === undefined || of?.startsWith(path) ? own : elsewhere)
  }
  return {
    of(areaPath: string | null): T {
      const key = keyOf(areaPath)
      const known = counted.get(key) ?? empty()
      counted.set(key, known)
      return known
    },
    rows(): (AreaRow & { counted: T })[] {
      const told: AreaRow[] = [
        ...below.map(({ id, name }) => ({ place: 'below' as const, id, name })),
        { place: 'own', id: area?.id ?? null, name: area?.name ?? null },
        { place: 'elsewhere', id: null, name: null },
      ]
      return told.flatMap((row) => {
        const found = counted.get(row.place === 'below' ? (row.id ?? own) : row.place === 'own' ? own : elsewhere)
        return found === undefined ? [] : [{ ...row, counted: found }]
      })
    },
  }
}
