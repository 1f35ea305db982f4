import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Seen = { method: string; path: string; headers: IncomingHttpHeaders; bytes: number; status: number }
type Answer = { status: number; headers?: Record<string, string>; body?: string }

/**
 * A small HTTP server in front of an InfluxDB (or in its place): it notes every request and passes it on, unless told to
 * answer itself. For what no real server says on demand, as a Retry-After, or a proxy's own pages.
 */
export type Front = {
  url: string
  seen: Seen[]
  /** Connections that were opened so far. */
  connections(): number
  /** Only the writes among what was seen. */
  writes(): Seen[]
  /** Answers the next requests whose path begins with `path` itself, one answer each; then passes on again. */
  answer(path: string, ...answers: Answer[]): void
  close(): Promise<void>
}

export async function startFront(target: string): Promise<Front> {
  const seen: Seen[] = []
  const planned: { path: string; answer: Answer }[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const { method = '', url: path = '', headers } = incoming
      const note: Seen = { method, path, headers, bytes: body.length, status: 0 }
      outgoing.once('finish', () => {
        note.status = outgoing.statusCode
      })
      seen.push(note)
      const index = planned.findIndex((plan) => path.startsWith(plan.path))
      const [plan] = index < 0 ? [] : planned.splice(index, 1)
      if (plan) outgoing.writeHead(plan.answer.status, plan.answer.headers).end(plan.answer.body)
      else passOn(target, note, body, outgoing)
    })
  })
  let connections = 0
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    writes: () => seen.filter(({ path }) => path.includes('/write')),
    answer: (path, ...answers) => void planned.push(...answers.map((answer) => ({ path, answer }))),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function passOn(target: string, { method, path, headers }: Seen, body: Buffer, outgoing: ServerResponse): void {
  const onward = request(new URL(path, target), { method, headers: { ...headers, host: new URL(target).host } })
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.writeHead(502).end())
  onward.end(body)
}
