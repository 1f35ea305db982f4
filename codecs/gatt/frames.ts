import type { Frame } from '../frames.ts'

const of = (characteristic: string): string => `gatt/7CC6B6112233/${characteristic}`
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

export const frames: Frame[] = [
  { about: 'a pulse', topic: of('2A37'), payload: hex('0644') },
  { about: 'a pulse with intervals', topic: of('2a37'), payload: hex('1644bc03c003') },
  { about: 'a pulse off the skin', topic: of('2A37'), payload: hex('04c8') },
  { about: 'blood pressure with a time', topic: of('2A35'), payload: hex('06830051006200ea070b16100f004700') },
  { about: 'blood pressure in kPa', topic: of('2A35'), payload: hex('01b0f06cf085f0') },
  { about: 'a temperature', topic: of('0000' + '2a1c-0000-1000-8000-00805f9b34fb'), payload: hex('006e0100ff') },
  { about: 'Fahrenheit, as text', topic: of('2A1C'), payload: '01 d4 03 00 ff' },
  { about: 'a spot of the oximeter', topic: of('2A5E'), payload: hex('0060004800') },
  { about: 'the oximeter all the time, without a finger', topic: of('2A5F'), payload: hex('00ff07ff07') },
  { about: 'a battery', topic: of('2A19'), payload: hex('5a') },
]
