// @ts-check
/**
 * Building the page. Text reaches it through text nodes only, never as markup, so that nothing that a device, a vendor or
 * another operator wrote can become a script.
 */

const svgNames = new Set(['svg', 'path', 'circle', 'rect', 'line', 'polyline', 'text', 'g'])

/**
 * One element. `settings`: `class`, `on…` listeners (functions), `true` for a bare attribute, `false`, null and undefined
 * for none, anything else as an attribute's text. Children that are null or false are left out, strings become text nodes.
 * @typedef {Node | string | number | null | undefined | false} Child
 * @param {string} name
 * @param {Record<string, unknown>} [settings]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function el(name, settings = {}, ...children) {
  const node = svgNames.has(name)
    ? /** @type {any} */ (document.createElementNS('http://www.w3.org/2000/svg', name))
    : document.createElement(name)
  for (const [key, value] of Object.entries(settings)) set(node, key, value)
  node.append(...nodes(children))
  return node
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
export function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)))
}

/** @param {Element} node @param {string} key @param {unknown} value */
export function set(node, key, value) {
  if (typeof value === 'function') node.addEventListener(key.slice(2), /** @type {EventListener} */ (value))
  else if (value === false || value === null || value === undefined) node.removeAttribute(key)
  else if (node.getAttribute(key) !== String(value === true ? '' : value))
    node.setAttribute(key, value === true ? '' : String(value))
}

/** @type {WeakMap<Element, string>} */
const filledWith = new WeakMap()

/**
 * Replaces what is in `node`, but only where `inputs` (anything that JSON can hold) differ from the last time: what did
 * not change keeps its focus, its selection and its scroll position.
 * @param {Element} node @param {unknown} inputs @param {() => (Child | Child[])[]} build
 * @returns {boolean} whether it was built anew
 */
export function fill(node, inputs, build) {
  const key = JSON.stringify(inputs) ?? ''
  if (filledWith.get(node) === key) return false
  filledWith.set(node, key)
  node.replaceChildren(...nodes(build()))
  return true
}

/**
 * Makes `parent` hold exactly `children` in this order, moving only what stands wrongly.
 * @param {Element} parent @param {Element[]} children
 */
export function arrange(parent, children) {
  const wanted = new Set(children)
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove()
  children.forEach((child, i) => {
    const there = parent.children[i]
    if (there !== child) parent.insertBefore(child, there ?? null)
  })
}

/** The element with this id, which index.html is known to hold. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id)
  if (!node) throw new Error(`index.html has no #${id}`)
  return node
}

/** The key of a button, shown on it. @param {string} key */
export const keyCap = (key) => el('kbd', { 'aria-hidden': 'true' }, key)
