import { spawnSync } from 'node:child_process'
import { pino } from 'pino'
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { openTelemetry } from '../ingest/open.ts'
import type { Point } from '../ingest/telemetry.ts'
import { needs } from './real_parts.ts'

/**
 * InfluxDB in a container, wherever a Docker engine is. TEST_INFLUX_IMAGE names the image (`influxdb:1.8`, or one of your
 * own making), TEST_INFLUX_COMMAND what it runs where that is not its default.
 */
const image = process.env.TEST_INFLUX_IMAGE ?? 'vigil-test-influxdb'
const command = process.env.TEST_INFLUX_COMMAND?.split(' ')

/** An image that was asked for by name must be there (or be pulled); without a name the test is skipped, visibly. */
function hasImage(): boolean {
  if (process.env.TEST_INFLUX_IMAGE || spawnSync('docker', ['image', 'inspect', image]).status === 0) return true
  process.stderr.write(`skipped: no Docker image ${image}; set TEST_INFLUX_IMAGE to an InfluxDB\n`)
  return false
}

describe.skipIf(!needs('docker') || !hasImage())('InfluxDB in a container', () => {
  let container: StartedTestContainer
  beforeAll(async () => {
    // The library's own cleaning container would have to be pulled; this one is stopped below, whatever happens.
    process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
    const described = new GenericContainer(image)
      .withExposedPorts(8086)
      .withWaitStrategy(Wait.forHttp('/ping', 8086).forStatusCodeMatching((status) => status < 300))
    container = await (command ? described.withCommand(command) : described).start()
  })
  afterAll(() => container?.stop())

  it('takes readings and gives them back', async () => {
    const influx = { url: `http://${container.getHost()}:${container.getMappedPort(8086)}` }
    const log = pino({ level: 'silent' })
    const telemetry = await openTelemetry({ influx, data: '', clock: systemClock, log })
    const from = Date.UTC(2026, 10, 22)
    const points: Point[] = Array.from({ length: 6_000 }, (_, i) => ({
      device: `watch-${i % 3}`,
      metric: 'heart_rate',
      at: from + i * 1_000,
      value: 60 + (i % 40),
      implausible: false,
    }))
    expect(await telemetry.write(points, new AbortController().signal)).toEqual([])
    const series = await telemetry.read({ devices: ['watch-1', 'watch-2'], from, to: from + 1e8, most: 4_000 })
    expect(series.map(({ device, points: { length } }) => [device, length])).toEqual([
      ['watch-1', 2_000],
      ['watch-2', 2_000],
    ])
    expect(series[0]?.points[0]).toEqual([from + 1_000, 61])
    await telemetry.close()
  })
})
