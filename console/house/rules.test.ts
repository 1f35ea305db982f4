import { describe, expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import * as domain from '../../domain/signals.ts'
import * as ticket from '../../domain/ticket.ts'
import { actionKeys, allowedFrom, answerWithinMs, outcomes, severities, transitions, usualStep } from './rules.js'

describe("the console's copy of the rules", () => {
  it('is the same as in domain/', () => {
    expect(transitions).toEqual(ticket.transitions)
    expect(severities).toEqual(domain.severities)
    expect(outcomes).toEqual(Object.keys(ticket.outcomes))
    expect(answerWithinMs).toBe(limits.answerWithinMs)
  })

  it('has one key for every action, none of them taken by the page itself', () => {
    const keys = Object.values(actionKeys)
    expect(Object.keys(actionKeys).sort()).toEqual([...ticket.ticketActions].sort())
    expect(new Set([...keys, 'j', 'k', 'g', 'm', 'l', '?'])).toHaveLength(keys.length + 6)
  })

  it('offers first a step that is allowed', () => {
    for (const state of ticket.ticketStates) expect(ticket.transitions[state]).toHaveProperty(usualStep[state])
  })

  it('can tell from which states a step is allowed', () => {
    expect(allowedFrom('resolve')).toEqual(['acknowledged', 'dispatched', 'on_scene'])
  })
})
