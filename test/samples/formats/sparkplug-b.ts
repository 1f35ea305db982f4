import { sparkplugBytes } from '../../../codecs/sparkplug/test_payload.ts'
import { reads } from '../mapping.ts'
import type { Claim, Format, Sample } from '../sample.ts'

type Metric = { name: string; timestamp?: number; dataType?: string; value?: boolean | number | string }
type Payload = { timestamp?: number; metrics?: Metric[]; seq?: number }

/** In the specification's order, which is their number. */
const types = [
  '',
  'Int8',
  'Int16',
  'Int32',
  'Int64',
  'UInt8',
  'UInt16',
  'UInt32',
  'UInt64',
  'Float',
  'Double',
  'Boolean',
  'String',
]

const given = ({ name, timestamp, dataType = '', value }: Metric) => ({
  name,
  ...(timestamp === undefined ? {} : { timestamp }),
  datatype: types.indexOf(dataType),
  ...(typeof value === 'boolean' ? { boolean: value } : {}),
  ...(typeof value === 'string' ? { string: value } : {}),
  ...(typeof value === 'number' ? (dataType === 'Float' ? { float: value } : { long: value }) : {}),
})

const isText = ({ id }: Sample): boolean => id.endsWith('.json')

/** What is in the specification's notation is written as the protocol buffer that it stands for. */
function messages(sample: Sample) {
  const topic = String(sample.entry.topic)
  if (!isText(sample) || topic.includes('/STATE/')) return [{ topic, payload: sample.bytes }]
  const { metrics = [], timestamp, seq } = JSON.parse(sample.bytes.toString()) as Payload
  return [{ topic, payload: sparkplugBytes(metrics.map(given), timestamp, seq) }]
}

const taken: Claim = {
  what: 'taken',
  holds: ({ refusals }) => refusals.length === 0,
  got: ({ refusals }) => JSON.stringify(refusals),
}

function claims(sample: Sample): Claim[] {
  if (!isText(sample)) return [taken]
  const { metrics = [] } = JSON.parse(sample.bytes.toString()) as Payload
  const voltage = metrics.find(({ name }) => name === 'Supply Voltage')
  return [taken, ...(voltage ? reads('voltage', voltage.value) : [])]
}

export const format: Format = {
  folder: 'sparkplug-b',
  messages,
  claims,
  disagreements: {
    'eldercare-DDATA-historical.bin no signal':
      'the signal is told and marked historical, so that it is kept as evidence and raises no alarm of now',
  },
}
