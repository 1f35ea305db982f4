import { jsonpath } from 'json-p3'
import { z } from 'zod'
import { datums } from '../../domain/message.ts'
import { isMetric, type MetricName, metrics } from '../../domain/metrics.ts'
import { type SignalKind, signals } from '../../domain/signals.ts'

/** A mapping: how a JSON format that deserves no code of its own is read. Written in YAML by an operator; docs/Codec.md. */

const Path = z
  .string()
  .refine(isPath, 'is no JSONPath (RFC 9535) like $.data.hr')
  .describe('a JSONPath; where it finds several values, the first counts')

function isPath(text: string): boolean {
  try {
    jsonpath.compile(text)
    return true
  } catch {
    return false
  }
}

/** Where the name of the device stands: a level of the topic, counted from 1, or in the message. */
const Place = z.union(
  [z.string().regex(/^topic\/[1-9]\d?$/), Path],
  'is neither topic/2 (a level of the topic) nor a JSONPath',
)

const Scalar = z.union([z.string(), z.number(), z.boolean()])

/** Units that devices use beside the metric's own. */
export const units = ['F', 'K', 'lb', 'kPa', 'mg/dL', 'mV', 'km/h', 'cm'] as const

const ReadingRule = z.strictObject({
  path: Path,
  unit: z.enum(units).optional(),
  scale: z.number().optional(),
  offset: z.number().optional(),
  invert: z.boolean().optional(),
  values: z.record(z.string(), z.number()).optional(),
  none: z.array(Scalar).optional(),
})

const SignalRule = z.strictObject({
  path: Path,
  values: z.array(Scalar).min(1).optional(),
  level: z.boolean().optional(),
  confidence: z.number().min(0).max(1).optional(),
})

const named = <Rule extends z.ZodType>(rule: Rule, isKnown: (name: string) => boolean, known: readonly string[]) =>
  z.record(z.string(), z.union([Path.transform((path) => ({ path })), rule])).superRefine((rules, context) => {
    for (const name of Object.keys(rules)) {
      if (!isKnown(name)) context.addIssue({ code: 'custom', path: [name], message: `is none of ${known.join(', ')}` })
    }
  })

const Filter = z
  .string()
  .max(512)
  .regex(/^(?:[^+#]+|\+)(?:\/(?:[^+#/]*|\+))*(?:\/#)?$/, 'is no MQTT filter that names at least one level')
  .refine((filter) => !filter.startsWith('vigil/'), "is one of Vigil's own topics")

const head = {
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'is not of a-z, 0-9 and _, 40 at most'),
  title: z.string().min(1).max(200).optional(),
  topics: z.array(Filter).min(1).max(100),
}

/** A known format under other topics. */
export const Alias = z.strictObject({
  ...head,
  like: z.string().min(1),
  base: z.string().min(1).describe('how the topics begin'),
  as: z.string().min(1).describe('how they would begin if nobody had changed them'),
})
export type Alias = z.infer<typeof Alias>

export const Mapping = z.strictObject({
  ...head,
  speaks: z.enum(['itself', 'others']).default('itself'),
  device: Place.optional(),
  each: Path.optional().describe('where one message holds many entries: the rules are then of each entry'),
  time: Path.optional(),
  clock: z.enum(['zoned', 'local']).default('zoned').describe('local: a wall clock without a zone, in VIGIL_ZONE'),
  readings: named(ReadingRule, isMetric, Object.keys(metrics)).default({}),
  signals: named(SignalRule, (name) => Object.hasOwn(signals, name), Object.keys(signals)).default({}),
  position: z.strictObject({ lat: Path, lon: Path, datum: z.enum(datums).optional() }).optional(),
  test: Path.optional(),
  historical: Path.optional(),
  online: Path.optional(),
  key: z.strictObject({ path: Path, within_s: z.number().positive().max(604_800) }).optional(),
})
export type Mapping = z.infer<typeof Mapping>
export type ReadingRules = Partial<Record<MetricName, z.infer<typeof ReadingRule>>>
export type SignalRules = Partial<Record<SignalKind, z.infer<typeof SignalRule>>>
