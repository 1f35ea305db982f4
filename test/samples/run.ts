import { decodeRecord } from '../../codecs/decode.ts'
import { type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sharedClaims, timeIn } from './mapping.ts'
import { type Format, type Sample, type SampleMessage, samplesOf } from './sample.ts'

/** What came of the samples of a folder. A disagreement without a reason is a failure, and so is a reason without one. */
export type Outcome = {
  folder: string
  samples: number
  left: { id: string; why: string }[]
  claims: number
  agreed: number
  disagreed: { id: string; what: string; got: string; why: string | undefined }[]
  /** Reasons for disagreements of which none occurs. */
  idle: string[]
  /** Keys of the report that no claim was made of. */
  notCompared: string[]
}

/** When a sample without any time is received. */
const someDay = Date.UTC(2026, 0, 2, 0, 0, 2)
/** China, as the default of VIGIL_ZONE. */
const zoneMinutes = 480

export function runSamples(format: Format): Outcome {
  const all = samplesOf(format.folder)
  const left = all.flatMap((sample) => {
    const why = format.left?.(sample)
    return why === undefined ? [] : [{ id: sample.id, why }]
  })
  const run = all.filter(({ id }) => !left.some((one) => one.id === id)).map((sample) => judge(format, sample))
  const disagreed = run.flatMap((one) => one.disagreed)
  const known = Object.keys(format.disagreements ?? {})
  const claims = run.reduce((sum, one) => sum + one.claims, 0)
  return {
    folder: format.folder,
    samples: all.length,
    left,
    claims,
    agreed: claims - disagreed.length,
    disagreed,
    idle: known.filter((key) => !disagreed.some(({ id, what }) => key === `${id} ${what}` || key === `* ${what}`)),
    notCompared: [...new Set(run.flatMap(({ unknown }) => unknown))].sort(),
  }
}

function judge(format: Format, sample: Sample) {
  const { claims: byTable, unknown } = sharedClaims(sample)
  const claims = [...byTable, ...(format.claims?.(sample) ?? [])]
  const decoded = decodeAll(format.messages?.(sample) ?? [plain(sample)], sample)
  const disagreed = claims
    .filter((claim) => !claim.holds(decoded))
    .map(({ what, got }) => ({ id: sample.id, what, got: got(decoded), why: reasonFor(format, sample.id, what) }))
  return { claims: claims.length, unknown, disagreed }
}

const reasonFor = ({ disagreements }: Format, id: string, what: string): string | undefined =>
  disagreements?.[`${id} ${what}`] ?? disagreements?.[`* ${what}`]

const plain = ({ bytes, entry }: Sample): SampleMessage => ({ topic: String(entry.topic), payload: bytes })

/** Receives a sample two seconds after it says that it was sent. */
function receiptOf({ entry }: Sample): number {
  const mapping = (entry.eldercare_mapping_by_this_report ?? {}) as Record<string, unknown>
  const at = timeIn(mapping.time)
  return at === undefined ? someDay : at + 2_000
}

/** What the messages of one sample say together, each with what those before it taught. */
function decodeAll(messages: SampleMessage[], sample: Sample): Decoded {
  const learned = new Map<string, string>()
  const whole = nothingDecoded('device')
  for (const message of messages) {
    const record = { receivedAt: receiptOf(sample), device: 'device', ...message }
    const decoded = decodeRecord(record, { zoneMinutes, learned: (key) => learned.get(key) })
    for (const { key, value } of decoded.learned) learned.set(key, value)
    for (const part of ['readings', 'signals', 'clears', 'statuses', 'refusals', 'warnings', 'announced'] as const)
      (whole[part] as unknown[]).push(...decoded[part])
  }
  return whole
}
