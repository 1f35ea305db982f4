import type { Model, Node } from '../../alerts/detectors/fall/model.ts'
import { seededRandom } from '../../domain/random.ts'

/**
 * Gradient-boosted trees for two classes, on figures cut into at most 48 bins (Friedman 2001; the way of XGBoost, Chen
 * 2016). No clock and no chance but the seed: the same rows give the same model to the last bit.
 */

export type Rows = {
  /** `count` rows of `width` figures, NaN where unknown. */
  figures: Float32Array
  width: number
  labels: Uint8Array
  weights: Float64Array
}

export type Growth = {
  trees: number
  depth: number
  rate: number
  /** Share of the figures and of the rows that a tree sees. */
  columns: number
  rows: number
  /** Pulls the value of a leaf towards 0. */
  ridge: number
  /** Least weight of a leaf. */
  leaf: number
  seed: number
}

const bins = 48
const missing = bins

type Binned = { codes: Uint8Array; cuts: Float64Array[]; count: number; width: number }

/** Cuts between bins at quantiles of what is known of the rows. */
function cutsOf({ figures, width }: Rows, column: number): Float64Array {
  const values: number[] = []
  const count = figures.length / width
  const step = Math.max(1, Math.floor(count / 4_000))
  for (let row = 0; row < count; row += step) {
    const value = figures[row * width + column]!
    if (!Number.isNaN(value)) values.push(value)
  }
  values.sort((a, b) => a - b)
  const cuts: number[] = []
  for (let bin = 1; bin < bins; bin++) {
    const value = values[Math.floor((values.length * bin) / bins)]
    if (value === undefined) continue
    const cut = Number(value.toPrecision(3))
    if (cuts.length === 0 || cut > cuts.at(-1)!) cuts.push(cut)
  }
  return Float64Array.from(cuts)
}

