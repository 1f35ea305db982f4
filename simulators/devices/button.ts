import type { Report, Senses } from './device.ts'

/**
 * What a button says: every press, at once, also the ninth, because who presses again is still in need. A worn button
 * adds where it is.
 */
export function pressed({ change, plan, position }: Senses, where: 'worn' | 'fixed'): Report[] {
  if (change?.what !== 'presses' || change.device !== plan.id) return []
  const place = where === 'worn' ? { position } : {}
  return [{ kind: 'signals', signal: 'sos', confidence: 1, ...place }]
}
