// @ts-check
/** The only file of the console that reads the clock or sets a timer. All instants are epoch milliseconds. */

/** A Date header is cut to whole seconds and a call takes time; below this the two clocks agree as far as can be told. */
const noticeMs = 2_000

let aheadMs = 0

/** The server's time as far as it is known: the clock of a dispatcher's machine may be minutes wrong. */
export const now = () => Date.now() + aheadMs

/** What this machine's own clock says: to compare with what another tab of it said. */
export const machineNow = () => Date.now()

/**
 * Notes the `Date` header of an answer that has just come in.
 * @param {string | null} header
 */
export function serverSaid(header) {
  const server = Date.parse(header ?? '')
  if (Number.isNaN(server)) return
  const ahead = server + 500 - Date.now()
  aheadMs = Math.abs(ahead) < noticeMs ? 0 : ahead
}

/**
 * Calls `fn` once after `ms`; the returned function cancels it.
 * @param {number} ms @param {() => void} fn
 */
export function after(ms, fn) {
  const timer = setTimeout(fn, ms)
  return () => clearTimeout(timer)
}

/** Calls `fn` once the page has been painted as it is now; a page that nobody sees is not painted. @param {() => void} fn */
export const painted = (fn) => void requestAnimationFrame(() => void after(0, fn))

/** Calls `fn` every `ms` for as long as the page lives. @param {number} ms @param {() => void} fn */
export const every = (ms, fn) => void setInterval(fn, ms)

/**
 * Resolves after `ms`, or at once when `signal` aborts.
 * @param {number} ms @param {AbortSignal} signal @returns {Promise<void>}
 */
export function sleep(ms, signal) {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = after(ms, done)
    signal.addEventListener('abort', done)
  })
}
