import type { Ticket } from '../../../domain/ticket.ts'
import type { HomePlan, Output } from '../../home/home.ts'
import type { Fact } from '../../truth.ts'

/**
 * What homes and devices are called in Vigil. Where others use it too, every run puts its own prefix before the names
 * of the file, so that two runs never meet; the homes themselves know nothing of it, and live the same life.
 */
export type Naming = {
  out(id: string): string
  back(id: string): string
  plan(home: HomePlan): HomePlan
  output(output: Output): Output
  ticketBack(ticket: Ticket): Ticket
}

/** The area that a run registers, for all its homes. */
export const areaOfRuns = 'scenarios'

/** Stands before what is not of this run, so that it is like no name of a file. */
const foreign = '~'

export function namingWith(prefix: string): Naming {
  const out = (id: string) => `${prefix}${id}`
  const back = (id: string) => (id.startsWith(prefix) ? id.slice(prefix.length) : `${foreign}${id}`)
  const plans = new Map<HomePlan, HomePlan>()
  const rename = (home: HomePlan): HomePlan => ({
    ...home,
    id: out(home.id),
    devices: home.devices.map((device) => ({
      ...device,
      id: out(device.id),
      ...(device.gateway && { gateway: out(device.gateway) }),
    })),
  })
  function plan(home: HomePlan): HomePlan {
    const known = plans.get(home) ?? rename(home)
    plans.set(home, known)
    return known
  }
  const factOut = (fact: Fact): Fact => ({
    ...fact,
    home: out(fact.home),
    ...(fact.device && { device: out(fact.device) }),
  })
  return {
    out,
    back,
    plan,
    output: (output) =>
      output.what === 'fact'
        ? { ...output, home: plan(output.home), fact: factOut(output.fact) }
        : { ...output, home: plan(output.home), device: { ...output.device, id: out(output.device.id) } },
    ticketBack: (ticket) => ({
      ...ticket,
      home: ticket.home === null ? null : back(ticket.home),
      device: ticket.device === null ? null : back(ticket.device),
      evidence: ticket.evidence.map((piece) => ({ ...piece, device: back(piece.device) })),
    }),
  }
}
