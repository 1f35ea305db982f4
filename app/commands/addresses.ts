import type { Config } from '../config.ts'
import { Fault } from '../fault.ts'
import { findRunning, reachable } from '../runtime.ts'

/** Where the front door of the Vigil with this data folder listens, `mqtt://host:port`; undefined where none runs. */
export async function mqttAddress({ data }: Pick<Config, 'data'>): Promise<string | undefined> {
  const broker = await findRunning(data, 'broker')
  return broker?.ports.mqtt ? `mqtt://${reachable(broker.host)}:${broker.ports.mqtt}` : undefined
}

/** Where its api listens, `http://host:port`; undefined where none runs. */
export async function httpAddress({ data }: Pick<Config, 'data'>): Promise<string | undefined> {
  const api = await findRunning(data, 'api')
  return api?.ports.http ? `http://${reachable(api.host)}:${api.ports.http}` : undefined
}

/** For a command that needs one and was not told where: `options` are those that tell it. */
export const noneRuns = ({ data }: Pick<Config, 'data'>, options: string): Fault =>
  new Fault(`No Vigil runs with the data folder ${data}: run npm start, or say where it is with ${options}.`)

/** Where devices and programs are to connect: as told, or where the Vigil of this data folder listens. */
export async function addressesOf(
  config: Pick<Config, 'data'>,
  { mqtt, http }: { mqtt?: string | undefined; http?: string | undefined },
): Promise<{ mqttUrl: string; httpUrl: string }> {
  const mqttUrl = mqtt ?? (await mqttAddress(config))
  const httpUrl = http ?? (await httpAddress(config))
  if (!mqttUrl || !httpUrl) throw noneRuns(config, '--mqtt and --http')
  return { mqttUrl, httpUrl }
}
