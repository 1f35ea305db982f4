import { banner } from './banner.ts'
import type { Config } from './config.ts'
import { prepare } from './first_run.ts'
import { aborted, untilStopped } from './house.ts'
import { openClock } from './house_clock.ts'
import { claim, type Ports } from './runtime.ts'
import { supervise } from './supervisor.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const gsmLine = ({ gsm_watch, gsm_eview, gsm_trv }: Ports): string =>
  `GSM devices: ${Object.entries({ watch: gsm_watch, eview: gsm_eview, trv: gsm_trv })
    .flatMap(([name, port]) => (port === undefined ? [] : [`${name} on port ${port}`]))
    .join(', ')}`

/**
 * `vigil start`: the whole house under one supervisor, until Ctrl-C. Throws Fault, with nothing left running, where it
 * cannot start.
 */
export async function start(config: Config): Promise<void> {
  process.title = 'vigil'
  // Whoever read our lines may have gone (`npm start | head`); the house goes on.
  process.stdout.on('error', () => {})
  const signal = untilStopped()
  const clock = openClock(config, 'start')
  const place = await claim(config.data, 'vigil')
  const notSoon = clock.after(3_000, () => say('Waiting for the database…'))
  const prepared = await prepare(config, clock)
  notSoon()
  const env = { ...process.env, VIGIL_ADMIN_TOKEN: prepared.adminToken }
  const house = supervise({ config, env, clock, say })
  try {
    await place.publish(config.host, {})
    const ports = await Promise.race([house.up, aborted(signal)])
    if (ports) {
      if (Object.keys(config.gsm.ports).length > 0) say(gsmLine(await house.startGsm()))
      say(banner({ config, ...ports, ...prepared, demoRefused: config.demo && !prepared.demo }))
      if (prepared.demo) house.startDemo()
      await aborted(signal)
    }
    say('Stopping…')
  } finally {
    await house.stop()
    await place.release()
  }
  say('Stopped. The next start goes on from the same data.')
}
