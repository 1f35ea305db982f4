/** Whether a filter stands for more than the one topic that is called like it. */
export const isWildcard = (filter: string): boolean => filter.includes('+') || filter.includes('#')

/**
 * Tells which topics a filter stands for (MQTT 3.1.1, 4.7): `+` is one level, also an empty one, `#` at the end is all
 * levels from there on and the one above; neither stands for a `$` at the beginning.
 */
export function matcher(filter: string): (topic: string) => boolean {
  const parts = filter.split('/')
  const isOpen = parts.at(-1) === '#'
  if (isOpen) parts.pop()
  const sparesSystem = parts[0] === '+' || parts.length === 0
  return (topic) => {
    if (sparesSystem && topic.startsWith('$')) return false
    const levels = topic.split('/')
    if (isOpen ? levels.length < parts.length : levels.length !== parts.length) return false
    return parts.every((part, i) => part === '+' || part === levels[i])
  }
}
