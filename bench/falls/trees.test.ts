import { expect, it } from 'vitest'
import { logOddsOf } from '../../alerts/detectors/fall/model.ts'
import { seededRandom } from '../../domain/random.ts'
import { binned, type Growth, growModel, type Rows } from './trees.ts'

const how: Growth = { trees: 30, depth: 2, rate: 0.3, columns: 0.9, rows: 0.8, ridge: 1, leaf: 1, seed: 4 }

/** 400 rows of three figures: positive where the first is over 0.5 and the second known and under 0.4; the third is noise. */
function rows(seed: number): Rows {
  const random = seededRandom(seed)
  const figures = Float32Array.from({ length: 1_200 }, random)
  for (let row = 0; row < 400; row += 7) figures[row * 3 + 1] = Number.NaN
  const labels = Uint8Array.from({ length: 400 }, (_, row) => {
    return figures[row * 3]! > 0.5 && figures[row * 3 + 1]! < 0.4 ? 1 : 0
  })
  return { figures, width: 3, labels, weights: new Float64Array(400).fill(1) }
}

const grown = (data: Rows, growth = how) => growModel(data, binned(data), growth)

it('learns a rule that needs two figures, and what an unknown one means', () => {
  const model = grown(rows(1))
  const unseen = rows(2)
  const right = Array.from(unseen.labels, (label, row) => {
    const logOdds = logOddsOf(model, unseen.figures.subarray(row * 3, row * 3 + 3))
    return logOdds > 0 === (label === 1)
  }).filter(Boolean).length
  expect(right).toBeGreaterThan(380)
})

it('learns the same from the same to the last digit, and something else by another seed', () => {
  const text = JSON.stringify(grown(rows(1)))
  expect(JSON.stringify(grown(rows(1)))).toBe(text)
  expect(JSON.stringify(grown(rows(1), { ...how, seed: 5 }))).not.toBe(text)
})

it('gives no weight to a row that weighs nothing', () => {
  const data = rows(1)
  data.weights.fill(0, 200)
  const half = { ...data, labels: data.labels.map((label, row) => (row < 200 ? label : 1 - label)) }
  const [as, other] = [grown(data), grown({ ...half, weights: data.weights })]
  expect(JSON.stringify(other)).toBe(JSON.stringify(as))
})

it('keeps to the depth and to the number of trees', () => {
  const sizes = (depth: number) => grown(rows(1), { ...how, depth }).trees.map((tree) => tree.length)
  expect(sizes(1)).toHaveLength(30)
  expect(Math.max(...sizes(1))).toBe(3)
  expect(Math.max(...sizes(2))).toBe(7)
})
