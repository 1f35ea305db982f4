// @ts-check
/**
 * What the console must know of the rules of the house. Browsers cannot load domain/, so this is a copy; rules.test.ts
 * holds it equal to domain/. The server decides all the same: this only keeps a dispatcher from trying in vain.
 * @typedef {import('../../domain/ticket.ts').TicketState} TicketState
 * @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction
 * @typedef {import('../../domain/signals.ts').Severity} Severity
 */

/** Mildest first. @type {readonly Severity[]} */
export const severities = ['low', 'medium', 'high', 'critical']

/** State × action -> new state; absent means not allowed. @type {Record<TicketState, Partial<Record<TicketAction, TicketState>>>} */
export const transitions = {
  open: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    close: 'closed',
    contact: 'acknowledged',
    note: 'open',
    share: 'open',
  },
  acknowledged: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'acknowledged',
    note: 'acknowledged',
    share: 'acknowledged',
    reopen: 'open',
  },
  dispatched: {
    acknowledge: 'dispatched',
    assign: 'dispatched',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'dispatched',
    note: 'dispatched',
    share: 'dispatched',
    reopen: 'open',
  },
  on_scene: {
    acknowledge: 'on_scene',
    assign: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'on_scene',
    note: 'on_scene',
    share: 'on_scene',
    reopen: 'open',
  },
  resolved: {
    acknowledge: 'resolved',
    close: 'closed',
    contact: 'resolved',
    note: 'resolved',
    share: 'resolved',
    reopen: 'open',
  },
  closed: { note: 'closed', share: 'closed', reopen: 'open' },
}

/** What a ticket is closed with, in the order of the number keys. @type {import('../../domain/ticket.ts').Outcome[]} */
export const outcomes = [
  'real_emergency',
  'assistance',
  'false_alarm',
  'test',
  'technical',
  'no_response_checked',
  'duplicate',
]

/** How long an open ticket may wait for a person, in milliseconds. */
export const answerWithinMs = 60_000

/** The key of each action. @type {Record<TicketAction, string>} */
export const actionKeys = {
  acknowledge: 'a',
  assign: 'h',
  contact: 'p',
  dispatch: 'd',
  arrive: 'o',
  resolve: 'r',
  close: 'c',
  note: 'n',
  share: 's',
  reopen: 'u',
}

/** The step that is usually next in a state; its button stands first. @type {Record<TicketState, TicketAction>} */
export const usualStep = {
  open: 'acknowledge',
  acknowledged: 'dispatch',
  dispatched: 'arrive',
  on_scene: 'resolve',
  resolved: 'close',
  closed: 'reopen',
}

/**
 * Whether a ticket calls for somebody: nobody has it in hand, and it is not thought over. Help may be on its way already, where
 * whoever sent it has gone silent.
 * @param {import('../../domain/ticket.ts').Ticket} ticket
 */
export const isWaiting = ({ state, holder }) => holder === null && state !== 'resolved' && state !== 'closed'

/** The states from which an action is allowed. @param {TicketAction} action @returns {TicketState[]} */
export const allowedFrom = (action) =>
  /** @type {TicketState[]} */ (Object.keys(transitions)).filter((state) => transitions[state][action])
