import type { Channel } from './channel.ts'
import { checkNumber, type GatewaySettings, gatewaySecrets, gatewaySettings, sendByGateway } from './http_gateway.ts'
import { placeholders, valuesOf } from './template.ts'

/** A short message, by whatever service the operator has a contract with. */
export const sms: Channel<GatewaySettings> = {
  settings: gatewaySettings(placeholders),
  secrets: gatewaySecrets,
  checkAddress: checkNumber,
  send: (settings, notice, tools) => sendByGateway(settings, valuesOf(notice), tools),
}
