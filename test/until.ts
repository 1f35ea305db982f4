/**
 * Awaits a condition that no event announces, such as another process's file or answer: asks until it gives something
 * other than undefined. Not for asserting how long a thing takes: the deadline only ends a test that will never pass.
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`still waiting after ${withinMs / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