/** The bin of a value: how many cuts are at or below it. */
function binOf(cuts: Float64Array, value: number): number {
  let [low, high] = [0, cuts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (cuts[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** By column, so that a histogram reads memory in order. */
export function binned(rows: Rows): Binned {
  const { width, figures } = rows
  const count = figures.length / width
  const cuts = Array.from({ length: width }, (_, column) => cutsOf(rows, column))
  const codes = new Uint8Array(width * count)
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < count; row++) {
      const value = figures[row * width + column]!
      codes[column * count + row] = Number.isNaN(value) ? missing : binOf(cuts[column]!, value)
    }
  }
  return { codes, cuts, count, width }
}

type Sums = { gradient: number; weight: number }
type Split = { column: number; bin: number; missingLeft: boolean; gain: number }

class Grower {
  readonly #binned: Binned
  readonly #growth: Growth
  readonly #random
  readonly #gradients: Float64Array
  readonly #hessians: Float64Array
  readonly #histogram = new Float64Array(2 * (bins + 1))

  constructor(data: Binned, growth: Growth) {
    this.#binned = data
    this.#growth = growth
    this.#random = seededRandom(growth.seed)
    this.#gradients = new Float64Array(data.count)
    this.#hessians = new Float64Array(data.count)
  }

  grow({ labels, weights }: Pick<Rows, 'labels' | 'weights'>, use: Uint32Array): Model {
    const { count } = this.#binned
    let [fall, all] = [0, 0]
    for (const row of use) {
      fall += labels[row]! * weights[row]!
      all += weights[row]!
    }
    const base = Number(Math.log(fall / (all - fall)).toFixed(4))
    const scores = new Float64Array(count).fill(base)
    const trees: Node[][] = []
    for (let tree = 0; tree < this.#growth.trees; tree++) {
      for (const row of use) {
        const chance = 1 / (1 + Math.exp(-scores[row]!))
        this.#gradients[row] = weights[row]! * (labels[row]! - chance)
        this.#hessians[row] = weights[row]! * Math.max(1e-6, chance * (1 - chance))
      }
      trees.push(this.#tree(use, scores))
    }
    return { base, trees }
  }

  #tree(use: Uint32Array, scores: Float64Array): Node[] {
    const sample = use.filter(() => this.#random() < this.#growth.rows)
    const columns = Array.from({ length: this.#binned.width }, (_, n) => n).filter(
      () => this.#random() < this.#growth.columns,
    )
    const nodes: Node[] = []
    this.#node(nodes, sample, columns, 0)
    for (const row of use) scores[row] = scores[row]! + this.#valueOf(nodes, row)
    return nodes
  }

  /** What the tree gives a row, by the bins. */
  #valueOf(nodes: Node[], row: number): number {
    let node = nodes[0]!
    while (node.length > 1) {
      const [, column, cut, missingLeft, left, right] = node as Exclude<Node, [number]>
      const { codes, cuts, count } = this.#binned
      const code = codes[column * count + row]!
      const goesLeft = code === missing ? missingLeft === 1 : (cuts[column]![code] ?? Number.POSITIVE_INFINITY) <= cut
      node = nodes[goesLeft ? left : right]!
    }
    return node[0]
  }

  #node(nodes: Node[], rows: Uint32Array, columns: number[], depth: number): number {
    const all = this.#sums(rows)
    const value = Number(((this.#growth.rate * all.gradient) / (all.weight + this.#growth.ridge)).toFixed(4))
    const index = nodes.push([value]) - 1
    const split = depth < this.#growth.depth ? this.#best(rows, columns, all) : undefined
    if (!split) return index
    const { codes, cuts, count } = this.#binned
    const goesLeft = (row: number): boolean => {
      const code = codes[split.column * count + row]!
      return code === missing ? split.missingLeft : code <= split.bin
    }
    const left = this.#node(nodes, rows.filter(goesLeft), columns, depth + 1)
    const right = this.#node(
      nodes,
      rows.filter((row) => !goesLeft(row)),
      columns,
      depth + 1,
    )
    nodes[index] = [value, split.column, cuts[split.column]![split.bin]!, split.missingLeft ? 1 : 0, left, right]
    return index
  }

  #sums(rows: Uint32Array): Sums {
    const sums = { gradient: 0, weight: 0 }
    for (const row of rows) {
      sums.gradient += this.#gradients[row]!
      sums.weight += this.#hessians[row]!
    }
    return sums
  }

  #best(rows: Uint32Array, columns: number[], all: Sums): Split | undefined {
    let best: Split | undefined
    for (const column of columns) {
      this.#fill(rows, column)
      for (const missingLeft of [true, false]) {
        const found = this.#scan(column, missingLeft, all)
        if (found && found.gain > (best?.gain ?? 1e-3)) best = found
      }
    }
    return best
  }

  #fill(rows: Uint32Array, column: number): void {
    const { codes, count } = this.#binned
    const histogram = this.#histogram.fill(0)
    const from = column * count
    for (let n = 0; n < rows.length; n++) {
      const row = rows[n]!
      const at = 2 * codes[from + row]!
      histogram[at] = histogram[at]! + this.#gradients[row]!
      histogram[at + 1] = histogram[at + 1]! + this.#hessians[row]!
    }
  }

  #scan(column: number, missingLeft: boolean, all: Sums): Split | undefined {
    const { ridge, leaf } = this.#growth
    const score = (gradient: number, weight: number): number => gradient ** 2 / (weight + ridge)
    const before = score(all.gradient, all.weight)
    let gradient = missingLeft ? this.#histogram[2 * missing]! : 0
    let weight = missingLeft ? this.#histogram[2 * missing + 1]! : 0
    let best: Split | undefined
    for (let bin = 0; bin < this.#binned.cuts[column]!.length; bin++) {
      gradient += this.#histogram[2 * bin]!
      weight += this.#histogram[2 * bin + 1]!
      if (weight < leaf || all.weight - weight < leaf) continue
      const gain = score(gradient, weight) + score(all.gradient - gradient, all.weight - weight) - before
      if (gain > (best?.gain ?? 0)) best = { column, bin, missingLeft, gain }
    }
    return best
  }
}

/** Grows a model on the rows, or on some of them. */
export function growModel(rows: Rows, data: Binned, growth: Growth, use?: Uint32Array): Model {
  return new Grower(data, growth).grow(rows, use ?? Uint32Array.from({ length: data.count }, (_, n) => n))
}
