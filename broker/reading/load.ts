import { limits } from '../../domain/limits.ts'

/** Somebody who waits until less is on its way. */
type Waiting = { goOn(): void }

/** Bytes of all connections together that are on their way to the journal. */
export class Load {
  #bytes = 0
  readonly #waiting = new Set<Waiting>()

  get bytes(): number {
    return this.#bytes
  }

  get isFull(): boolean {
    return this.#bytes >= limits.inFlightBytesAll
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** So much less is on its way; whoever waited goes on, where there is room again. */
  remove(bytes: number): void {
    this.#bytes -= bytes
    if (this.#waiting.size === 0 || this.isFull) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const one of waiting) one.goOn()
  }

  wait(one: Waiting): void {
    this.#waiting.add(one)
  }

  leave(one: Waiting): void {
    this.#waiting.delete(one)
  }
}
