import { describe, expect, test } from 'vitest'
import { outcomes, type TicketAction, type TicketState, ticketActions, ticketStates, transitions } from './ticket.ts'

const steps = ticketStates.flatMap((state) =>
  Object.entries(transitions[state]).map(
    ([action, next]) => [state, action as TicketAction, next as TicketState] as const,
  ),
)

/** The states that can be reached from `from`, itself among them, by the given actions. */
function reachable(from: TicketState, actions: readonly TicketAction[] = ticketActions): Set<TicketState> {
  const seen = new Set([from])
  for (const state of seen) {
    for (const [start, action, next] of steps) if (start === state && actions.includes(action)) seen.add(next)
  }
  return seen
}

describe('the transition table', () => {
  test('names only states and actions that exist', () => {
    for (const [, action, next] of steps) {
      expect(ticketActions).toContain(action)
      expect(ticketStates).toContain(next)
    }
  })

  test('every state can be reached from open, and from every state a ticket can be closed or opened again', () => {
    expect(reachable('open')).toEqual(new Set(ticketStates))
    for (const state of ticketStates) {
      expect(reachable(state)).toContain('closed')
      expect(reachable(state)).toContain('open')
    }
  })

  test('every action is allowed somewhere', () => {
    expect(new Set(steps.map(([, action]) => action))).toEqual(new Set(ticketActions))
  })

  test('an action leads to one state, wherever it is taken; who answers what is under way leaves it so', () => {
    const leads: Partial<Record<TicketAction, TicketState>> = {
      dispatch: 'dispatched',
      arrive: 'on_scene',
      resolve: 'resolved',
      close: 'closed',
      reopen: 'open',
    }
    for (const [state, action, next] of steps) {
      if (action === 'note' || action === 'share') expect(next).toBe(state)
      else if (['assign', 'acknowledge', 'contact'].includes(action))
        expect(next).toBe(state === 'open' ? 'acknowledged' : state)
      else expect({ state, action, next }).toEqual({ state, action, next: leads[action] })
    }
  })

  test('nothing but reopening takes a ticket back', () => {
    for (const [state, action, next] of steps) {
      if (action === 'reopen') continue
      expect(ticketStates.indexOf(next)).toBeGreaterThanOrEqual(ticketStates.indexOf(state))
    }
  })

  test('a closed ticket takes only notes, sharing and reopening', () => {
    expect(Object.keys(transitions.closed).sort()).toEqual(['note', 'reopen', 'share'])
  })

  test('the long way through is open to a dispatcher', () => {
    const way: TicketAction[] = ['acknowledge', 'dispatch', 'arrive', 'resolve', 'close']
    const states: TicketState[] = ['open']
    for (const action of way) states.push(transitions[states.at(-1)!][action]!)
    expect(states).toEqual(ticketStates)
  })

  test('notes can always be written and tickets always be shared', () => {
    for (const state of ticketStates) {
      expect(transitions[state].note).toBe(state)
      expect(transitions[state].share).toBe(state)
    }
  })
})

test('the outcomes of the contract are there', () => {
  expect(Object.keys(outcomes)).toEqual(
    expect.arrayContaining(['real_emergency', 'assistance', 'false_alarm', 'test', 'technical', 'no_response_checked']),
  )
})
