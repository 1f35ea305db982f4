import type { Format } from '../sample.ts'

export const format: Format = { folder: 'ha-statestream' }
