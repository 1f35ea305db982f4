import protobuf from 'protobufjs/minimal.js'

/** Writes payloads for the tests, by the library's writer and the field numbers of the specification. */
export type Given = {
  name?: string
  alias?: number
  timestamp?: number
  datatype?: number
  historical?: boolean
  isNull?: boolean
  unit?: string
  int?: number
  long?: number
  float?: number
  double?: number
  boolean?: boolean
  string?: string
}

function metric(given: Given): Uint8Array {
  const writer = protobuf.Writer.create()
  const { name, alias, timestamp, datatype, historical, isNull, unit } = given
  if (name !== undefined) writer.uint32(0x0a).string(name)
  if (alias !== undefined) writer.uint32(0x10).uint64(alias)
  if (timestamp !== undefined) writer.uint32(0x18).uint64(timestamp)
  if (datatype !== undefined) writer.uint32(0x20).uint32(datatype)
  if (historical !== undefined) writer.uint32(0x28).bool(historical)
  if (isNull !== undefined) writer.uint32(0x38).bool(isNull)
  if (unit !== undefined) writer.uint32(0x4a).bytes(properties(unit))
  writeValue(writer, given)
  return writer.finish()
}

function writeValue(writer: protobuf.Writer, { int, long, float, double, boolean, string }: Given): void {
  if (int !== undefined) writer.uint32(0x50).uint32(int)
  if (long !== undefined) writer.uint32(0x58).uint64(long)
  if (float !== undefined) writer.uint32(0x65).float(float)
  if (double !== undefined) writer.uint32(0x69).double(double)
  if (boolean !== undefined) writer.uint32(0x70).bool(boolean)
  if (string !== undefined) writer.uint32(0x7a).string(string)
}

function properties(unit: string): Uint8Array {
  const value = protobuf.Writer.create().uint32(0x08).uint32(12).uint32(0x42).string(unit).finish()
  return protobuf.Writer.create().uint32(0x0a).string('engUnit').uint32(0x12).bytes(value).finish()
}

/** One metric as it stands in a payload, tag and length before it. */
export const metricBytes = (given: Given): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(0x12).bytes(metric(given)).finish())

export function sparkplugBytes(metrics: Given[], timestamp?: number, seq = 0): Buffer {
  const start = protobuf.Writer.create()
  if (timestamp !== undefined) start.uint32(0x08).uint64(timestamp)
  const end = protobuf.Writer.create().uint32(0x18).uint64(seq).finish()
  return Buffer.concat([start.finish(), ...metrics.map(metricBytes), end])
}
