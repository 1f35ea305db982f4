import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(js|html|css|svg)$/.test(name),
)
const textOf = (name: string) => readFileSync(folder + name, 'utf8')
const found = (pattern: RegExp, names = files) =>
  names.flatMap((name) => [...textOf(name).matchAll(pattern)].map(([text]) => `${name}: ${text}`))
const scripts = files.filter((name) => name.endsWith('.js'))

describe('the console', () => {
  it('puts data on the page as text, never as markup or script', () => {
    const markup =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\b/g
    expect(scripts).toContain('pages/homes.js')
    expect(scripts.length).toBeGreaterThan(60)
    expect(found(markup)).toEqual([])
  })

  it('has no inline script or style, so that the policy against them can stand', () => {
    expect(found(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/g, ['index.html', 'icon.svg'])).toEqual([])
    expect(found(/setAttribute\('style'/g, scripts)).toEqual([])
  })

  it('loads nothing from elsewhere: it works with the internet cut off', () => {
    const addresses = found(/(https?:)?\/\/[a-z0-9-]+\.[^\s'"`)]+/g)
    expect(addresses.filter((line) => !line.endsWith('http://www.w3.org/2000/svg'))).toEqual([])
  })

  it('links to what is there', () => {
    const linked = [...textOf('index.html').matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name)
    expect(linked.length).toBeGreaterThan(5)
    for (const name of linked) expect(files).toContain(name)
  })

  it('reads the clock in one place only', () => {
    const elsewhere = scripts.filter((name) => !/(^|\/)time\.js$/.test(name))
    expect(found(/Date\.now\(|new Date\(\)|set(Timeout|Interval)\(|Math\.random/g, elsewhere)).toEqual([])
  })
})
