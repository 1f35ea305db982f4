import type { Format } from '../sample.ts'

export const format: Format = {
  folder: 'withings-notify',
  left: () =>
    'a notification that carries no values, and what its program has to fetch with the account of a person; Vigil fetches nothing',
}
