import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startGsmGateway } from '../gateways/gsm/start.ts'
import { mqttAddress, noneRuns } from './commands/addresses.ts'
import { trustAuthorities } from './commands/trust.ts'
import { Fault } from './fault.ts'
import { gsmAccount } from './gsm_account.ts'
import type { House, Room } from './house.ts'

/** The gateway of GSM watches. It is a client of Vigil like any other, and may run on another machine. */
export async function openGsm({ config, clock, log }: House): Promise<Room> {
  const { ports, mqttUrl, user, token, ca } = config.gsm
  if (Object.keys(ports).length === 0)
    throw new Fault('No port to listen on: set GSM_WATCH_PORT, GSM_EVIEW_PORT or GSM_TRV_PORT.')
  const url = mqttUrl ?? (await mqttAddress(config))
  if (!url) throw noneRuns(config, 'GSM_MQTT_URL')
  const account = user && token ? { user, token } : await gsmAccount(config.data)
  if (!account)
    throw new Fault('No account to speak as: set GSM_USER and GSM_TOKEN, of a device of the category gateway.')
  trustAuthorities(ca ?? ownAuthority(config.data))
  const gateway = await startGsmGateway({ ports, host: config.host, vigil: { url, ...account }, clock, log })
  const { watch, eview, trv } = gateway.ports
  return {
    ports: {
      ...(watch !== undefined && { gsm_watch: watch }),
      ...(eview !== undefined && { gsm_eview: eview }),
      ...(trv !== undefined && { gsm_trv: trv }),
    },
    close: gateway.close,
  }
}

/** Vigil's own authority, where this is its data folder. */
function ownAuthority(data: string): string | undefined {
  const path = join(data, 'tls', 'ca.pem')
  return existsSync(path) ? path : undefined
}
