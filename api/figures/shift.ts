import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { Id } from '../../domain/ids.ts'
import { type Span, shiftAt } from '../../domain/rota.ts'
import { rotasOf } from '../../store/dispatch.ts'
import { figureRows } from '../../store/figures.ts'
import { areasBelow } from '../../store/load.ts'
import type { Db } from '../../store/store.ts'
import { Answering, countAnswers } from './answering.ts'
import type { AreaScope } from './areas.ts'

/** What stands for a shift where no rota has one. */
const usualMs = 8 * 3_600_000

export const ShiftSpan = z.object({
  by: z.enum(['rota', 'last_8_hours']).describe('the shift that a rota has now, else the last eight hours'),
  rota: Id.nullable(),
  since: z.string(),
  until: z.string().nullable().describe('null of the last eight hours'),
})
export const Shift = ShiftSpan.extend(Answering.shape)

type Given = { db: Db; scope: AreaScope; now: number; zone: string }

/** The shift that is on, and how tickets of this area were answered in it. `zone`: by whose clock rotas go. */
export async function shiftOf(given: Given): Promise<z.infer<typeof Shift>> {
  const { db, scope, now } = given
  const { from, ...span } = await shiftSpan(given)
  const answers = countAnswers(now)
  for await (const rows of figureRows(db, { from, to: now + 1, areaPath: scope.path })) rows.forEach(answers.take)
  return { ...span, ...answers.told() }
}

/** Since when the shift is on: by the dispatchers' rotas of the area, else of the nearest above it that has a shift now. `from`: epoch ms. */
export async function shiftSpan({
  db,
  scope,
  now,
  zone,
}: Given): Promise<z.infer<typeof ShiftSpan> & { from: number }> {
  for (const areas of await areasUpwards(db, scope)) {
    const rotas = (await Promise.all(areas.map((area) => rotasOf(db, area)))).flat()
    const on = rotas
      .filter(({ role }) => role === 'dispatcher')
      .flatMap((rota): (Span & { id: string })[] => {
        const span = shiftAt(rota, now, zone)
        return span ? [{ ...span, id: rota.id }] : []
      })
      .toSorted((a, b) => b.from - a.from)[0]
    if (on) return { by: 'rota', rota: on.id, since: isoTime(on.from), until: isoTime(on.to), from: on.from }
  }
  const from = now - usualMs
  return { by: 'last_8_hours', rota: null, since: isoTime(from), until: null, from }
}

/** The area and those above it, nearest first; of everything the roots, together. */
async function areasUpwards(db: Db, { path }: AreaScope): Promise<string[][]> {
  if (path === undefined) return [(await areasBelow(db, null)).map(({ id }) => id)]
  return path
    .split('/')
    .filter((id) => id !== '')
    .toReversed()
    .map((id) => [id])
}
