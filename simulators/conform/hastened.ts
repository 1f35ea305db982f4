import type { Clock } from '../../domain/clock.ts'

/**
 * A clock that runs `speed` times as fast as another, from `startAt` (epoch ms): for simulated devices, with which a
 * trial of ten minutes need not take them.
 */
export function hastened(clock: Clock, speed: number, startAt: number): Clock {
  const origin = clock.now()
  return {
    now: () => Math.round(startAt + (clock.now() - origin) * speed),
    after: (ms, fn) => clock.after(ms / speed, fn),
    sleep: (ms, signal) => clock.sleep(ms / speed, signal),
  }
}
