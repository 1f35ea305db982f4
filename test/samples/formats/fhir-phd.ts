import type { Format } from '../sample.ts'

const old = 'before 2020 a clock is taken to be one that was never set, and the time of receipt counts'

export const format: Format = {
  folder: 'fhir-phd',
  messages: ({ bytes }) => [{ topic: 'push/fhir', payload: bytes }],
  disagreements: {
    'compound-numeric-blood-pressure.json at 2018-11-11T16:38:15.000Z': old,
    'numeric-spotnumeric.json at 2018-11-13T22:59:03.000Z': old,
  },
}
