import type { Format } from '../sample.ts'

export const format: Format = { folder: 'esphome-mqtt' }
