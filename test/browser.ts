/** What a browser does without its pages: it follows redirects, keeps cookies by host and path, and sends forms. */

type Cookie = { name: string; value: string; host: string; path: string; text: string }
export type Page = { url: URL; status: number; text: string; headers: Headers }
export type Visit = { method?: string; body?: string; headers?: Record<string, string> }

export type Browser = {
  /** Goes there and on wherever it is sent, until a page comes or `stop` says that this address is far enough. */
  open(address: string | URL, stop?: (url: URL) => boolean): Promise<Page>
  /** One request, with the cookies that belong to it; what it answers is not followed. */
  ask(address: string | URL, visit?: Visit): Promise<Page>
  /** Sends the form of a page, with what its visible fields are filled with. */
  submit(page: Page, filled: Record<string, string>, stop?: (url: URL) => boolean): Promise<Page>
  cookies(): readonly Cookie[]
}

const mostRedirects = 20

/** `hosts`: where an origin, such as that of a public address, is to be found in this test. */
export function openBrowser(hosts: Record<string, string> = {}): Browser {
  let jar: Cookie[] = []

  async function ask(address: string | URL, { method = 'GET', body, headers }: Visit = {}): Promise<Page> {
    const url = new URL(address)
    const sent = jar.filter(({ host, path }) => host === url.host && url.pathname.startsWith(path))
    const answer = await fetch(`${hosts[url.origin] ?? url.origin}${url.pathname}${url.search}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; '),
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    for (const text of answer.headers.getSetCookie()) keep(url, text)
    return { url, status: answer.status, text: await answer.text(), headers: answer.headers }
  }

  function keep(url: URL, text: string): void {
    const [pair = '', ...attributes] = text.split(';').map((part) => part.trim())
    const value = (of: string) => attributes.find((one) => one.toLowerCase().startsWith(`${of}=`))?.slice(of.length + 1)
    const name = pair.slice(0, pair.indexOf('='))
    const path = value('path') ?? '/'
    jar = jar.filter((one) => one.name !== name || one.host !== url.host || one.path !== path)
    const isGone = value('max-age') === '0' || Date.parse(value('expires') ?? '') < Date.now()
    if (!isGone) jar.push({ name, value: pair.slice(name.length + 1), host: url.host, path, text })
  }

  async function follow(first: Page, stop: (url: URL) => boolean): Promise<Page> {
    let page = first
    for (let n = 0; n < mostRedirects; n++) {
      const location = page.headers.get('location')
      if (page.status < 300 || page.status > 399 || location === null) return page
      const url = new URL(location, page.url)
      if (stop(url)) return { ...page, url }
      page = await ask(url)
    }
    throw new Error(`redirected for ever, last to ${page.url}`)
  }

  return {
    ask,
    cookies: () => jar,
    open: async (address, stop = () => false) =>
      stop(new URL(address)) ? ask(address) : follow(await ask(address), stop),
    async submit({ url, text }, filled, stop = () => false) {
      const action = new URL(/<form[^>]* action="([^"]+)"/.exec(text)?.[1] ?? '', url)
      const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)]
      const fields = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...filled }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const page = await ask(action, { method: 'POST', headers, body: `${new URLSearchParams(fields)}` })
      return follow(page, stop)
    },
  }
}
