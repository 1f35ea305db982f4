import { nothingDecoded } from '../../domain/message.ts'
import { refuse } from '../build.ts'
import type { Codec } from '../codec.ts'
import { type Field, firstOf, namedIn, pushedAt, pushSource, pushTopics, rowsOf, takeFields } from '../pushes.ts'
import { asNumber } from '../values.ts'

/** A mattress' cloud (easydoc): in bed, movement, breath and heart, one object a push. It tells no signals. */
export const mattress: Codec = {
  name: 'mattress',
  title: 'Sleep mattress cloud push (inbed, respiration_rate, heart_rate)',
  topics: pushTopics('mattress'),
  speaks: 'others',
  source: pushSource,
  about: {
    urgent: 'nothing',
    repeat: 'the same device and timestamp',
    device: '`mac`, or the address of the push where there is none',
  },
  urgent: () => false,
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    for (const row of rowsOf(decoded, payload, [])) {
      const time = pushedAt(decoded, firstOf(row, ['timestamp', 'date']), context)
      const entry = { context, at: time, source: namedIn(row, ['mac']) ?? pushSource(topic) }
      if (
        firstOf(
          row,
          fields.flatMap(({ names }) => names),
        ) === undefined
      )
        refuse(decoded, 'payload_invalid', 'nothing that a mattress measures')
      // Nobody lies in it: what it says of a heart is noise.
      const isEmpty = row.inbed === false || asNumber(row.inbed) === 0
      takeFields(decoded, row, entry, isEmpty ? fields.filter((field) => !ofSleeper.has(field)) : fields)
    }
    return decoded
  },
}

const ofSleeper: ReadonlySet<Field> = new Set([
  { names: ['respiration_rate'], metric: 'respiration_rate', isZeroNone: true },
  { names: ['heart_rate'], metric: 'heart_rate' },
])
const fields: readonly Field[] = [
  { names: ['inbed'], metric: 'in_bed' },
  { names: ['body_movement'], metric: 'motion' },
  ...ofSleeper,
  { names: ['temperature'], metric: 'temperature' },
  { names: ['humidity'], metric: 'humidity' },
]
