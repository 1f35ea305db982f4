// @ts-check
/**
 * Where the console is: the part of the address behind the #, which never leaves the browser.
 * `#/` is the work view, `#/tickets/{id}` one ticket in it, `#/{page}`, `#/{page}/{id}?{query}` a page.
 * @typedef {{ page: string, id: string | undefined, query: URLSearchParams }} Route `page` is `work` for the work view
 */

/** @param {string} text @returns {string} as it is where nobody encoded it */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * @param {string} hash of the address @param {(name: string) => boolean} isPage whether there is such a page
 * @returns {Route} a name that is no page is taken for a ticket's id, as in links that were sent before there were pages
 */
export function routeOf(hash, isPage) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [page = '', ...rest] = path.split('/').map(decoded)
  const id = rest.join('/') || undefined
  if (page === 'tickets' || page === '') return { page: 'work', id, query: new URLSearchParams(query) }
  if (isPage(page)) return { page, id, query: new URLSearchParams(query) }
  return { page: 'work', id: page, query: new URLSearchParams() }
}

/** The address of a page, or of one thing on it. @param {string} page @param {string} [id] @param {Record<string, string>} [query] */
export function addressOf(page, id, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  const path = id === undefined ? page : `${page}/${encodeURIComponent(id)}`
  return `#/${path}${asked.size > 0 ? `?${asked}` : ''}`
}

/** @param {string} [id] the ticket's; absent: the queue alone */
export const workAddress = (id) => (id === undefined ? '#/' : addressOf('tickets', id))
