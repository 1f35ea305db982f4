import type { Told, Words } from './words.ts'

/** English, as an alarm receiving centre writes it. Names of kinds and states are those of the console. */

const called = ({ severity, happened, number }: Told): string =>
  `${severity[0]?.toUpperCase()}${severity.slice(1)}: ${happened}, ticket ${number}`
const about = ({ where, when, happened, number }: Told): string =>
  `${happened}${where ? `: ${where}` : ''}, ${when}, ticket ${number}.`
const by = ({ holder }: Told): string => holder ?? 'Whoever is on duty'

export const wordsEn: Words = {
  kinds: {
    sos: 'SOS pressed',
    fall: 'Fall',
    smoke: 'Smoke',
    gas: 'Gas leak',
    carbon_monoxide: 'Carbon monoxide',
    water_leak: 'Water leak',
    vital_sign: 'Vital sign beyond its limits',
    inactivity: 'No movement',
    wandering: 'Left the area',
    system: 'Fault of the alarm system',
  },
  otherKind: 'Emergency',
  severities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  states: {
    open: 'open',
    acknowledged: 'answered',
    dispatched: 'help sent',
    on_scene: 'help on the spot',
    resolved: 'settled',
    closed: 'closed',
  },
  otherState: 'changed',
  locale: 'en-GB',
  place: (place, resident) => (place && resident ? `${resident}, ${place}` : (place ?? resident)),
  title: {
    call: called,
    lapsed: (told) => `Nobody follows up. ${called(told)}`,
    handed: (told) => `Given to you. ${called(told)}`,
    answered: ({ number }) => `Ticket ${number} is answered`,
    closed: ({ number }) => `Ticket ${number} is closed`,
    ticket: ({ number, state }) => `Ticket ${number}: ${state}`,
    test: () => 'Test message',
  },
  said: {
    call: (told) => `${told.system ? 'System alarm' : 'Emergency call'}. ${about(told)}`,
    lapsed: (told) => `${by(told)} answered, then did nothing for long. ${about(told)}`,
    handed: (told) => `This ticket was given to you. ${about(told)}`,
    answered: (told) => `${by(told)} has answered. ${about(told)}`,
    closed: (told) => `This ticket is closed. ${about(told)}`,
    ticket: (told) => `State of the ticket: ${told.state}. ${about(told)}`,
    test: () => 'This is a test message of the alarm centre. You got it, so this way works.',
  },
  asked: {
    call: ({ system, where }) =>
      system
        ? 'Please check the system now.'
        : where
          ? 'Please answer now: call, or go and see.'
          : 'Please answer now; the address is in the ticket.',
    lapsed: ({ system }) =>
      system ? 'Please take over now and check the system.' : 'Please take over now: call, or go and see.',
    handed: () => 'Please open the ticket and carry on.',
    answered: () => 'You need do nothing more. Thank you.',
    closed: () => 'You need do nothing more. Thank you.',
    ticket: () => '',
    test: () => 'There is nothing to do.',
  },
  gap: ' ',
  stop: '.',
}
