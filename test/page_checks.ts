import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What must hold of everything that the console shows: WCAG 2.2 AA as far as a machine can tell, and no text cut off. */

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Makes axe known to the page; to be called once after it was opened. */
export const bringAxe = (page: Page): Promise<void> => page.evaluate(axe.source)

/** What is wrong with what the page shows now, a line each. */
export async function wrongWith(page: Page): Promise<string[]> {
  return [...(await violations(page)), ...(await page.evaluate(cutOff))]
}

function violations(page: Page): Promise<string[]> {
  return page.evaluate(async (tags) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe
    const { violations } = await run(document, { runOnly: tags, resultTypes: ['violations'] })
    const told = (text: string | undefined) => (text ?? '').replaceAll(/\s+/g, ' ')
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${told(failureSummary)}`),
    )
  }, rules)
}

/**
 * Runs in the page. Text is cut off where a box that hides what is too much for it has too much, where words stand out of their
 * button, and where the page itself is wider than the window. What scrolls is not cut off, nor what is meant for ears alone.
 */
export function cutOff(): string[] {
  const wrong: string[] = []
  const name = (node: Element) =>
    `${node.tagName.toLowerCase()}${node.id && `#${node.id}`}${[...node.classList].map((c) => `.${c}`).join('')}`
  const told = (node: Element) => `${name(node)} “${(node.textContent ?? '').trim().slice(0, 60)}”`
  const hides = (value: string) => value === 'hidden' || value === 'clip'
  const hasText = (node: Element) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent?.trim())
  for (const node of document.querySelectorAll('body *')) {
    if (!(node instanceof HTMLElement) || !node.checkVisibility() || node.closest('.unseen, svg')) continue
    const { overflowX, overflowY } = getComputedStyle(node)
    const [wide, high] = [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight]
    const isControl = node.matches('button, .button, .chip, th, label')
    if (
      node.clientWidth > 0 &&
      wide > 1 &&
      (hides(overflowX) || isControl || (hasText(node) && overflowX === 'visible'))
    )
      wrong.push(`cut off by ${wide} px: ${told(node)}`)
    if (node.clientHeight > 0 && high > 2 && hides(overflowY))
      wrong.push(`cut off by ${high} px of height: ${told(node)}`)
  }
  // Only a table may be wider than its place.
  const main = document.querySelector('main:not([hidden])')
  if (main && main.scrollWidth - main.clientWidth > 1) {
    const right = (node: Element) => node.getBoundingClientRect().right
    const inside = [...main.querySelectorAll('*')].filter((node) => !node.closest('.table-box table'))
    const widest = inside.reduce((most, node) => (right(node) > right(most) ? node : most), main)
    wrong.push(`${name(main)} scrolls sideways, because of ${told(widest)}`)
  }
  const wider = document.documentElement.scrollWidth - innerWidth
  if (wider > 0) wrong.push(`the page is ${wider} px wider than the window`)
  return wrong
}
