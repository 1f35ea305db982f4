import type { DecodeContext, Decoded, Press, Signal } from '../../domain/message.ts'
import { addReading, addSignal, addState, isHazard, refuse, settle, warn } from '../build.ts'
import { epochOf, trusted } from '../times.ts'
import { withoutNoise } from '../values.ts'
import type { BthomeObject, ServiceData } from './service_data.ts'

/** What an advertisement says, as readings and signals. Gateways of other formats that pass on raw service data use it too. */

/**
 * One advertisement is sent several times over and heard by several gateways; the same packet id within this is the same one.
 * The id counts to 255, and nobody presses a button so often in ten seconds.
 */
export const heardAgainMs = 10_000

/** Button events -> how it was pressed, and the value of the metric `button`. 0 is a button that was not the one pressed. */
const presses = new Map<number, { press: Press; button: number }>([
  [0x01, { press: 'single', button: 1 }],
  [0x02, { press: 'double', button: 2 }],
  [0x03, { press: 'triple', button: 3 }],
  [0x04, { press: 'long', button: 4 }],
  [0x05, { press: 'long', button: 4 }],
  [0x06, { press: 'long', button: 4 }],
  [0x80, { press: 'long', button: 4 }],
])

type Advertisement = { deviceAt: number | undefined; at: number; packet: number | undefined; malformed: boolean }

/** Adds all that the service data says to `decoded`. Encrypted data is refused: the gateway has the key, Vigil has not. */
export function takeServiceData(decoded: Decoded, data: ServiceData, context: DecodeContext): void {
  if (data.isEncrypted) {
    const counter = data.counter === undefined ? '' : `, counter ${data.counter}`
    refuse(decoded, 'payload_encrypted', `BTHome${counter}; give the bind key to the gateway`)
    return
  }
  noteEnd(decoded, data)
  const raw = (role: string) => data.objects.find(({ definition }) => definition.role === role)?.value
  const deviceAt = trusted(decoded, epochOf(raw('time')), context)
  const malformed = data.ends?.because === 'cut'
  const advertisement = { deviceAt, at: settle(deviceAt, context.receivedAt), packet: raw('packet'), malformed }
  for (const [index, object] of data.objects.entries()) takeObject(decoded, object, index, advertisement)
}

function noteEnd(decoded: Decoded, { ends }: ServiceData): void {
  if (!ends) return
  const id = `object 0x${ends.at.toString(16).padStart(2, '0')}`
  if (ends.because === 'unknown') warn(decoded, 'value_unknown', `${id} and what is behind it`)
  else refuse(decoded, 'payload_invalid', `the service data ends within ${id}; what is before it was taken`)
}

function takeObject(decoded: Decoded, object: BthomeObject, index: number, advertisement: Advertisement): void {
  const { definition, value } = object
  if (value === undefined) return
  const { name, metric, role, factor = 1, isConverted } = definition
  if (role === 'button') takeButton(decoded, value, index, advertisement)
  if (role === 'problem' && value === 1) warn(decoded, 'device_fault', name)
  if (metric === undefined) return
  if (isHazard(metric) && value > 1) {
    warn(decoded, 'value_unknown', `${name}: ${value}`)
    return
  }
  if (isConverted) warn(decoded, 'unit_converted', name)
  addFirst(decoded, metric, withoutNoise(value * factor), advertisement.at)
  if (isHazard(metric)) addState(decoded, value === 1, { ...claim(advertisement, index), signal: metric })
}

/** Of two sensors of one kind in one device the first one counts, since a metric has one value at a time. */
function addFirst(decoded: Decoded, metric: Parameters<typeof addReading>[1], value: number, at: number): void {
  if (decoded.readings.some((one) => one.metric === metric)) warn(decoded, 'value_unknown', `a second ${metric}`)
  else addReading(decoded, metric, value, at)
}

function takeButton(decoded: Decoded, value: number, index: number, advertisement: Advertisement): void {
  if (value === 0) return
  const pressed = presses.get(value)
  if (!pressed) {
    warn(decoded, 'value_unknown', `button: ${value}`)
    return
  }
  addFirst(decoded, 'button', pressed.button, advertisement.at)
  addSignal(decoded, { ...claim(advertisement, index), signal: 'sos', press: pressed.press })
}

/** What every signal of an advertisement has. The key is the packet's, and of two buttons each has its own. */
function claim(
  { deviceAt, packet, malformed }: Advertisement,
  index: number,
): Pick<Signal, 'at' | 'key' | 'malformed'> {
  return {
    at: deviceAt,
    ...(packet === undefined ? {} : { key: { id: `packet:${packet}:${index}`, withinMs: heardAgainMs } }),
    ...(malformed ? { malformed } : {}),
  }
}
