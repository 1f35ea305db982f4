/**
 * Runs in the page, before anything of the page's own: it must not name anything outside of itself. Notes for every key how
 * long it took until the page was painted with what came of it: of a step from ticket to ticket, which the page takes when
 * its address changes, from there on; of any other key from its own handling on.
 */
export type Probe = {
  /** Milliseconds from key to paint, by the label that was set when it was pressed. */
  paints: Record<string, number[]>
  /** What the browser itself measured of the same: from the input to the next paint, for all of 16 ms and more. */
  slow: { name: string; ms: number }[]
  /** Tasks of more than 50 ms, in which nothing else can happen. */
  longTasks: number[]
  label: string
  /** Keys that were heard, by label. */
  keys: Record<string, number>
  /** When the login was confirmed, the first card and the whole queue were painted; of the page's own clock. */
  marks: Record<string, number>
}

export function installProbe(): void {
  const probe: Probe = { paints: {}, slow: [], longTasks: [], label: '', keys: {}, marks: {} }
  Object.assign(window, { probe })
  let steps: number[] = []

  const painted = (from: number, label: string) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        probe.paints[label] ??= []
        probe.paints[label].push(performance.now() - from)
      }
      channel.port2.postMessage(undefined)
    })
  }
  let addressBefore = ''
  addEventListener(
    'keydown',
    () => {
      addressBefore = location.hash
    },
    true,
  )
  // Last of all that hear of the key: by now the address has changed, if it is going to.
  addEventListener('keydown', (event) => {
    if (!probe.label) return
    probe.keys[probe.label] = (probe.keys[probe.label] ?? 0) + 1
    if (location.hash !== addressBefore) steps.push(event.timeStamp)
    else painted(event.timeStamp, probe.label)
  })
  addEventListener('hashchange', () => {
    for (const from of steps) painted(from, probe.label)
    steps = []
  })
  const observe = (options: PerformanceObserverInit, take: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe(options)
  observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit, ({ name, duration }) => {
    if (probe.label && name === 'keydown') probe.slow.push({ name: probe.label, ms: duration })
  })
  observe({ type: 'longtask' }, ({ duration }) => probe.label && probe.longTasks.push(duration))

  const mark = (name: string, when: boolean) => {
    if (!when || probe.marks[name] !== undefined) return
    probe.marks[name] = Number.NaN
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        probe.marks[name] = performance.now()
      }
      channel.port2.postMessage(undefined)
    })
  }
  new MutationObserver(() => {
    mark('login', document.querySelector('input[name=password]') !== null)
    mark('first card', document.querySelector('#queue .card') !== null)
  }).observe(document, { childList: true, subtree: true })
}
