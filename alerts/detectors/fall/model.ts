/** A leaf is its value; a branch has besides: the figure, the cut below which it goes left, whether it goes left where the
 *  figure is unknown, and the places of both sides in the tree. Every node has the value it would have as a leaf. */
export type Node =
  | [value: number]
  | [value: number, figure: number, cut: number, missingLeft: number, left: number, right: number]

/** Sums of small trees, on the scale of log odds. */
export type Model = { base: number; trees: Node[][] }

/** Where a row of figures comes to lie in a tree, from the root to the leaf. */
function* way(tree: readonly Node[], figures: ArrayLike<number>): Generator<Node> {
  let node = tree[0]!
  yield node
  while (node.length > 1) {
    const [, figure, cut, missingLeft, left, right] = node as Exclude<Node, [number]>
    const value = figures[figure]!
    node = tree[(Number.isNaN(value) ? missingLeft === 1 : value < cut) ? left : right]!
    yield node
  }
}

function leafOf(tree: readonly Node[], figures: ArrayLike<number>): number {
  let node = tree[0]!
  while (node.length > 1) {
    const value = figures[node[1]!]!
    node = tree[(Number.isNaN(value) ? node[3] === 1 : value < node[2]!) ? node[4]! : node[5]!]!
  }
  return node[0]
}

/** Log odds of a fall. */
export function logOddsOf({ base, trees }: Model, figures: ArrayLike<number>): number {
  let sum = base
  for (const tree of trees) sum += leafOf(tree, figures)
  return sum
}

export const chanceOf = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** How much of the log odds each figure brought: what a branch changed counts for its figure, and the sum is exact. */
export function shares({ trees }: Pick<Model, 'trees'>, figures: ArrayLike<number>): Float64Array {
  const brought = new Float64Array(figures.length)
  for (const tree of trees) {
    let last: Node | undefined
    for (const node of way(tree, figures)) {
      if (last) brought[last[1]!] = brought[last[1]!]! + node[0] - last[0]
      last = node
    }
  }
  return brought
}
