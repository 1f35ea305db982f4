// @ts-check
/**
 * Every page beside the work view, in the order in which rail, tabs and command bar show them. A page is loaded when it is
 * first opened, so that an alarm never waits for a form.
 * @typedef {import('../shell/route.js').Route} Route
 * @typedef {{ show: (root: HTMLElement, route: Route) => void | (() => void) }} PageModule `show` fills the empty root, anew
 *   whenever the address or the language changes; what it returns is called when the page is left
 * @typedef {'wall' | 'people' | 'dispatch' | 'reports' | 'system'} Group
 * @typedef {{ name: string, group: Group, may: string, load: () => Promise<PageModule> }} Page `may`: the permission
 *   (api/auth.ts) without which it is not offered. Its name in words is `page.{name}`
 */

/** @type {readonly Page[]} */
export const pages = [
  { name: 'wall', group: 'wall', may: 'read_tickets', load: () => import('./wall.js') },
  { name: 'homes', group: 'people', may: 'read_registry', load: () => import('./homes.js') },
  { name: 'residents', group: 'people', may: 'read_registry', load: () => import('./residents.js') },
  { name: 'contacts', group: 'people', may: 'read_registry', load: () => import('./contacts.js') },
  { name: 'devices', group: 'people', may: 'read_devices', load: () => import('./devices.js') },
  { name: 'monitor', group: 'people', may: 'read_messages', load: () => import('./monitor.js') },
  { name: 'areas', group: 'people', may: 'read_registry', load: () => import('./areas.js') },
  { name: 'plans', group: 'dispatch', may: 'read_registry', load: () => import('./plans.js') },
  { name: 'rotas', group: 'dispatch', may: 'read_registry', load: () => import('./rotas.js') },
  { name: 'teams', group: 'dispatch', may: 'read_registry', load: () => import('./teams.js') },
  { name: 'channels', group: 'dispatch', may: 'write_channels', load: () => import('./channels.js') },
  { name: 'sharings', group: 'dispatch', may: 'write_sharings', load: () => import('./sharings.js') },
  { name: 'operators', group: 'system', may: 'write_operators', load: () => import('./operators.js') },
  { name: 'partners', group: 'system', may: 'read_partners', load: () => import('./partners.js') },
  { name: 'dead_letters', group: 'system', may: 'read_dead_letters', load: () => import('./dead_letters.js') },
  { name: 'refusals', group: 'system', may: 'read_refusals', load: () => import('./refusals.js') },
  { name: 'audit', group: 'system', may: 'read_audit', load: () => import('./audit.js') },
  { name: 'rules', group: 'system', may: 'read_rules', load: () => import('./rules.js') },
  { name: 'reports', group: 'reports', may: 'read_tickets', load: () => import('./reports.js') },
]

/** @param {string} name */
export const pageNamed = (name) => pages.find((page) => page.name === name)
