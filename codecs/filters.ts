/** Whether an MQTT filter (MQTT 3.1.1 §4.7) fits a topic. Without splitting, since it is asked for every message. */
export function fits(filter: string, topic: string): boolean {
  let f = 0
  let t = 0
  for (;;) {
    if (filter.charCodeAt(f) === hash) return true
    if (filter.charCodeAt(f) === plus) {
      f++
      while (t < topic.length && topic.charCodeAt(t) !== slash) t++
    } else {
      while (f < filter.length && filter.charCodeAt(f) !== slash) {
        if (filter.charCodeAt(f) !== topic.charCodeAt(t)) return false
        f++
        t++
      }
      if (t < topic.length && topic.charCodeAt(t) !== slash) return false
    }
    if (f === filter.length || t === topic.length) {
      // `a/#` fits `a` too
      return f === filter.length ? t === topic.length : filter.slice(f) === '/#'
    }
    f++
    t++
  }
}
const hash = 0x23
const plus = 0x2b
const slash = 0x2f
