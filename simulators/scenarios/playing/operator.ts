import { z } from 'zod'
import type { Step } from '../reading/scenario.ts'
import type { Seen } from './seen.ts'
import type { Stage } from './stage.ts'

const Session = z.object({ token: z.string() })
const Problem = z.object({ code: z.string(), detail: z.string().optional() })

type Work = Extract<Step, { does: 'works' }>

/** The dispatcher of a run: an operator with a login of its own, as people have it. */
export type Dispatcher = {
  /** Does it over the API. Gives what was wrong where that was refused. */
  work(work: Work, seen: Seen): Promise<string | undefined>
}

type Call = (path: string, token: string, body: unknown) => Promise<{ status: number; body: unknown }>

const callTo =
  ({ httpUrl, during }: Stage): Call =>
  async (path, token, body) =>
    during(
      fetch(new URL(`/api/v1${path}`, httpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
      }).then(async (answer) => ({ status: answer.status, body: await answer.json().catch((): unknown => undefined) })),
    )

/** `password`: for this run only. The operator is made when first needed. */
export function createDispatcher(stage: Stage, password: string): Dispatcher {
  const call = callTo(stage)
  const name = `${stage.prefix}dispatcher`
  let made = false

  /** A session each time: days may pass between two steps. */
  async function tokenOf(): Promise<string> {
    const operator = { id: name, name, password, role: 'dispatcher' }
    if (!made) await call('/operators', stage.adminToken, operator)
    made = true
    const answer = await call('/login', '', { name, password })
    return Session.parse(answer.body).token
  }

  return {
    async work({ action, ticket: number, outcome, note }, { tickets }) {
      const seen = number === undefined ? tickets.at(-1) : tickets[number - 1]
      if (!seen) return number === undefined ? 'there is no ticket' : `there is no ticket ${number}`
      const body = { ...(outcome && { outcome }), ...(note && { text: note }) }
      const answer = await call(`/tickets/${encodeURIComponent(seen.ticket.id)}/${action}`, await tokenOf(), body)
      if (answer.status < 300) return undefined
      const problem = Problem.safeParse(answer.body)
      return problem.success ? `${problem.data.detail ?? ''} (${problem.data.code})`.trim() : `HTTP ${answer.status}`
    },
  }
}
